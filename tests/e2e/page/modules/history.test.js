import { EventReader } from "/static/client/upload.js";
import { readLink, transcriptLink } from "/static/history/links.js";
import { findMatches } from "/static/history/marks.js";
import { assertEqual } from "./assert.js";

const found = (text, query) => findMatches(text, query).map(([from, to]) => text.slice(from, to));

export function beginningsOfWordsMatchWithoutCaseAndAccents() {
  assertEqual(found("El Árbol y los árboles, bajo el marbol.", "ARBOL"), ["Árbol", "árboles"]);
  assertEqual(found("Cafe\u0301 con leche", "café le"), ["Cafe\u0301", "leche"]);
  assertEqual(found("anything", "  ?! "), []);
}

export function aLinkLeadsBackToItsMoment() {
  const link = transcriptLink("https://host/some/prefix/", "a b&c", 7.25);
  assertEqual(link.startsWith("https://host/some/prefix/#"), true);
  assertEqual(readLink(new URL(link).hash), { id: "a b&c", seconds: 7.3 });
  assertEqual(readLink(new URL(transcriptLink("https://host/", "x")).hash), {
    id: "x",
    seconds: null,
  });
  assertEqual([readLink(""), readLink("#record")], [null, null]);
}

export function eventsAreReadHoweverTheirTextIsCut() {
  const whole = 'data: {"n": 1}\n\ndata: {"n": 2, "text": "a b"}\n\ndata: {"n": 3}\n\n';
  for (let step = 1; step <= whole.length; step += 1) {
    const numbers = [];
    const reader = new EventReader(({ n }) => numbers.push(n));
    for (let end = step; end < whole.length + step; end += step) reader.read(whole.slice(0, end));
    assertEqual(numbers, [1, 2, 3]);
  }
}
