// What a dictation still owes when the server no longer has its session. Pure.
//
// The rule by which nothing is lost and nothing is doubled: every container stream with a chunk that
// is not durable is uploaded whole. Of what comes back, words are left out whose middle lies before
// the end of the text that is confirmed already.

/**
 * A result of an uploaded stream, in the session's time and without the words that are there
 * already; null if nothing is left of it.
 * @param {object} result as the server sends it
 * @param {number} startsAtS where the stream begins in the session
 * @param {number} knownUntilS the end of the confirmed text
 */
export function newsOf(result, startsAtS, knownUntilS) {
  const words = result.words.map((word) => ({
    ...word,
    start: word.start + startsAtS,
    end: word.end + startsAtS,
  }));
  const known = words.filter(({ start, end }) => (start + end) / 2 < knownUntilS).length;
  if (words.length > 0 && known === words.length) return null;
  return {
    ...result,
    text_content: textBehind(result, known),
    start_time: known ? words[known].start : result.start_time + startsAtS,
    end_time: result.end_time + startsAtS,
    words: words.slice(known),
  };
}

/** Cut out of the text itself: not every language has spaces between its words. */
function textBehind({ text_content: text, words }, count) {
  let position = 0;
  for (const word of words.slice(0, count)) {
    const found = text.indexOf(word.text, position);
    if (found >= 0) position = found + word.text.length;
  }
  return text.slice(position).trim();
}
