// The recent sound as a row of bars that grows from the right.

const BAR_PX = 3;
const GAP_PX = 3;
const BAR_INTERVAL_MS = 60;

/** Draws loudness (0..1) over time on a canvas, in the canvas's own text colour. */
export class Waveform {
  #canvas;
  #bars = [];
  #sinceMs = 0;
  #loudest = 0;

  constructor(canvas) {
    this.#canvas = canvas;
    new ResizeObserver(() => this.draw()).observe(canvas);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", () => this.draw());
  }

  /** Take one measurement. */
  push(value, nowMs) {
    this.#loudest = Math.max(this.#loudest, value);
    if (nowMs - this.#sinceMs < BAR_INTERVAL_MS) return;
    this.#sinceMs = nowMs;
    this.#bars.push(this.#loudest);
    this.#loudest = 0;
    this.draw();
  }

  /** Forget all sound. */
  clear() {
    this.#bars = [];
    this.draw();
  }

  /** Draw anew, in the present size and colour. */
  draw() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const scale = devicePixelRatio;
    if (this.#canvas.width !== Math.round(width * scale)) {
      this.#canvas.width = Math.round(width * scale);
      this.#canvas.height = Math.round(height * scale);
    }
    const count = Math.ceil(width / (BAR_PX + GAP_PX));
    this.#bars = this.#bars.slice(-count);
    const context = this.#canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.fillStyle = getComputedStyle(this.#canvas).color;
    for (let age = 0; age < count; age += 1) {
      const value = this.#bars.at(-1 - age) ?? 0;
      const barHeight = Math.max(BAR_PX, value * height);
      context.globalAlpha = 1 - 0.8 * (age / count);
      context.beginPath();
      const x = width - (age + 1) * (BAR_PX + GAP_PX);
      context.roundRect(x, (height - barHeight) / 2, BAR_PX, barHeight, BAR_PX / 2);
      context.fill();
    }
  }
}
