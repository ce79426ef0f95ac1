import { LevelJudge, loudness } from "/static/level.js";
import { assertEqual } from "./assert.js";

export function loudnessIsZeroToOne() {
  assertEqual([0, 0.001, 0.5012, 1].map((rms) => Math.round(loudness(rms) * 100)), [0, 0, 100, 100]);
}

export function silenceIsToldAfterAWhile() {
  const judge = new LevelJudge();
  assertEqual([0, 3_900, 4_100].map((ms) => judge.judge(0, 0, ms)), ["good", "good", "silent"]);
  assertEqual(judge.judge(0.05, 0.1, 4_200), "good");
}

export function clippingIsToldWhenItRepeats() {
  const judge = new LevelJudge();
  assertEqual(judge.judge(0.5, 1, 0), "good");
  assertEqual([1, 2, 3].map((ms) => judge.judge(0.5, 1, ms)).at(-1), "clipping");
  assertEqual(judge.judge(0.2, 0.4, 5_000), "good");
}
