// The transcript on the page. Each change touches the last paragraph only.

import { formatClock } from "./format.js";
import { build } from "./markup.js";

const ANNOUNCE_INTERVAL_MS = 4_000;
const FOLLOW_MARGIN_PX = 96;
const SCROLL_RUNS_ON_MS = 600; // a finger's swing, or the way to where a key leads

/** Draws a `Transcript` into `root`, follows its end, and tells screen readers about final text. */
export class TranscriptView {
  #root;
  #scroller;
  #announcer;
  #paragraph = null;
  #partialParagraph = null;
  #stable = build("span", { className: "stable" });
  #tail = build("span", { className: "tail" });
  #partial = build("span", { className: "partial" }, this.#stable, this.#tail);
  #isFollowing = true;
  #jumpedAtMs = -Infinity;
  #unannounced = "";
  #announceTimer = null;

  /**
   * @param {{root: HTMLElement, scroller: HTMLElement, announcer: HTMLElement,
   *   onFollow: (isFollowing: boolean) => void}} parts
   */
  constructor({ root, scroller, announcer, onFollow }) {
    this.#root = root;
    this.#scroller = scroller;
    this.#announcer = announcer;
    scroller.addEventListener(
      "scroll",
      () => {
        const { scrollTop, scrollHeight, clientHeight } = scroller;
        const hasJustJumped = performance.now() - this.#jumpedAtMs < SCROLL_RUNS_ON_MS;
        this.#isFollowing =
          hasJustJumped || scrollHeight - scrollTop - clientHeight < FOLLOW_MARGIN_PX;
        if (hasJustJumped) this.#follow();
        onFollow(this.#isFollowing);
      },
      { passive: true },
    );
  }

  /** Begin an empty transcript. */
  clear() {
    this.#clearPartial();
    this.#root.replaceChildren();
    this.#paragraph = null;
    this.#isFollowing = true;
  }

  /** Append confirmed segments; they take the place of the present partial. */
  append(segments) {
    this.#clearPartial();
    for (const { text, isParagraph, startS } of segments) {
      if (isParagraph || this.#paragraph === null) {
        this.#paragraph = this.#newParagraph(startS);
        this.#paragraph.append(text);
      } else {
        this.#paragraph.append(` ${text}`);
      }
      this.#announce(text);
    }
    this.#follow();
  }

  /** Show the partial in place of the one before. */
  revise({ stable, tail, isParagraph, startS }) {
    if (!stable && !tail) {
      this.#clearPartial();
      return;
    }
    const isApart = isParagraph || this.#paragraph === null;
    if (isApart) this.#partialParagraph ??= this.#newParagraph(startS);
    const paragraph = isApart ? this.#partialParagraph : this.#paragraph;
    this.#stable.textContent = isApart ? stable : ` ${stable}`;
    this.#tail.textContent = tail;
    if (this.#partial.parentNode !== paragraph) paragraph.append(this.#partial);
    this.#follow();
  }

  /** Keep `px` free below the text, where something lies over it. */
  leaveFree(px) {
    this.#scroller.style.setProperty("--covered", `${px}px`);
    this.#follow();
  }

  /** Scroll to the newest words and stay there. */
  jumpToEnd() {
    this.#jumpedAtMs = performance.now();
    this.#isFollowing = true;
    this.#follow();
  }

  #newParagraph(startS) {
    const paragraph = build("p");
    paragraph.dataset.time = formatClock(startS);
    this.#root.append(paragraph);
    return paragraph;
  }

  #clearPartial() {
    this.#partial.remove();
    this.#partialParagraph?.remove();
    this.#partialParagraph = null;
  }

  #follow() {
    if (this.#isFollowing) this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  #announce(text) {
    this.#unannounced += `${text} `;
    this.#announceTimer ??= setTimeout(() => {
      this.#announcer.textContent = this.#unannounced;
      this.#unannounced = "";
      this.#announceTimer = null;
    }, ANNOUNCE_INTERVAL_MS);
  }
}
