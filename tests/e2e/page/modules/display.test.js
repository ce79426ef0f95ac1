import { displayState } from "/static/display.js";
import { assertEqual } from "./assert.js";

const facts = (changes) => ({
  recording: "on",
  phase: "open",
  attempt: 0,
  status: "recording",
  isCompleted: false,
  hasFailed: false,
  isMicrophoneAway: false,
  engine: "ready",
  ...changes,
});
const CASES = [
  ["idle", { recording: "none", phase: "idle", status: null }],
  ["loading", { recording: "none", phase: "idle", status: null, engine: "unknown" }],
  ["loading", { recording: "none", phase: "idle", status: null, engine: "loading" }],
  ["unable", { recording: "none", phase: "idle", status: null, engine: "failed" }],
  ["away", { recording: "none", phase: "idle", status: null, engine: "away" }],
  ["listening", { engine: "away" }],
  ["opening", { recording: "opening", phase: "idle" }],
  ["unheard", { recording: "none", phase: "idle", isMicrophoneAway: true }],
  ["connecting", { phase: "connecting", status: null }],
  ["connecting", { status: "connected" }],
  ["listening", {}],
  ["paused", { recording: "paused", status: "paused" }],
  ["reconnecting", { phase: "waiting", attempt: 1 }],
  ["reconnecting", { phase: "connecting", attempt: 2 }],
  ["reconnecting", { phase: "waiting", attempt: 2, recording: "stopped" }],
  ["blocked", { phase: "blocked", attempt: 5 }],
  ["blocked", { phase: "connecting", attempt: 5 }],
  ["finishing", { recording: "stopped", status: "finalizing" }],
  ["finished", { recording: "none", phase: "closed", isCompleted: true }],
  ["failed", { recording: "none", phase: "closed", hasFailed: true }],
];

export function everySituationHasItsState() {
  for (const [expected, changes] of CASES) {
    assertEqual([displayState(facts(changes)), changes], [expected, changes]);
  }
}
