// One transcript of the history, opened.

import { copyText } from "./clipboard.js";
import { errorText } from "./errors.js";
import { formatClock, formatDay, formatLanguage, formatTime } from "./format.js";
import { t, tCount, uiLocale } from "./i18n/index.js";
import { build, button } from "./markup.js";
import { Transcript } from "./transcript.js";

const FORMATS = ["txt", "srt", "vtt", "json"];

export class TranscriptReader {
  root = build("article", { className: "reader", tabIndex: -1 });
  openId = null;
  #api;
  #handlers;

  /** @param {{onBack: () => void, onRename: () => void, onDelete: (transcript) => void}} handlers */
  constructor(api, handlers) {
    this.#api = api;
    this.#handlers = handlers;
  }

  /** Show the transcript of that id, or none. */
  async open(id) {
    this.openId = id;
    if (id === null) {
      const choose = build("p", { className: "reader-empty", textContent: t("history.choose") });
      this.root.replaceChildren(choose);
      return;
    }
    try {
      const transcript = await this.#api.readTranscript(id);
      if (this.openId === id) this.#render(transcript);
    } catch (error) {
      const failed = build("p", { className: "reader-empty", textContent: errorText(error) });
      this.root.replaceChildren(this.#backButton(), failed);
    }
  }

  #render(transcript) {
    const at = new Date(transcript.started_at);
    const language = uiLocale();
    const facts = [
      `${formatDay(at, new Date(), language)}, ${formatTime(at, language)}`,
      formatClock(transcript.duration_s),
      tCount("words", transcript.word_count),
    ];
    if (transcript.language) facts.push(formatLanguage(transcript.language, language));
    if (transcript.model) facts.push(transcript.model);
    this.root.replaceChildren(
      this.#backButton(),
      this.#heading(transcript),
      build("p", { className: "facts", textContent: facts.join(" · ") }),
      this.#actions(transcript),
      build("div", { className: "transcript", dir: "auto" }, ...paragraphs(transcript)),
    );
    this.root.scrollTop = 0;
    this.root.focus();
  }

  #backButton() {
    return button({
      className: "quiet back",
      iconName: "back",
      text: t("history.back"),
      onclick: () => this.#handlers.onBack(),
    });
  }

  #heading(transcript) {
    const title = build("h3", { textContent: transcript.title || t("history.untitled") });
    return build("div", { className: "reader-head" }, title);
  }

  #actions(transcript) {
    const copy = button({
      iconName: "copy",
      text: t("action.copy"),
      onclick: () => copyText(transcript.text, copy),
    });
    const rename = button({
      iconName: "pencil",
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
      "span",
      { className: "downloads", role: "group", "aria-label": t("history.download") },
      ...FORMATS.map((format) =>
        build("a", {
          className: "quiet",
          href: this.#api.exportUrl(transcript.id, format),
          download: "",
          textContent: format.toUpperCase(),
          title: `${t("history.download")} ${format.toUpperCase()}`,
        }),
      ),
    );
    return build("div", { className: "reader-actions" }, copy, downloads, rename, remove);
  }

  #rename(transcript) {
    const field = build("input", {
      className: "field",
      value: transcript.title,
      maxLength: 200,
      required: true,
      "aria-label": t("history.rename.label"),
    });
    const save = async (event) => {
      event.preventDefault();
      try {
        this.#render(await this.#api.renameTranscript(transcript.id, field.value));
        this.#handlers.onRename();
      } catch (error) {
        field.setCustomValidity(errorText(error));
        field.reportValidity();
      }
    };
    const cancel = () => this.#render(transcript);
    const form = build(
      "form",
      {
        className: "rename",
        onsubmit: save,
        oninput: () => field.setCustomValidity(""),
        onkeydown: (event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          cancel();
        },
      },
      field,
      build("button", { className: "solid", textContent: t("history.rename.save") }),
      button({ text: t("history.cancel"), onclick: cancel }),
    );
    this.root.querySelector(".reader-head").replaceChildren(form);
    field.select();
  }
}

/** The text in paragraphs as it stood while it was spoken. */
function paragraphs({ segments, text }) {
  if (segments.length === 0) return [build("p", { textContent: text })];
  const transcript = new Transcript();
  const built = [];
  for (const segment of segments) {
    const [added] = transcript.confirm({
      result_id: segment.result_id,
      text_content: segment.text,
      start_time: segment.start_s,
      end_time: segment.end_s,
    });
    if (added?.isParagraph) {
      const paragraph = build("p", { textContent: added.text });
      paragraph.dataset.time = formatClock(added.startS);
      built.push(paragraph);
    } else if (added) {
      built.at(-1).append(` ${added.text}`);
    }
  }
  return built;
}
