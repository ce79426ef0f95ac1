// The list of transcripts: searched, read further while one scrolls, picked from.

import { errorText } from "../errors.js";
import { formatClock, formatDay, formatLanguage, formatTime } from "../format.js";
import { t, tCount, uiLocale } from "../i18n/index.js";
import { build, button } from "../markup.js";
import { findMatches } from "./marks.js";

const PAGE_SIZE = 50;
const LARGEST_PAGE = 100;
const AHEAD = "1200px";

export class TranscriptList {
  root;
  /** Ids in the order in which they stand. */
  ids = [];
  total = 0;
  query = "";
  #archive;
  #handlers;
  #message = build("p", { className: "history-message", role: "status" });
  #days = build("div", { className: "days" });
  #more = build("div", { className: "more" });
  #entries = new Map();
  #picked = null;
  #openId = null;
  #day = null;
  #request = 0;
  #loading = null;
  #observer;

  /** @param {{onOpen: (id: string) => void, onPick: () => void}} handlers */
  constructor(archive, handlers) {
    this.#archive = archive;
    this.#handlers = handlers;
    this.root = build("div", { className: "history-scroll" }, this.#message, this.#days, this.#more);
    const options = { root: this.root, rootMargin: AHEAD };
    this.#observer = new IntersectionObserver((changes) => {
      if (changes.at(-1).isIntersecting) this.#loadMore();
    }, options);
  }

  /** Show what `query` finds, from the top. */
  async load(query = this.query) {
    const request = ++this.#request;
    this.#loading = null;
    this.query = query;
    const page = await this.#read(request, 0, PAGE_SIZE, () => this.load());
    if (page === null) return;
    this.#clear();
    this.#take(page);
    this.root.scrollTop = 0;
  }

  /** Read everything that the query finds. */
  async loadAll() {
    while (this.#hasMore && (await this.#loadMore(LARGEST_PAGE)));
  }

  /** Take transcripts out that were deleted. */
  remove(ids) {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (!entry) continue;
      const day = entry.closest("section");
      entry.closest("li").remove();
      if (day.querySelector("li") === null) day.remove();
      this.#entries.delete(id);
      this.#picked?.delete(id);
      this.total -= 1;
    }
    this.ids = this.ids.filter((id) => this.#entries.has(id));
    this.#tell();
    this.#watchEnd();
  }

  /** Show another title. */
  rename(id, title) {
    const entry = this.#entries.get(id);
    if (entry) entry.querySelector("strong").textContent = title;
  }

  /** Mark the transcript that is open. */
  markOpen(id) {
    this.#entries.get(this.#openId)?.removeAttribute("aria-current");
    this.#entries.get(id)?.setAttribute("aria-current", "true");
    this.#openId = id;
  }

  /** The ids that are picked. */
  get picked() {
    return this.ids.filter((id) => this.#picked?.has(id));
  }

  /** Let entries be picked instead of opened, or end that. */
  setPicking(isPicking) {
    this.#picked = isPicking ? new Set() : null;
    this.root.classList.toggle("is-picking", isPicking);
    this.#showPicked();
  }

  /** Pick all or none of what is found. */
  async pickAll(isAll) {
    if (isAll) await this.loadAll();
    this.#picked = new Set(isAll ? this.ids : []);
    this.#showPicked();
  }

  /** Move the focus from entry to entry; `before` stands above the first. */
  moveFocus(event, before) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [before, ...this.ids.map((id) => this.#entries.get(id))];
    stops[stops.indexOf(document.activeElement) + step]?.focus();
    event.preventDefault();
  }

  /** Focus the entry of that id, or the first. */
  focusEntry(id) {
    (this.#entries.get(id) ?? this.#entries.get(this.ids[0]))?.focus();
  }

  get #hasMore() {
    return this.ids.length < this.total;
  }

  /** Resolves to whether there is more now; what is being read already is not read twice. */
  async #loadMore(limit = PAGE_SIZE) {
    if (!this.#hasMore) return false;
    this.#loading ??= this.#readOn(limit);
    return this.#loading;
  }

  async #readOn(limit) {
    const request = this.#request;
    const page = await this.#read(request, this.ids.length, limit, () => this.#loadMore(limit));
    if (request !== this.#request) return false;
    this.#loading = null;
    if (page !== null) this.#take(page);
    return page !== null && page.items.length > 0;
  }

  async #read(request, offset, limit, again) {
    try {
      const page = await this.#archive.list({ query: this.query, limit, offset });
      return request === this.#request ? page : null;
    } catch (error) {
      if (request === this.#request) this.#tellFailure(error, again);
      return null;
    }
  }

  #clear() {
    this.ids = [];
    this.#entries.clear();
    this.#day = null;
    this.#days.replaceChildren();
    this.#picked?.clear();
  }

  #take({ items, total }) {
    this.total = total;
    for (const item of items) {
      if (this.#entries.has(item.id)) continue;
      this.ids.push(item.id);
      this.#append(item);
    }
    this.#tell();
    this.markOpen(this.#openId);
    this.#showPicked();
    this.#watchEnd();
  }

  #append(item) {
    const at = new Date(item.started_at);
    const day = formatDay(at, new Date(), uiLocale());
    if (this.#day?.heading !== day) {
      const list = build("ul");
      this.#days.append(build("section", {}, build("h3", { textContent: day }), list));
      this.#day = { heading: day, list };
    }
    const entry = this.#entry(item, at);
    this.#entries.set(item.id, entry);
    this.#day.list.append(build("li", {}, entry));
  }

  #entry(item, at) {
    const facts = [formatTime(at, uiLocale()), formatClock(item.duration_s)];
    if (item.language) facts.push(formatLanguage(item.language, uiLocale()));
    if (item.edited_at) facts.push(t("history.edited"));
    const title = item.title || t("history.untitled");
    return build(
      "button",
      { type: "button", className: "entry", onclick: () => this.#press(item.id) },
      build("span", { className: "pick", "aria-hidden": "true" }),
      build("strong", {}, ...markedParts(title, this.query)),
      build("span", { className: "snippet" }, ...beyondTitle(item.snippet, title).map(snippetPart)),
      build("span", { className: "facts", textContent: facts.join(" · ") }),
    );
  }

  #press(id) {
    if (this.#picked === null) {
      this.#handlers.onOpen(id);
      return;
    }
    if (!this.#picked.delete(id)) this.#picked.add(id);
    this.#showPicked();
  }

  #showPicked() {
    for (const [id, entry] of this.#entries) {
      if (this.#picked === null) entry.removeAttribute("aria-pressed");
      else entry.setAttribute("aria-pressed", this.#picked.has(id));
    }
    this.#handlers.onPick();
  }

  #tell() {
    const none = this.query
      ? t("history.no_match", { query: this.query })
      : t("history.empty");
    this.#message.textContent = this.total ? tCount("history.count", this.total) : none;
    this.#message.classList.toggle("is-empty", this.total === 0);
    this.#more.replaceChildren();
  }

  #tellFailure(error, again) {
    this.#message.classList.remove("is-empty");
    this.#message.textContent = t("history.failed", { message: errorText(error) });
    this.#more.replaceChildren(
      button({ className: "quiet action", text: t("history.retry"), onclick: again }),
    );
  }

  /** Anew, because an end that is within reach now as before would not be told. */
  #watchEnd() {
    this.#observer.unobserve(this.#more);
    this.#observer.observe(this.#more);
  }
}

/** The snippet, without its beginning where that only says the title again. */
function beyondTitle(snippet, title) {
  const [first, ...rest] = snippet;
  const said = title.replace(/…$/, "");
  if (!first || first.match || !first.text.startsWith(said)) return snippet;
  const text = first.text.slice(said.length);
  if (/^\S/.test(text)) return snippet;
  return [{ text: text && `…${text.trimStart()}`, match: false }, ...rest];
}

const snippetPart = ({ text, match }) => (match ? build("mark", { textContent: text }) : text);

function markedParts(text, query) {
  const parts = [];
  let at = 0;
  for (const [start, end] of findMatches(text, query)) {
    parts.push(text.slice(at, start), build("mark", { textContent: text.slice(start, end) }));
    at = end;
  }
  return [...parts, text.slice(at)];
}
