// The text of one dictation: confirmed segments that never change and one partial that may.

// As `history/text.py` cuts what is kept.
const PARAGRAPH_PAUSE_S = 2.0;
const PARAGRAPH_WORDS = 120;

const NO_PARTIAL = { stable: "", tail: "", isParagraph: false, startS: 0 };

const squeeze = (text) => text.replace(/\s+/g, " ").trim();
const countWords = (text) => (text ? text.split(" ").length : 0);

/** What follows `beginning` in `whole`, white space aside; nothing if it begins otherwise. */
function textAfter(whole, beginning) {
  const letters = beginning.replace(/\s+/g, "");
  let matched = 0;
  let index = 0;
  for (; matched < letters.length && index < whole.length; index += 1) {
    if (/\s/.test(whole[index])) continue;
    if (whole[index] !== letters[matched]) return "";
    matched += 1;
  }
  return matched === letters.length ? whole.slice(index) : "";
}

/**
 * Pure state; each change says what to show.
 *
 * `confirm` and `reconcile` return the segments to append: `{text, startS, isParagraph}`.
 */
export class Transcript {
  segments = [];
  partial = NO_PARTIAL;
  #resultIds = new Set();
  #endS = null;
  #paragraphWords = 0;
  wordCount = 0;

  /** All confirmed text, paragraphs as lines. */
  get text() {
    return this.segments
      .map(({ text, isParagraph }, index) => (index ? (isParagraph ? "\n\n" : " ") : "") + text)
      .join("");
  }

  /** Where the confirmed text ends, in seconds of the session's audio. */
  get endS() {
    return this.#endS ?? 0;
  }

  /** Whether there is anything to read. */
  get isEmpty() {
    return this.segments.length === 0 && !this.partial.stable && !this.partial.tail;
  }

  /** Take a final result; one that was taken before, or is empty, adds nothing. */
  confirm(result) {
    this.partial = NO_PARTIAL;
    if (this.#resultIds.has(result.result_id)) return [];
    this.#resultIds.add(result.result_id);
    return this.#append(squeeze(result.text_content), result.start_time, result.end_time);
  }

  /** Take a partial result in place of the one before. */
  revise(result) {
    const text = squeeze(result.text_content);
    const stable = squeeze(result.stable_text ?? "");
    const isPrefix = text.startsWith(stable);
    this.partial = {
      stable: isPrefix ? stable : "",
      tail: isPrefix ? text.slice(stable.length) : text,
      isParagraph: this.#startsParagraph(result.start_time),
      startS: result.start_time,
    };
    return this.partial;
  }

  /**
   * The server's whole confirmed text: append what was missed while the connection was away.
   * `untilS` is where the text ends, if that is known.
   */
  reconcile(confirmedText, untilS = this.endS) {
    const known = this.segments.map(({ text }) => text).join("");
    const missed = squeeze(textAfter(confirmedText, known));
    const appended = this.#append(missed, this.endS, untilS);
    if (this.#endS !== null) this.#endS = Math.max(this.#endS, untilS);
    return appended;
  }

  #append(text, startS, endS) {
    if (!text) return [];
    const segment = { text, startS, isParagraph: this.#startsParagraph(startS) };
    const words = countWords(text);
    this.segments.push(segment);
    this.wordCount += words;
    this.#paragraphWords = segment.isParagraph ? words : this.#paragraphWords + words;
    this.#endS = Math.max(this.endS, endS);
    return [segment];
  }

  #startsParagraph(startS) {
    return (
      this.#endS === null ||
      startS - this.#endS > PARAGRAPH_PAUSE_S ||
      this.#paragraphWords >= PARAGRAPH_WORDS
    );
  }
}
