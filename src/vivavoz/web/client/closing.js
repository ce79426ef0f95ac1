// What the end of a connection means: whether to come back, and when.

import { BACK_OFF_MS } from "./back-off.js";

const BLOCK_MODE_RETRY_MS = 15_000;

const CLIENT_WAS_AWAY = "connection_lost";

export const NO_SUCH_SESSION_CODE = 4404;

/** Close codes after which this session cannot go on, and what each means for the person. */
const FINAL_CLOSE_CODES = {
  4400: "INVALID_MESSAGE",
  4401: "UNAUTHORIZED",
  4403: "ORIGIN_NOT_ALLOWED",
  4408: "TIMEOUT",
  4409: "SESSION_REPLACED",
  4410: "SESSION_CANCELLED",
  4429: "LIMIT_REACHED",
};

/** The phase that ends the session here, with its error; null where the client may come back. */
export function endOf(code, lastError) {
  const error = lastError ?? { code: FINAL_CLOSE_CODES[code], details: {} };
  if (error.code === "UNAUTHORIZED") return { phase: "locked", error };
  return code in FINAL_CLOSE_CODES ? { phase: "closed", error } : null;
}

/** Whether the server ended the session for want of its client, and the last chunk it had by then. */
export function heardBefore(completed, lastSequenceNumber) {
  const wasAway = completed.reason === CLIENT_WAS_AWAY;
  const heard = wasAway ? completed.audio_chunks_received : lastSequenceNumber;
  return { wasAway, known: Math.min(heard, lastSequenceNumber) };
}

/** The phase until the next attempt and its length, after so many attempts in a row. */
export function waitAfter(attempts, lastError) {
  const isBlocked = attempts >= BACK_OFF_MS.length;
  const delayMs = isBlocked ? BLOCK_MODE_RETRY_MS : BACK_OFF_MS[attempts];
  const askedMs = (lastError?.details?.retry_after_s ?? 0) * 1000;
  return { phase: isBlocked ? "blocked" : "waiting", waitMs: Math.max(delayMs, askedMs) };
}
