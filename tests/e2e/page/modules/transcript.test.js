import { Transcript } from "/static/transcript.js";
import { assertEqual } from "./assert.js";

let ids = 0;
const result = (text, start = 0, end = start + 1, stable = null) => ({
  result_id: `${(ids += 1)}`,
  text_content: text,
  stable_text: stable,
  start_time: start,
  end_time: end,
});

export function finalsBecomeOneText() {
  const transcript = new Transcript();
  transcript.confirm(result("One  two.", 0, 2));
  transcript.confirm(result(" Three.", 2.5, 3));
  assertEqual([transcript.text, transcript.wordCount], ["One two. Three.", 3]);
}

export function aLongPauseBeginsAParagraph() {
  const transcript = new Transcript();
  transcript.confirm(result("One.", 0, 2));
  const [segment] = transcript.confirm(result("Two.", 4.5, 5));
  assertEqual([segment.isParagraph, transcript.text], [true, "One.\n\nTwo."]);
}

export function aLongParagraphEnds() {
  const transcript = new Transcript();
  transcript.confirm(result("word ".repeat(120), 0, 60));
  const [segment] = transcript.confirm(result("Next.", 60.1, 61));
  assertEqual(segment.isParagraph, true);
}

export function theSameFinalTwiceIsOnce() {
  const transcript = new Transcript();
  const final = result("One.");
  transcript.confirm(final);
  assertEqual(transcript.confirm(final), []);
  assertEqual(transcript.text, "One.");
}

export function anEmptyFinalOnlyTakesThePartialAway() {
  const transcript = new Transcript();
  transcript.revise(result("hm"));
  assertEqual(transcript.confirm(result("  ")), []);
  assertEqual(transcript.isEmpty, true);
}

export function aPartialHasAStablePrefixAndATail() {
  const { stable, tail } = new Transcript().revise(result("one two three", 0, 1, "one two"));
  assertEqual([stable, tail], ["one two", " three"]);
}

export function aStableTextThatIsNoPrefixIsAllTail() {
  const { stable, tail } = new Transcript().revise(result("one two", 0, 1, "two"));
  assertEqual([stable, tail], ["", "one two"]);
}

export function whatWasMissedIsAppended() {
  const transcript = new Transcript();
  transcript.confirm(result("One.", 0, 2));
  const [segment] = transcript.reconcile("One.\nTwo three.");
  assertEqual([segment.text, transcript.text], ["Two three.", "One. Two three."]);
}

export function nothingMissedAppendsNothing() {
  const transcript = new Transcript();
  transcript.confirm(result("One."));
  transcript.confirm(result("Two.", 9, 10));
  assertEqual(transcript.reconcile("One. Two."), []);
}

export function aTextThatIsNotOursIsLeftAlone() {
  const transcript = new Transcript();
  transcript.confirm(result("One."));
  assertEqual(transcript.reconcile("Another beginning. One."), []);
  assertEqual(transcript.reconcile(""), []);
}
