// One transcript of the history, opened.

import { copyText } from "../clipboard.js";
import { errorText } from "../errors.js";
import { formatClock, formatDay, formatLanguage, formatTime } from "../format.js";
import { t, tCount, uiLocale } from "../i18n/index.js";
import { build, button } from "../markup.js";
import { textEditor, titleEditor } from "./editors.js";
import { FORMATS } from "./formats.js";
import { SpokenText } from "./spoken-text.js";

export class TranscriptReader {
  root = build("article", { className: "reader", tabIndex: -1, "aria-label": t("history.reader") });
  openId = null;
  #archive;
  #handlers;
  #message = build("div", { className: "reader-message", role: "status" });
  #text = null;

  /**
   * @param {{onBack: () => void, onChange: (transcript) => void, onDelete: (transcript) => void}}
   *   handlers
   */
  constructor(archive, handlers) {
    this.#archive = archive;
    this.#handlers = handlers;
  }

  /** Show the transcript of that id, at a moment and with a query's matches marked, or none. */
  async open(id, { seconds = null, query = "" } = {}) {
    this.leave();
    this.openId = id;
    if (id === null) {
      const choose = build("p", { className: "reader-empty", textContent: t("history.choose") });
      this.root.replaceChildren(choose);
      return;
    }
    try {
      const transcript = await this.#archive.read(id);
      if (this.openId !== id) return;
      this.#render(transcript);
      this.root.scrollTop = 0;
      this.mark(query);
      if (seconds !== null) this.#text?.show(seconds);
      if (drafts.has(id)) this.#edit(transcript);
    } catch (error) {
      const failed = build("p", { className: "reader-empty", textContent: errorText(error) });
      this.root.replaceChildren(this.#backButton(), failed);
    }
  }

  /** Mark what a query finds in the text. */
  mark(query) {
    this.#text?.mark(query);
  }

  /** Take leave of what is open. */
  leave() {
    this.#text?.unmark();
    this.#text = null;
  }

  /** Say something about the transcript, with what can be done about it. */
  tell(text, action = null) {
    this.#message.replaceChildren(build("p", { textContent: text }));
    if (action) this.#message.append(button({ ...action, className: "quiet action" }));
  }

  #render(transcript) {
    this.#message.replaceChildren();
    this.#text = new SpokenText(transcript);
    this.root.replaceChildren(
      this.#backButton(),
      build(
        "div",
        { className: "reader-head" },
        build("h3", { textContent: transcript.title || t("history.untitled") }),
      ),
      build("p", { className: "facts", textContent: factsOf(transcript).join(" · ") }),
      this.#actions(transcript),
      this.#message,
      this.#text.root,
    );
    if (transcript.edited_at) {
      const onclick = () => this.#change(transcript, { text: null });
      this.tell(t("history.was_edited"), { text: t("history.restore_original"), onclick });
    }
    this.root.focus({ preventScroll: true });
  }

  #backButton() {
    return button({
      className: "quiet back",
      iconName: "back",
      text: t("history.back"),
      onclick: () => this.#handlers.onBack(),
    });
  }

  #actions(transcript) {
    const copy = button({
      iconName: "copy",
      text: t("action.copy"),
      onclick: () => copyText(transcript.paragraphs.join("\n\n"), copy),
    });
    const edit = button({
      iconName: "pencil",
      text: t("history.edit"),
      onclick: () => this.#edit(transcript),
    });
    const rename = button({
      iconName: "title",
      text: t("history.rename"),
      onclick: () => this.#rename(transcript),
    });
    const remove = button({
      className: "quiet danger",
      iconName: "trash",
      text: t("history.delete"),
      onclick: () => this.#handlers.onDelete(transcript),
    });
    const downloads = build(
      "div",
      { className: "downloads", role: "group", "aria-label": t("history.download") },
      build("span", { textContent: t("history.download"), "aria-hidden": "true" }),
      ...FORMATS.map((format) => this.#downloadLink(transcript, format)),
    );
    return build("div", { className: "reader-actions" }, copy, edit, rename, remove, downloads);
  }

  #downloadLink({ id }, format) {
    return build("a", {
      className: "quiet",
      href: this.#archive.exportUrl(id, format),
      download: "",
      textContent: format.toUpperCase(),
      "aria-label": `${t("history.download")} ${format.toUpperCase()}`,
    });
  }

  #rename(transcript) {
    const form = titleEditor({
      title: transcript.title,
      onSave: (title) => this.#save(transcript, { title }),
      onCancel: () => this.#render(transcript),
    });
    this.root.querySelector(".reader-head").replaceChildren(form);
    form.querySelector("input").select();
  }

  #edit(transcript) {
    const { id } = transcript;
    const original = transcript.paragraphs.join("\n\n");
    const form = textEditor({
      text: drafts.get(id) ?? original,
      onInput: (text) => (text === original ? drafts.delete(id) : drafts.set(id, text)),
      onSave: async (text) => {
        if (text !== original) await this.#save(transcript, { text });
        else this.#render(transcript);
        drafts.delete(id);
      },
      onCancel: () => {
        drafts.delete(id);
        this.#render(transcript);
      },
    });
    if (drafts.has(id)) this.tell(t("history.unsaved"));
    this.#text.unmark();
    this.#text.root.replaceWith(form);
    form.querySelector("textarea").focus({ preventScroll: true });
  }

  /** Keep a change; throws what the server refuses. */
  async #save({ id }, change) {
    const changed = await this.#archive.change(id, change);
    this.#handlers.onChange(changed);
    if (this.openId !== id) return;
    this.#render(changed);
  }

  /** Change the text at once, and offer to change it back. */
  async #change(transcript, change) {
    try {
      await this.#save(transcript, change);
      const onclick = () => this.#change(transcript, { text: transcript.text });
      if (change.text === null) {
        this.tell(t("history.original_restored"), { text: t("action.undo"), onclick });
      }
    } catch (error) {
      this.tell(errorText(error));
    }
  }
}

/** Texts that were edited and neither saved nor given up, by the transcript's id. */
const drafts = new Map();
addEventListener("beforeunload", (event) => {
  if (drafts.size > 0) event.preventDefault();
});

function factsOf({ started_at: startedAt, duration_s: durationS, word_count: words, ...rest }) {
  const at = new Date(startedAt);
  const locale = uiLocale();
  const facts = [
    `${formatDay(at, new Date(), locale)}, ${formatTime(at, locale)}`,
    formatClock(durationS),
    tCount("words", words),
  ];
  if (rest.language) facts.push(formatLanguage(rest.language, locale));
  if (rest.model) facts.push(rest.model);
  return facts;
}
