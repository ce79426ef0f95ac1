// Where a text holds what was searched for, by the server's rule: beginnings of words, in any case,
// with or without accents. Pure.

const fold = (text) => text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();

/**
 * @param {string} text
 * @param {string} query
 * @returns {[number, number][]} start and end of each match, in order
 */
export function findMatches(text, query) {
  const beginnings = (query.match(/[\p{L}\p{N}\p{M}]+/gu) ?? []).map(fold);
  if (beginnings.length === 0) return [];
  const matches = [];
  for (const { 0: word, index } of text.matchAll(/[\p{L}\p{N}\p{M}]+/gu)) {
    const folded = fold(word);
    if (beginnings.some((beginning) => folded.startsWith(beginning))) {
      matches.push([index, index + word.length]);
    }
  }
  return matches;
}
