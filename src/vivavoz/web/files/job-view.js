// One recording in the list: how far it is, its text so far, and what can be done with it.

import { copyText } from "../clipboard.js";
import { errorText } from "../errors.js";
import { formatClock } from "../format.js";
import { hasText, t, tCount } from "../i18n/index.js";
import { build, button } from "../markup.js";

/** Errors that the same file meets again. */
const OF_THE_FILE = ["RECORDING_TOO_LONG", "CHUNK_TOO_LARGE", "INVALID_FORMAT", "UNSUPPORTED_FORMAT"];

/** What a screen reader is told when a job moves to another state, if anything. */
export function announcementOf({ state, file: { name }, error }) {
  if (state === "transcribing") return t("files.announce.started", { name });
  if (state === "done") return t("files.announce.done", { name });
  if (state === "failed") {
    return t("files.announce.failed", { name, message: fileErrorText(error) });
  }
  return null;
}

export class JobView {
  root;
  state = null;
  #job;
  #handlers;
  #said = build("p", { className: "job-state" });
  #progress;
  #text;
  #actions = build("div", { className: "job-actions" });

  /** @param {Record<"onCancel"|"onRetry"|"onRemove"|"onOpen", () => void>} handlers */
  constructor(job, handlers) {
    this.#job = job;
    this.#handlers = handlers;
    const { name } = job.file;
    this.#progress = build("progress", { max: 1, ariaLabel: name });
    this.#text = build("div", {
      className: "job-text",
      role: "region",
      tabIndex: 0,
      dir: "auto",
      "aria-label": t("files.text.label", { name }),
    });
    this.root = build(
      "li",
      { className: "job" },
      build("strong", { textContent: name }),
      this.#said,
      this.#actions,
      this.#progress,
      this.#text,
    );
  }

  /** Bring it in line with the job. */
  render() {
    const { state, text } = this.#job;
    this.#said.textContent = stateText(this.#job);
    this.root.classList.toggle("is-bad", state === "failed");
    this.#progress.hidden = state !== "uploading" && state !== "transcribing";
    showProgress(this.#progress, this.#job);
    this.#text.hidden = text === "";
    if (this.#text.textContent !== text) {
      const { scrollHeight, scrollTop, clientHeight } = this.#text;
      const isAtEnd = scrollHeight - scrollTop - clientHeight < 48;
      this.#text.textContent = text;
      if (isAtEnd && state !== "done") this.#text.scrollTop = this.#text.scrollHeight;
    }
    if (state !== this.state) this.#renderActions();
    this.state = state;
  }

  #renderActions() {
    const hadFocus = this.#actions.contains(document.activeElement);
    const { state, text, transcriptId, error } = this.#job;
    const { onCancel, onRetry, onRemove, onOpen } = this.#handlers;
    const isOver = state === "done" || state === "failed" || state === "cancelled";
    this.#actions.replaceChildren(
      ...[
        isOver ? null : this.#button("files.cancel", "files.cancel.label", onCancel),
        transcriptId ? this.#button("files.open", "files.open.label", onOpen) : null,
        isOver && text ? this.#copyButton() : null,
        state === "cancelled" || (state === "failed" && !OF_THE_FILE.includes(error.code))
          ? this.#button("files.retry", "files.retry.label", onRetry)
          : null,
        isOver ? this.#removeButton(onRemove) : null,
      ].filter((action) => action !== null),
    );
    if (hadFocus) this.#actions.firstElementChild.focus();
  }

  #button(textKey, labelKey, onclick) {
    const label = t(labelKey, { name: this.#job.file.name });
    return button({ className: "quiet action", text: t(textKey), label, onclick });
  }

  #copyButton() {
    const copy = this.#button("action.copy", "files.copy.label", () => {
      copyText(this.#job.text, copy);
    });
    return copy;
  }

  #removeButton(onclick) {
    const label = t("files.remove.label", { name: this.#job.file.name });
    return button({ className: "quiet icon-only", iconName: "close", label, onclick });
  }
}

function showProgress(bar, { state, sentShare, audioS, durationS }) {
  const share = state === "uploading" ? sentShare : durationS ? audioS / durationS : 0;
  if (share > 0 || state === "uploading") bar.value = share;
  else bar.removeAttribute("value");
}

function stateText(job) {
  const { state, sentShare, audioS, durationS, error } = job;
  if (state === "uploading") return t("files.uploading", { percent: Math.round(100 * sentShare) });
  if (state === "transcribing") {
    if (audioS === 0) return t("files.starting");
    const done = formatClock(audioS);
    if (durationS === null) return t("files.transcribing_unknown", { done });
    return t("files.transcribing", { done, whole: formatClock(durationS) });
  }
  if (state === "done") return doneText(job);
  if (state === "failed") return fileErrorText(error);
  return state === "waiting" ? t("files.waiting") : t("files.cancelled");
}

function doneText({ text, transcriptId }) {
  if (!text) return t("files.done_empty");
  if (!transcriptId) return t("files.done_unsaved");
  return t("files.done", { words: tCount("words", text.trim().split(/\s+/).length) });
}

function fileErrorText(error) {
  const key = `files.error.${error.code}`;
  return hasText(key) ? t(key, { message: error.message }) : errorText(error);
}
