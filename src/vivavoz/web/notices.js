// Short messages above the dock: at most one of each kind, with what the person can do.

import { t } from "./i18n/index.js";
import { build, button } from "./markup.js";

const PASSING_MS = 5_000;

export class Notices {
  #root;
  #shown = new Map();

  constructor(root) {
    this.#root = root;
  }

  /**
   * Show a message in place of the one of the same `kind`.
   * @param {string} kind
   * @param {{text: string, tone?: "calm"|"good"|"warn"|"bad", actions?: {text: string,
   *   run: () => void}[], progress?: number | null, isPassing?: boolean}} notice `progress` is
   *   0..1, or null for one of unknown length
   */
  show(kind, { text, tone = "calm", actions = [], progress, isPassing = false }) {
    const known = this.#shown.get(kind);
    if (known?.text === text && progress === undefined) return;
    const notice = build(
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
        onclick: () => notice.remove(),
      }),
    );
    if (progress !== undefined) notice.append(progressBar(progress, text));
    clearTimeout(known?.timer);
    if (known?.notice.isConnected) known.notice.replaceWith(notice);
    else if (known && progress !== undefined) known.notice = notice;
    else this.#root.append(notice);
    const timer = isPassing ? setTimeout(() => this.hide(kind), PASSING_MS) : null;
    this.#shown.set(kind, { notice, text, timer });
  }

  /** Take a message away. */
  hide(kind) {
    this.#shown.get(kind)?.notice.remove();
    this.#shown.delete(kind);
  }
}

function progressBar(progress, label) {
  const bar = build("progress", { max: 1, ariaLabel: label });
  if (progress !== null) bar.value = progress;
  return bar;
}
