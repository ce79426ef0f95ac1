// Recordings as files: chosen or dropped, transcribed while one watches, found in the history.

import { transcribe } from "../client/upload.js";
import { addWords, t } from "../i18n/index.js";
import { loadStyle } from "../load-style.js";
import { build, button, icon } from "../markup.js";
import { JobView, announcementOf } from "./job-view.js";
import { FileQueue } from "./queue.js";

let view = null;

/** Load what it is shown with; rejects while the server is away. */
export const prepare = () =>
  Promise.all([
    loadStyle("dialogs"),
    loadStyle("files"),
    addWords("files"),
    addWords("errors"),
  ]);

/**
 * Show the dialog, and take `files` if there are any.
 *
 * @param {{api: object, languages: HTMLSelectElement, hotwords: () => string,
 *   onOpen: (transcriptId: string) => void, tell: (text: string) => void}} page what the page knows: `languages` is its choice of
 *   languages spoken
 */
export function openFiles(page, files = []) {
  view ??= new FilesView(page);
  view.open(files);
}

class FilesView {
  #page;
  #queue;
  #dialog = build("dialog", { className: "box files", id: "files" });
  #jobs = new Map();
  #list;
  #languages;
  #status;

  constructor(page) {
    this.#page = page;
    this.#queue = new FileQueue(async (options) => {
      // Whoever has to sign in first is asked before a large file is sent in vain.
      await page.api.json("api/history?limit=1&offset=0");
      return transcribe(page.api, options);
    });
    this.#queue.addEventListener("change", ({ detail: job }) => this.#show(job));
    this.#dialog.addEventListener("click", ({ target }) => {
      if (target === this.#dialog) this.#dialog.close();
    });
    document.body.append(this.#dialog);
    addEventListener("beforeunload", (event) => {
      if (this.#queue.isBusy) event.preventDefault();
    });
  }

  open(files) {
    if (!this.#dialog.open) {
      this.#build();
      this.#dialog.showModal();
    }
    for (const file of files) this.#add(file);
  }

  /** Anew, because the language of the page may be another one. */
  #build() {
    this.#dialog.ariaLabel = t("files.title");
    this.#list = build("ul", { className: "jobs" });
    this.#status = build("p", { className: "visually-hidden", role: "status" });
    this.#languages = build("select", {}, ...[...this.#page.languages.options].map(copyOf));
    this.#languages.value = this.#page.languages.value;
    this.#languages.disabled = this.#languages.options.length < 2;
    const close = button({
      className: "quiet icon-only",
      iconName: "close",
      label: t("action.close"),
      onclick: () => this.#dialog.close(),
    });
    this.#dialog.replaceChildren(
      build("header", { className: "box-head" }, build("h2", { textContent: t("files.title") }), close),
      build(
        "div",
        { className: "files-body" },
        this.#dropZone(),
        build("label", { className: "row" }, t("files.language"), this.#languages),
        this.#list,
        build("p", { className: "files-note", textContent: t("files.note") }),
      ),
      this.#status,
    );
    this.#jobs.clear();
    for (const job of this.#queue.jobs) this.#show(job);
  }

  #dropZone() {
    const input = build("input", {
      type: "file",
      className: "visually-hidden",
      multiple: true,
      accept: "audio/*,video/*",
      onchange: () => {
        for (const file of input.files) this.#add(file);
        input.value = "";
      },
    });
    return build(
      "label",
      { className: "drop-zone" },
      input,
      icon("file"),
      build("strong", { textContent: t("files.choose") }),
      build("span", { textContent: t("files.drop") }),
    );
  }

  #add(file) {
    const fields = {};
    if (this.#languages.value) fields.language = this.#languages.value;
    const hotwords = this.#page.hotwords();
    if (hotwords) fields.hotwords = hotwords;
    this.#queue.add(file, fields);
    this.#list.lastElementChild.scrollIntoView({ block: "nearest" });
  }

  #show(job) {
    if (!this.#jobs.has(job)) {
      const shown = new JobView(job, {
        onCancel: () => this.#queue.cancel(job),
        onRetry: () => this.#queue.retry(job),
        onRemove: () => this.#remove(job),
        onOpen: () => {
          this.#dialog.close();
          this.#page.onOpen(job.transcriptId);
        },
      });
      this.#jobs.set(job, shown);
      this.#list.append(shown.root);
    }
    const shown = this.#jobs.get(job);
    const hasMoved = shown.state !== job.state;
    shown.render();
    const said = hasMoved ? announcementOf(job) : null;
    if (said) this.#status.textContent = said;
    const isOver = job.state === "done" || job.state === "failed";
    if (hasMoved && isOver && !this.#dialog.open) this.#page.tell(said);
  }

  #remove(job) {
    this.#jobs.get(job).root.remove();
    this.#jobs.delete(job);
    this.#queue.remove(job);
    this.#dialog.querySelector("input").focus();
  }
}

const copyOf = (option) => option.cloneNode(true);
