// The history: finished dictations, found, read and put to use.

import { errorText } from "./errors.js";
import { formatClock, formatDay, formatLanguage, formatTime } from "./format.js";
import { addWords, t, tCount, uiLocale } from "./i18n/index.js";
import { build, button } from "./markup.js";
import { TranscriptReader } from "./reader.js";

const PAGE_SIZE = 50;
const SEARCH_DELAY_MS = 180;
const UNDO_MS = 6_000;

let view = null;

/** Show the history in `dialog`, with the transcript of that id opened if there is one. */
export async function openHistory(dialog, api, id) {
  if (view === null) {
    await Promise.all([loadStyle(), addWords("history")]);
    view = new HistoryView(dialog, api);
  }
  view.open(id);
}

function loadStyle() {
  return new Promise((resolve) => {
    const href = "static/css/history.css";
    document.head.append(build("link", { rel: "stylesheet", href, onload: resolve }));
  });
}

class HistoryView {
  #dialog;
  #api;
  #search;
  #list;
  #message;
  #more;
  #undo;
  #reader;
  #items = [];
  #request = 0;
  #timer = null;
  #deletion = null;

  constructor(dialog, api) {
    this.#dialog = dialog;
    this.#api = api;
    this.#reader = new TranscriptReader(api, {
      onBack: () => this.#show(null),
      onRename: () => this.#load(),
      onDelete: (transcript) => this.#deleteSoon(transcript),
    });
    dialog.addEventListener("close", () => this.#deleteNow());
    addEventListener("pagehide", () => this.#deleteNow());
  }

  open(id) {
    this.#build();
    this.#dialog.showModal();
    this.#search.focus();
    this.#show(id);
    this.#load();
  }

  #build() {
    this.#search = build("input", {
      type: "search",
      className: "field search",
      placeholder: t("history.search"),
      "aria-label": t("history.search"),
      oninput: () => {
        clearTimeout(this.#timer);
        this.#timer = setTimeout(() => this.#load(), SEARCH_DELAY_MS);
      },
      onkeydown: (event) => this.#moveFocus(event),
    });
    this.#list = build("div", { className: "days", onkeydown: (event) => this.#moveFocus(event) });
    this.#message = build("p", { className: "history-message", role: "status" });
    this.#more = button({ text: t("history.more"), onclick: () => this.#load(this.#items.length) });
    this.#undo = build("div", { className: "undo", role: "status" });
    const close = button({
      className: "quiet icon-only",
      iconName: "close",
      label: t("action.close"),
      onclick: () => this.#dialog.close(),
    });
    this.#dialog.replaceChildren(
      build(
        "div",
        { className: "history-list" },
        build(
          "header",
          { className: "box-head" },
          build("h2", { textContent: t("history.title") }),
          close,
        ),
        this.#search,
        build("div", { className: "history-scroll" }, this.#message, this.#list, this.#more),
        this.#undo,
      ),
      this.#reader.root,
    );
  }

  async #load(offset = 0) {
    const request = ++this.#request;
    const query = this.#search.value.trim();
    try {
      const page = await this.#api.listTranscripts({ query, limit: PAGE_SIZE, offset });
      if (request !== this.#request) return;
      this.#items = offset ? [...this.#items, ...page.items] : page.items;
      this.#render(page.total, query);
    } catch (error) {
      if (request !== this.#request) return;
      this.#message.textContent = t("history.failed", { message: errorText(error) });
    }
  }

  #render(total, query) {
    const items = this.#items.filter(({ id }) => id !== this.#deletion?.id);
    const none = query ? t("history.no_match", { query }) : t("history.empty");
    this.#message.textContent = items.length
      ? tCount("history.count", total - (this.#items.length - items.length))
      : none;
    this.#message.classList.toggle("is-empty", items.length === 0);
    this.#more.hidden = this.#items.length >= total;
    const days = Map.groupBy(items, ({ started_at: at }) => new Date(at).toDateString());
    this.#list.replaceChildren(
      ...[...days.values()].map((ofDay) =>
        build(
          "section",
          {},
          build("h3", {
            textContent: formatDay(new Date(ofDay[0].started_at), new Date(), uiLocale()),
          }),
          build("ul", {}, ...ofDay.map((item) => build("li", {}, this.#entry(item)))),
        ),
      ),
    );
    this.#markOpen();
  }

  #entry(item) {
    const facts = [formatTime(new Date(item.started_at), uiLocale()), formatClock(item.duration_s)];
    if (item.language) facts.push(formatLanguage(item.language, uiLocale()));
    const entry = build(
      "button",
      { type: "button", className: "entry", onclick: () => this.#show(item.id) },
      build("strong", { textContent: item.title || t("history.untitled") }),
      build("span", { className: "snippet" }, ...item.snippet.map(snippetPart)),
      build("span", { className: "facts", textContent: facts.join(" · ") }),
    );
    entry.dataset.id = item.id;
    return entry;
  }

  #moveFocus(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [this.#search, ...this.#list.querySelectorAll(".entry")];
    stops[stops.indexOf(document.activeElement) + step]?.focus();
    event.preventDefault();
  }

  async #show(id) {
    this.#dialog.classList.toggle("is-reading", id !== null);
    await this.#reader.open(id);
    this.#markOpen();
  }

  #markOpen() {
    for (const entry of this.#list.querySelectorAll(".entry")) {
      entry.setAttribute("aria-current", entry.dataset.id === this.#reader.openId);
    }
  }

  #deleteSoon({ id, title }) {
    this.#deleteNow();
    this.#deletion = { id, timer: setTimeout(() => this.#deleteNow(), UNDO_MS) };
    this.#undo.replaceChildren(
      build("p", { textContent: t("history.deleted", { title }) }),
      button({ className: "quiet action", text: t("action.undo"), onclick: () => this.#undelete() }),
    );
    this.#show(null);
    this.#load();
  }

  #undelete() {
    clearTimeout(this.#deletion.timer);
    this.#deletion = null;
    this.#undo.replaceChildren();
    this.#load();
  }

  async #deleteNow() {
    if (this.#deletion === null) return;
    const { id, timer } = this.#deletion;
    clearTimeout(timer);
    this.#deletion = null;
    this.#undo.replaceChildren();
    await this.#api.deleteTranscript(id).catch((error) => {
      this.#message.textContent = errorText(error);
    });
    if (this.#dialog.open) this.#load();
  }
}

const snippetPart = ({ text, match }) => (match ? build("mark", { textContent: text }) : text);
