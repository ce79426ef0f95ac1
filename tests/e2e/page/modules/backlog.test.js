import { newsOf } from "/static/client/backlog.js";
import { assertEqual } from "./assert.js";

const result = (text, startS = 0) => {
  const words = text.split(" ").map((word, index) => ({
    text: word,
    start: startS + index,
    end: startS + index + 0.8,
  }));
  return { text_content: text, start_time: startS, end_time: words.at(-1).end, words };
};
const told = (news) => news && [news.text_content, news.start_time, news.end_time];

export function textThatIsAllNewMovesToItsPlaceInTheSession() {
  assertEqual(told(newsOf(result("one two"), 10, 5)), ["one two", 10, 11.8]);
}

export function wordsThatAreConfirmedAlreadyAreLeftOut() {
  assertEqual(told(newsOf(result("one two three"), 10, 11.6)), ["three", 12, 12.8]);
}

export function textThatIsAllConfirmedIsNoNews() {
  assertEqual(newsOf(result("one two three"), 0, 2.8), null);
}

export function aWordCountsByItsMiddle() {
  assertEqual(told(newsOf(result("one two"), 0, 1.39)), ["two", 1, 1.8]);
  assertEqual(newsOf(result("one two"), 0, 1.41), null);
}

export function textWithoutSpacesBetweenItsWordsIsCutWhereTheyEnd() {
  const words = [
    { text: "今日", start: 0, end: 1 },
    { text: "は", start: 1, end: 2 },
  ];
  const news = newsOf({ text_content: "今日は。", start_time: 0, end_time: 2, words }, 0, 1);
  assertEqual(news.text_content, "は。");
}

export function aResultWithoutWordTimesIsKept() {
  const news = newsOf({ text_content: "All.", start_time: 0, end_time: 2, words: [] }, 3, 9);
  assertEqual(told(news), ["All.", 3, 5]);
}
