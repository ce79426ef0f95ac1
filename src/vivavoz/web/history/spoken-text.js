// The text of a transcript; a word that is clicked, or reached with the arrow keys, tells its time.

import { copyText } from "../clipboard.js";
import { formatClock } from "../format.js";
import { t } from "../i18n/index.js";
import { build, button } from "../markup.js";
import { transcriptLink } from "./links.js";
import { findMatches } from "./marks.js";

const FOUND = "found";

export class SpokenText {
  root;
  #id;
  #text;
  #bar = build("div", { className: "moment", hidden: true });
  #words = [];
  #current = null;

  /** @param {{id: string, paragraphs: string[], segments: object[], edited_at: string|null}} transcript */
  constructor(transcript) {
    this.#id = transcript.id;
    const paragraphs = transcript.edited_at
      ? transcript.paragraphs.map((text) => build("p", { textContent: text }))
      : groupSegments(transcript).map((segments) => this.#paragraph(segments));
    this.#text = build("div", { className: "transcript", dir: "auto" }, ...paragraphs);
    if (this.#words.length > 0) this.#listen();
    this.root = build("div", { className: "spoken" }, this.#text, this.#bar);
  }

  /** Show the word that is spoken at that second, or next after it. */
  show(seconds) {
    const index = this.#words.findIndex(({ endS }) => endS > seconds);
    if (index >= 0) this.#choose(index);
  }

  /** Mark what a query finds instead of what was marked, and bring the first of it into view. */
  mark(query) {
    this.unmark();
    const ranges = query ? [...matchRanges(this.#text, query)] : [];
    if (ranges.length === 0 || !globalThis.CSS?.highlights) return;
    CSS.highlights.set(FOUND, new Highlight(...ranges));
    const { parentElement } = ranges[0].startContainer;
    parentElement.scrollIntoView({ block: "center" });
  }

  /** Mark nothing. */
  unmark() {
    globalThis.CSS?.highlights?.delete(FOUND);
  }

  #paragraph(segments) {
    const paragraph = build("p");
    paragraph.dataset.time = formatClock(segments[0].start_s);
    segments.forEach((segment, index) => {
      if (index > 0) paragraph.append(" ");
      paragraph.append(...this.#pieces(segment));
    });
    return paragraph;
  }

  /** A segment's text, its words in elements of their own. */
  #pieces({ text, words }) {
    const pieces = [];
    let at = 0;
    for (const { text: spoken, start: startS, end: endS } of words) {
      const word = spoken.trim();
      const start = text.indexOf(word, at);
      if (!word || start < 0) continue;
      const element = build("span", { textContent: word });
      element.dataset.word = this.#words.length;
      this.#words.push({ element, startS, endS });
      pieces.push(text.slice(at, start), element);
      at = start + word.length;
    }
    return [...pieces, text.slice(at)];
  }

  #listen() {
    Object.assign(this.#text, {
      tabIndex: 0,
      onclick: ({ target }) => {
        const word = target.closest("[data-word]");
        if (word && getSelection().isCollapsed) this.#choose(Number(word.dataset.word));
      },
      onkeydown: (event) => this.#step(event),
    });
    this.#text.setAttribute("role", "group");
    this.#text.setAttribute("aria-label", t("history.text"));
  }

  #step(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const next = this.#current === null ? 0 : this.#current + step;
    if (next >= 0 && next < this.#words.length) this.#choose(next);
  }

  #choose(index) {
    this.#leave();
    this.#current = index;
    const { element, startS } = this.#words[index];
    element.classList.add("is-chosen");
    element.scrollIntoView({ block: "nearest" });
    const time = `${formatClock(startS)}.${Math.floor((startS * 10) % 10)}`;
    if (this.#bar.childElementCount === 0) this.#fillBar();
    this.#bar.hidden = false;
    this.#bar.querySelector("p").textContent = t("history.word_time", {
      word: element.textContent,
      time,
    });
    const [copyTime, copyLink] = this.#bar.querySelectorAll("button");
    copyTime.onclick = () => copyText(time, copyTime);
    copyLink.onclick = () => {
      copyText(transcriptLink(document.baseURI, this.#id, startS), copyLink);
    };
  }

  #fillBar() {
    const dismiss = () => {
      this.#bar.hidden = true;
      this.#leave();
      this.#current = null;
      this.#text.focus({ preventScroll: true });
    };
    this.#bar.append(
      build("p", { role: "status" }),
      button({ iconName: "copy", text: t("history.copy_time") }),
      button({ iconName: "link", text: t("history.copy_link") }),
      button({
        className: "quiet icon-only",
        iconName: "close",
        label: t("action.close"),
        onclick: dismiss,
      }),
    );
  }

  #leave() {
    if (this.#current !== null) this.#words[this.#current].element.classList.remove("is-chosen");
  }
}

/** The segments of each paragraph: the server says where paragraphs begin. */
function groupSegments({ paragraphs, segments }) {
  const spoken = segments.filter(({ text }) => text.trim());
  const groups = [];
  let at = 0;
  for (const paragraph of paragraphs) {
    const first = at;
    let missing = paragraph.length;
    while (missing > 0 && at < spoken.length) {
      missing -= spoken[at].text.trim().length + (at > first ? 1 : 0);
      at += 1;
    }
    groups.push(spoken.slice(first, at));
  }
  return groups.filter((group) => group.length > 0);
}

/** Where a query is found in the text below `root`, word for word. */
function* matchRanges(root, query) {
  const nodes = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (nodes.nextNode()) {
    for (const [start, end] of findMatches(nodes.currentNode.data, query)) {
      const range = new Range();
      range.setStart(nodes.currentNode, start);
      range.setEnd(nodes.currentNode, end);
      yield range;
    }
  }
}
