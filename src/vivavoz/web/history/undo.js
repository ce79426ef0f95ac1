// The last deletion, which can be taken back: also after the page was left and opened again.

import { errorText } from "../errors.js";
import { t, tCount } from "../i18n/index.js";
import { build, button, passFocus } from "../markup.js";

const KEY = "vivavoz.deleted";
const UNDO_MS = 590_000; // a little less than the server keeps what was deleted

/** A bar that says what was deleted and offers to bring it back. */
export class UndoBar {
  root = build("div", { className: "undo", role: "status" });
  #archive;
  #heir;
  #onRestored;
  #timer = null;

  /** @param {{heir: HTMLElement, onRestored: (ids: string[]) => void}} options `heir` has the focus after a
   *   bar that had it */
  constructor(archive, { heir, onRestored }) {
    this.#archive = archive;
    this.#heir = heir;
    this.#onRestored = onRestored;
  }

  /** Offer what was deleted before, if there is time yet. */
  recall() {
    const { ids, untilMs } = read();
    if (ids.length > 0 && untilMs > Date.now()) this.#offer(ids, untilMs);
    else this.dismiss();
  }

  /** Offer to bring these back. */
  deleted(ids, title = null) {
    const untilMs = Date.now() + UNDO_MS;
    write({ ids, untilMs });
    this.#offer(ids, untilMs, title);
  }

  dismiss() {
    clearTimeout(this.#timer);
    write(null);
    passFocus(this.root, this.#heir);
    this.root.replaceChildren();
  }

  #offer(ids, untilMs, title = null) {
    const text =
      title === null ? tCount("history.deleted_several", ids.length) : t("history.deleted", { title });
    this.#say(
      text,
      button({
        className: "quiet action",
        text: t("action.undo"),
        onclick: () => this.#restore(ids),
      }),
    );
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.dismiss(), untilMs - Date.now());
  }

  async #restore(ids) {
    try {
      const restored = await this.#archive.restore(ids);
      this.dismiss();
      if (restored.length < ids.length) this.#say(t("history.too_late"));
      this.#onRestored(restored);
    } catch (error) {
      this.root.querySelector("p").textContent = errorText(error);
    }
  }

  #say(text, ...actions) {
    this.root.replaceChildren(
      build("p", { textContent: text }),
      ...actions,
      button({
        className: "quiet icon-only",
        iconName: "close",
        label: t("action.dismiss"),
        onclick: () => this.dismiss(),
      }),
    );
  }
}

function read() {
  try {
    const { ids, untilMs } = JSON.parse(localStorage.getItem(KEY));
    return { ids, untilMs };
  } catch {
    return { ids: [], untilMs: 0 }; // nothing was deleted, or the storage is closed
  }
}

function write(deletion) {
  try {
    if (deletion === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, JSON.stringify(deletion));
  } catch {
    // The storage is closed: the offer holds until the page is left.
  }
}
