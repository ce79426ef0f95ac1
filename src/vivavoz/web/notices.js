// Short messages above the dock: at most one of each kind, with what the person can do.

import { t } from "./i18n/index.js";
import { build, button, passFocus } from "./markup.js";

const PASSING_MS = 5_000;

export class Notices {
  #root;
  #heir;
  #told = new Map();

  /** @param {HTMLElement} heir has the focus after a message that had it */
  constructor(root, heir) {
    this.#root = root;
    this.#heir = heir;
  }

  /**
   * Show a message in place of the one of the same `kind`; the same sentence never stands twice.
   * @param {string} kind
   * @param {{text: string, state?: string, tone?: "calm"|"good"|"warn"|"bad", actions?: {text:
   *   string, run: () => void}[], progress?: number | null, isPassing?: boolean, onDismiss?: () =>
   *   void}} notice `state` names what lasts: once dismissed, it is not told again before `hide` or
   *   another state; `progress` is 0..1, or null for one of unknown length
   */
  show(kind, notice) {
    const { text, state, progress, isPassing = false } = notice;
    const known = this.#told.get(kind);
    const isStanding = known?.text === text && progress === undefined;
    if (known?.isDismissed ? state && state === known.state : isStanding) return;
    clearTimeout(known?.timer);
    const card = this.#draw(notice);
    const hadFocus = known?.card.contains(document.activeElement);
    known?.card.replaceWith(card);
    if (hadFocus) card.querySelector(".icon-only").focus();
    const timer = isPassing ? setTimeout(() => this.hide(kind), PASSING_MS) : null;
    this.#told.set(kind, { card, text, state, timer, isDismissed: false });
    this.#settle();
  }

  /** Take a message away. */
  hide(kind) {
    const known = this.#told.get(kind);
    if (!known) return;
    clearTimeout(known.timer);
    this.#remove(known.card);
    this.#told.delete(kind);
    this.#settle();
  }

  #dismiss(text) {
    for (const known of this.#told.values()) {
      if (known.text === text) known.isDismissed = true;
    }
    this.#settle();
  }

  #settle() {
    const standing = new Set();
    for (const { card, text, isDismissed } of this.#told.values()) {
      if (isDismissed || standing.has(text)) {
        this.#remove(card);
      } else {
        standing.add(text);
        if (!card.isConnected) this.#root.append(card);
      }
    }
  }

  #remove(card) {
    passFocus(card, this.#heir);
    card.remove();
  }

  #draw({ text, tone = "calm", actions = [], progress, onDismiss }) {
    const card = build(
      "div",
      { className: `notice is-${tone}` },
      build("p", { textContent: text }),
      build(
        "span",
        { className: "actions" },
        ...actions.map(({ text: label, run }) =>
          button({ className: "quiet action", text: label, onclick: run }),
        ),
      ),
      button({
        className: "quiet icon-only",
        iconName: "close",
        label: t("action.dismiss"),
        onclick: () => {
          this.#dismiss(text);
          onDismiss?.();
        },
      }),
    );
    if (progress !== undefined) card.append(progressBar(progress, text));
    return card;
  }
}

function progressBar(progress, label) {
  const bar = build("progress", { max: 1, ariaLabel: label });
  if (progress !== null) bar.value = progress;
  return bar;
}
