// What goes over the wire: event frames as JSON text, audio as binary frames.

/** Server events that a client only passes on, and what it calls them. */
export const PASSED_ON = {
  transcription_partial: "partial",
  transcription_final: "final",
  metrics: "metrics",
  warning: "warning",
};

/** Errors that say "send that again from there"; the person need not know. */
export const RESEND_ERRORS = new Set(["SEQUENCE_MISMATCH", "TOO_MANY_UNACKNOWLEDGED", "RATE_LIMITED"]);

const AUDIO_HEADER_BYTES = 12;

/**
 * One binary audio frame: uint32 big-endian sequence number, float64 big-endian capture time in
 * milliseconds since 1970, then the audio.
 * @param {number} sequenceNumber
 * @param {number} captureMs
 * @param {Uint8Array} bytes
 * @returns {Uint8Array}
 */
export function encodeAudio(sequenceNumber, captureMs, bytes) {
  const frame = new Uint8Array(AUDIO_HEADER_BYTES + bytes.byteLength);
  const header = new DataView(frame.buffer);
  header.setUint32(0, sequenceNumber);
  header.setFloat64(4, captureMs);
  frame.set(bytes, AUDIO_HEADER_BYTES);
  return frame;
}

/** One text frame. */
export const encodeEvent = (event, data = {}) => JSON.stringify({ event, data });

/**
 * The event in a text frame, or null when it is not one.
 * @returns {{event: string, data: object} | null}
 */
export function decodeEvent(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  return typeof frame?.event === "string" ? { event: frame.event, data: frame.data ?? {} } : null;
}

/** `bytes` cut into pieces of at most `limit` bytes; views, not copies. */
export function splitBytes(bytes, limit) {
  const pieces = [];
  for (let start = 0; start < bytes.byteLength; start += limit) {
    pieces.push(bytes.subarray(start, start + limit));
  }
  return pieces;
}
