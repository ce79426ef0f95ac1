// Which of the page's states a dictation is in. Pure.

import { BACK_OFF_MS } from "./client/back-off.js";

/** Before a dictation: the state by what is known of the server's engine. */
const AT_REST = {
  unknown: "loading",
  loading: "loading",
  ready: "idle",
  failed: "unable",
  away: "away",
};

/**
 * @param {{recording: "none"|"opening"|"on"|"paused"|"stopped", phase: string, attempt: number,
 *   status: string | null, isCompleted: boolean, hasFailed: boolean, isMicrophoneAway: boolean,
 *   engine: keyof typeof AT_REST}} facts
 * @returns {string} a `state.…` of the texts
 */
export function displayState(facts) {
  const { recording, phase, attempt, status, isCompleted, hasFailed, engine } = facts;
  if (recording === "opening") return "opening";
  if (facts.isMicrophoneAway) return "unheard";
  if (hasFailed) return "failed";
  if (isCompleted) return "finished";
  if (recording === "none") return AT_REST[engine];
  const isConnecting = phase === "connecting";
  if (phase === "blocked" || (isConnecting && attempt >= BACK_OFF_MS.length)) return "blocked";
  if (phase === "waiting" || (isConnecting && attempt > 0)) return "reconnecting";
  if (phase === "locked") return "locked";
  if (phase === "gone" && recording === "on") return "gone";
  if (recording === "stopped") return "finishing";
  if (recording === "paused") return "paused";
  return status === "recording" ? "listening" : "connecting";
}
