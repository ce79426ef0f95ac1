// One dictation as the page sees it: audio in, text out, whatever happens to the connection.

import { endOf, heardBefore, NO_SUCH_SESSION_CODE, waitAfter } from "./closing.js";
import { Connection } from "./connection.js";
import { Journal } from "./journal.js";
import { encodeAudio, PASSED_ON, RESEND_ERRORS, splitBytes } from "./wire.js";

const MAX_PIECE_BYTES = 262_144;
const MAX_BUFFERED_BYTES = 1_048_576;
const RESEND_DELAY_MS = 300;

/**
 * Events (`detail` in brackets): `phase` ({phase, attempt, retryAtMs, error}), `created` and
 * `resumed` (the server's data, the latter with `isOtherProcess`), `status` (name), `partial` and `final` (a result), `metrics`,
 * `warning`, `error` ({code, message, details, recoverable}), `completed` (the server's data),
 * `left` (the same, of a session that the server ended while this side was away).
 *
 * Phases: `idle`, `connecting`, `open`, `waiting` (for the next attempt), `blocked` (all attempts
 * failed: audio is kept here and the server tried now and then), `locked` (the server asks who is
 * there: `retryNow` once it knows), `gone` (the server no longer has the session: audio is only
 * kept, to be uploaded), `closed` (for good).
 */
export class DictationClient extends EventTarget {
  phase = "idle";
  /** @type {string | null} the server's word for where the session stands */
  status = null;
  session = null;
  /** The language and the options that were asked for. */
  wishes = null;
  /** @type {string | null} of the history, once the server has ended the session */
  transcriptId = null;
  journal = new Journal();
  #where;
  #connection = null;
  #attempt = 0;
  #retryTimer = null;
  #resendTimer = null;
  #receivedSequenceNumber = 0;
  #limits = null;
  #held = [];
  #lastError = null;
  #wasResumed = false;
  #isStopped = false;

  /** @param {{url: string, openSocket?: (url: string) => WebSocket}} options */
  constructor({ url, openSocket }) {
    super();
    this.#where = { url, openSocket };
  }

  /** Connect, and record in this format; audio pushed meanwhile is kept. */
  start({ mimeType, language = null, options = {} }) {
    this.wishes = { language, options };
    this.#record(() => {
      this.journal.control("start_recording", { mime_type: mimeType, language, options });
      this.journal.beginStream(mimeType);
    });
    this.#connect();
  }

  /** Give a piece of the recording; `captureMs` is when its last sample was captured. */
  pushAudio(bytes, captureMs) {
    this.#record(() => {
      const limit = Math.min(MAX_PIECE_BYTES, this.#limits.max_chunk_bytes);
      for (const piece of splitBytes(bytes, limit)) this.journal.append(piece, captureMs);
    });
  }

  /** The recorder was stopped for a pause. */
  pause() {
    this.#record(() => this.journal.control("pause_recording", { stream_ended: true }));
  }

  /** A new recorder runs. */
  resume(mimeType) {
    this.#record(() => {
      this.journal.control("resume_recording", { mime_type: mimeType });
      this.journal.beginStream(mimeType);
    });
  }

  /** No more audio comes. */
  stop() {
    this.#isStopped = true;
    this.#record(() => {
      this.journal.control("stop_recording", {
        last_sequence_number: this.journal.lastSequenceNumber,
      });
    });
  }

  /** Try to connect at once instead of at the end of the wait. */
  retryNow() {
    if (["waiting", "blocked", "locked"].includes(this.phase)) this.#connect();
  }

  /** The network may be gone: find out now. */
  probe() {
    this.#connection?.probe();
  }

  /** Give up this session; nothing more is sent or received. */
  close() {
    this.#leave();
    this.#enter("closed");
  }

  /** What is needed to finish the session from elsewhere, and the audio that never left here. */
  get left() {
    if (this.session === null) return null;
    const { session_id, resume_token } = this.session;
    const lostS = this.journal.secondsBehind(this.#receivedSequenceNumber);
    return { session_id, resume_token, lostS };
  }

  /** The text of a stream has been stored by other means. */
  uploaded({ lastSequenceNumber }) {
    this.journal.acknowledge(lastSequenceNumber);
  }

  /** The kept audio that the server has not turned into stored text (see `Journal`). */
  unsavedStreams() {
    if (this.#limits === null) this.#admit({ max_chunk_bytes: MAX_PIECE_BYTES });
    return this.journal.unsavedStreams();
  }

  #record(entry) {
    if (this.#limits === null) {
      this.#held.push(entry);
      return;
    }
    entry();
    this.#pump();
  }

  #admit(limits) {
    this.#limits = { ...this.#limits, ...limits };
    for (const entry of this.#held.splice(0)) entry();
  }

  #connect() {
    clearTimeout(this.#retryTimer);
    this.#connection?.abandon();
    this.#lastError = null;
    this.#enter("connecting");
    const url = new URL(this.#where.url);
    if (this.session) {
      url.searchParams.set("session_id", this.session.session_id);
      url.searchParams.set("resume_token", this.session.resume_token);
    }
    this.#connection = new Connection(url.href, {
      onEvent: (frame) => this.#receive(frame),
      onClose: (code) => this.#lost(code),
      openSocket: this.#where.openSocket,
    });
  }

  #leave() {
    clearTimeout(this.#retryTimer);
    clearTimeout(this.#resendTimer);
    this.#connection?.abandon();
    this.#connection = null;
  }

  #lost(code) {
    this.#connection = null;
    const end = endOf(code, this.#lastError);
    if (end !== null) {
      this.#enter(end.phase, end);
      return;
    }
    const error = this.#lastError;
    if (code === NO_SUCH_SESSION_CODE && !this.#startOver()) {
      this.#enter("gone", { error });
      return;
    }
    const { phase, waitMs } = waitAfter(this.#attempt, this.#lastError);
    if (phase === "waiting") this.#attempt += 1;
    this.#retryTimer = setTimeout(() => this.#connect(), waitMs);
    this.#enter(phase, { error: this.#lastError, retryAtMs: Date.now() + waitMs });
  }

  /**
   * Go on in a new session, if that doubles no text: a server that restarted knows only sessions
   * with something stored, and while nothing was stored everything is still here.
   */
  #startOver() {
    if (this.journal.durableSequenceNumber > 0) return false;
    this.session = this.#lastError = null;
    this.#receivedSequenceNumber = 0;
    this.journal.startOver();
    return true;
  }

  #enter(phase, { error = null, retryAtMs = null } = {}) {
    this.phase = phase;
    this.#emit("phase", { phase, attempt: this.#attempt, retryAtMs, error });
  }

  #receive({ event, data }) {
    switch (event) {
      case "session_created":
        this.session = data;
        this.#open(data, 1, 0);
        return;
      case "session_resumed":
        data.isOtherProcess = data.epoch !== this.session.epoch;
        this.session = { ...this.session, epoch: data.epoch };
        if (data.status !== "recording") this.journal.confirm(data.status);
        this.#open(data, data.next_sequence_number, data.received_sequence_number);
        this.journal.acknowledge(data.durable_sequence_number);
        return;
      case "ack":
        this.#receivedSequenceNumber = data.received_sequence_number;
        this.journal.acknowledge(data.durable_sequence_number);
        this.#pump();
        return;
      case "status":
        this.#follow(data);
        return;
      case "error":
        this.#fail(data.error);
        return;
      case "session_completed":
        this.#complete(data);
        return;
    }
    if (event in PASSED_ON) this.#emit(PASSED_ON[event], data);
  }

  /**
   * The server may have ended the session because this side was away for too long; then it has
   * stored the text of what it had, and the rest is still here.
   */
  #complete(data) {
    this.#leave();
    const { lastSequenceNumber } = this.journal;
    const { wasAway, known } = heardBefore(data, lastSequenceNumber);
    this.transcriptId = data.transcript_id;
    if (data.saved) this.journal.acknowledge(known);
    if (wasAway && (!this.#isStopped || known < lastSequenceNumber)) {
      this.#emit("left", data);
      this.#enter("gone", { error: { code: "CONNECTION_LOST" } });
      return;
    }
    this.#emit("completed", data);
    this.#enter("closed");
  }

  #open(data, nextSequenceNumber, receivedSequenceNumber) {
    this.#attempt = 0;
    this.#receivedSequenceNumber = Math.min(receivedSequenceNumber, nextSequenceNumber - 1);
    this.#admit(data.limits);
    this.journal.rewind(nextSequenceNumber);
    this.status = data.status;
    this.#enter("open");
    this.#wasResumed = data.confirmed_text !== undefined;
    this.#emit(this.#wasResumed ? "resumed" : "created", data);
    this.#pump();
  }

  #follow({ status, previous }) {
    this.status = status;
    if (previous !== "reconnecting") this.journal.confirm(status);
    this.#emit("status", status);
  }

  #fail(error) {
    this.#lastError = error;
    if (RESEND_ERRORS.has(error.code)) {
      clearTimeout(this.#resendTimer);
      this.#resendTimer = setTimeout(() => {
        const expected = error.details.expected_sequence_number;
        this.journal.rewind(expected ?? this.#receivedSequenceNumber + 1);
        this.#pump();
      }, RESEND_DELAY_MS);
      return;
    }
    // A control event that had arrived just before the connection broke was sent once more.
    if (error.code === "INVALID_STATE" && this.#wasResumed) return;
    // What ends the connection is told by the phase that follows.
    if (error.recoverable) this.#emit("error", error);
  }

  #pump() {
    if (this.phase !== "open") return;
    const highest = this.#receivedSequenceNumber + this.#limits.max_unacknowledged_chunks;
    while (this.#connection.bufferedBytes < MAX_BUFFERED_BYTES) {
      const entry = this.journal.take(highest);
      if (entry === null) return;
      if (entry.event) this.#connection.sendEvent(entry.event, entry.data);
      else this.#connection.send(encodeAudio(entry.sequenceNumber, entry.captureMs, entry.bytes));
    }
  }

  #emit(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
