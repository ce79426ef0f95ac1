// The history: finished dictations, found, read and put to use.

import { errorText } from "../errors.js";
import { addWords, t } from "../i18n/index.js";
import { loadStyle } from "../load-style.js";
import { build, button } from "../markup.js";
import { createArchive } from "./archive.js";
import { TranscriptList } from "./list.js";
import { TranscriptReader } from "./reader.js";
import { SelectionBar } from "./selection.js";
import { UndoBar } from "./undo.js";

const SEARCH_DELAY_MS = 120;

let view = null;

/** Load what it is shown with; rejects while the server is away. */
export const prepare = () =>
  Promise.all([loadStyle("history"), addWords("history"), addWords("errors")]);

/**
 * Show the history in `dialog`, with the transcript of that id opened, at a moment of it, if there
 * is one.
 */
export function openHistory(dialog, api, id = null, seconds = null) {
  view ??= new HistoryView(dialog, createArchive(api));
  view.open(id, seconds);
}

class HistoryView {
  #dialog;
  #archive;
  #search;
  #select;
  #list;
  #undo;
  #selection;
  #reader;
  #timer = null;

  constructor(dialog, archive) {
    this.#dialog = dialog;
    this.#archive = archive;
    dialog.addEventListener("cancel", (event) => this.#leave(event));
    dialog.addEventListener("close", () => {
      this.#reader.leave();
      history.replaceState(null, "", location.pathname + location.search);
    });
  }

  open(id, seconds) {
    if (!this.#dialog.open) {
      this.#build();
      this.#dialog.showModal();
      this.#search.focus();
      this.#undo.recall();
      this.#list.load();
    }
    this.#show(id, seconds);
  }

  /** Anew, because the language of the page may be another one. */
  #build() {
    this.#list = new TranscriptList(this.#archive, {
      onOpen: (id) => this.#show(id),
      onPick: () => this.#selection?.render(),
    });
    this.#list.root.addEventListener("keydown", (event) => this.#moveFocus(event));
    this.#selection = new SelectionBar(this.#archive, this.#list, {
      onDelete: async (ids) => {
        await this.#delete(ids);
        this.#setPicking(false);
      },
    });
    this.#search = this.#searchField();
    this.#undo = new UndoBar(this.#archive, {
      heir: this.#search,
      onRestored: async ([id]) => {
        await this.#list.load();
        this.#list.focusEntry(id);
      },
    });
    this.#reader = new TranscriptReader(this.#archive, {
      onBack: () => this.#back(),
      onChange: ({ id, title }) => this.#list.rename(id, title),
      onDelete: ({ id, title }) => this.#delete([id], title),
    });
    this.#dialog.replaceChildren(this.#side(), this.#reader.root);
  }

  #searchField() {
    return build("input", {
      type: "search",
      className: "field search",
      placeholder: t("history.search"),
      "aria-label": t("history.search"),
      oninput: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#find(this.#search.value.trim()), SEARCH_DELAY_MS);
      },
      onkeydown: (event) => this.#moveFocus(event),
    });
  }

  #find(query) {
    this.#list.load(query);
    this.#reader.mark(query);
  }

  #side() {
    this.#select = button({
      className: "quiet select",
      text: t("history.select"),
      onclick: () => this.#setPicking(this.#selection.root.hidden),
    });
    const close = button({
      className: "quiet icon-only",
      iconName: "close",
      label: t("action.close"),
      onclick: () => this.#dialog.close(),
    });
    const title = build("h2", { textContent: t("history.title") });
    return build(
      "div",
      { className: "history-list" },
      build("header", { className: "box-head" }, title, this.#select, close),
      this.#search,
      this.#list.root,
      this.#undo.root,
      this.#selection.root,
    );
  }

  #moveFocus(event) {
    this.#list.moveFocus(event, this.#search);
  }

  #setPicking(isPicking) {
    this.#selection.root.hidden = !isPicking;
    this.#select.querySelector("span").textContent = t(
      isPicking ? "history.select_done" : "history.select",
    );
    this.#list.setPicking(isPicking);
  }

  async #show(id, seconds = null) {
    this.#dialog.classList.toggle("is-reading", id !== null);
    this.#list.markOpen(id);
    await this.#reader.open(id, { seconds, query: this.#list.query });
  }

  async #back() {
    const id = this.#reader.openId;
    await this.#show(null);
    this.#list.focusEntry(id);
  }

  /** Escape leaves a transcript on a small screen, where it covers the list, before it closes. */
  #leave(event) {
    const isCovered = this.#search.checkVisibility() === false;
    if (!isCovered) return;
    event.preventDefault();
    this.#back();
  }

  async #delete(ids, title) {
    try {
      const deleted = await this.#archive.delete(ids);
      if (ids.includes(this.#reader.openId)) await this.#show(null);
      this.#list.remove(ids);
      this.#undo.deleted(deleted, title);
      this.#undo.root.querySelector("button").focus();
    } catch (error) {
      if (!ids.includes(this.#reader.openId)) throw error;
      this.#reader.tell(errorText(error));
    }
  }
}
