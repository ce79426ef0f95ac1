// How loud the microphone is, measured and judged.

const SILENCE_DBFS = -65;
const SILENCE_AFTER_MS = 4_000;
const CLIPPING_PEAK = 0.985;
const CLIPPING_AFTER = 4;
const CLIPPING_WINDOW_MS = 3_000;

/** Loudness 0..1 for the eye: -60 dBFS and below is 0, -6 dBFS and above is 1. Pure. */
export function loudness(rms) {
  const dbfs = 20 * Math.log10(rms || 1e-6);
  return Math.min(1, Math.max(0, (dbfs + 60) / 54));
}

/** Judges a run of measurements: `silent`, `clipping` or `good`. Pure: time is an argument. */
export class LevelJudge {
  #lastSoundMs = null;
  #clippedMs = [];

  judge(rms, peak, nowMs) {
    this.#lastSoundMs ??= nowMs;
    if (20 * Math.log10(rms || 1e-6) > SILENCE_DBFS) this.#lastSoundMs = nowMs;
    if (peak >= CLIPPING_PEAK) this.#clippedMs.push(nowMs);
    this.#clippedMs = this.#clippedMs.filter((atMs) => nowMs - atMs < CLIPPING_WINDOW_MS);
    if (nowMs - this.#lastSoundMs >= SILENCE_AFTER_MS) return "silent";
    return this.#clippedMs.length >= CLIPPING_AFTER ? "clipping" : "good";
  }
}

/** Measures a microphone's stream. */
export class LevelMeter {
  #context;
  #analyser;
  #samples;

  constructor(stream) {
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 2048;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  /** The last 40 ms or so: `{rms, peak}`, both 0..1. */
  measure() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    let sum = 0;
    let peak = 0;
    for (const sample of this.#samples) {
      sum += sample * sample;
      peak = Math.max(peak, Math.abs(sample));
    }
    return { rms: Math.sqrt(sum / this.#samples.length), peak };
  }

  close() {
    this.#context.close();
  }
}
