// One WebSocket connection that notices by itself when the other end is gone.

import { decodeEvent, encodeEvent } from "./wire.js";

const OPEN_TIMEOUT_MS = 10_000;
const PING_INTERVAL_MS = 4_000;
const PONG_TIMEOUT_MS = 10_000;
const PROBE_TIMEOUT_MS = 3_000;

/** The close code reported for a connection that fell silent or never opened. */
export const CONNECTION_LOST = 1006;

/**
 * A connection calls `onEvent({event, data})` for every frame and `onClose(code)` once. A server
 * that answers neither pings nor anything else for ten seconds counts as gone; a timer that fires
 * late (a sleeping tab) does not count against it.
 */
export class Connection {
  #socket;
  #timers = [];
  #pingSentAt = null;
  #isDone = false;

  constructor(url, { onEvent, onClose, openSocket = (address) => new WebSocket(address) }) {
    this.onClose = onClose;
    this.#socket = openSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#timers.push(setTimeout(() => this.#finish(CONNECTION_LOST), OPEN_TIMEOUT_MS));
    this.#socket.onmessage = ({ data }) => {
      clearTimeout(this.#timers[0]);
      this.#pingSentAt = null;
      const frame = decodeEvent(data);
      if (frame) onEvent(frame);
    };
    this.#socket.onopen = () => {
      this.#timers.push(setInterval(() => this.#beat(), PING_INTERVAL_MS));
    };
    this.#socket.onclose = ({ code }) => this.#finish(code);
  }

  /** Bytes that the browser has not handed to the network yet. */
  get bufferedBytes() {
    return this.#socket.bufferedAmount;
  }

  /** Send one event. */
  sendEvent(event, data) {
    this.send(encodeEvent(event, data));
  }

  /** Send one frame as it is. */
  send(frame) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(frame);
  }

  /** There is reason to doubt the connection: it counts as gone unless the server answers soon. */
  probe() {
    if (this.#pingSentAt === null) this.#beat();
    const probedAtMs = this.#pingSentAt;
    const judge = () => this.#pingSentAt === probedAtMs && this.#finish(CONNECTION_LOST);
    this.#timers.push(setTimeout(judge, PROBE_TIMEOUT_MS));
  }

  /** Hang up without waiting for the other end; `onClose` is not called. */
  abandon() {
    this.onClose = () => {};
    this.#finish(CONNECTION_LOST);
  }

  #beat() {
    const nowMs = performance.now();
    if (this.#pingSentAt === null) {
      this.#pingSentAt = nowMs;
      this.sendEvent("ping", { timestamp: Date.now() });
    } else if (nowMs - this.#pingSentAt > PONG_TIMEOUT_MS) {
      this.#finish(CONNECTION_LOST);
    }
  }

  #finish(code) {
    if (this.#isDone) return;
    this.#isDone = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.onClose(code);
  }
}
