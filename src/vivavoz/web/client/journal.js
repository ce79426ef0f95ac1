// Everything a dictation has to tell the server, in order, kept until it is safe there.

/** The status by which the server confirms each control event. */
const CONFIRMED_BY = {
  start_recording: "recording",
  pause_recording: "paused",
  resume_recording: "recording",
  stop_recording: "finalizing",
};

/**
 * An ordered record of audio chunks and of the control events between them, with a cursor at what
 * goes out next. Pure: no sockets, no clocks.
 *
 * A container stream is kept as a whole: a new server process has to read it from its first chunk.
 */
export class Journal {
  lastSequenceNumber = 0;
  durableSequenceNumber = 0;
  /** @type {Map<number, {sequenceNumber: number, captureMs: number, bytes: Uint8Array}>} */
  #chunks = new Map();
  #controls = [];
  #streams = [];
  #cursor = 1;

  /** Chunks that are kept. */
  get size() {
    return this.#chunks.size;
  }

  /** Note a new container stream; the next chunk is its first. */
  beginStream(mimeType) {
    const first = this.lastSequenceNumber + 1;
    const before = this.#streams.at(-1);
    const startsAtS = before ? before.startsAtS + durationS(this.#between(before.first, first)) : 0;
    this.#streams.push({ mimeType, first, startsAtS });
  }

  /** Keep one piece of audio under the next sequence number. */
  append(bytes, captureMs) {
    const sequenceNumber = ++this.lastSequenceNumber;
    this.#chunks.set(sequenceNumber, { sequenceNumber, captureMs, bytes });
  }

  /** Seconds of the present recording behind that chunk. */
  secondsBehind(sequenceNumber) {
    return durationS(this.#between(sequenceNumber + 1, this.lastSequenceNumber + 1));
  }

  /** Keep a control event; it goes out after the newest chunk. */
  control(event, data) {
    const after = this.lastSequenceNumber;
    this.#controls.push({ event, data, after, sent: false, confirmed: false });
  }

  /** The server moved to `status`: the oldest control event waiting for it is done. */
  confirm(status) {
    const control = this.#controls.find(
      ({ event, sent, confirmed }) => sent && !confirmed && CONFIRMED_BY[event] === status,
    );
    if (control) control.confirmed = true;
  }

  /**
   * All text up to this chunk is stored: forget what will never be asked for again. A stream stays
   * until a chunk of the next one is durable: before that the server may not know of the next one.
   */
  acknowledge(durableSequenceNumber) {
    this.durableSequenceNumber = Math.max(this.durableSequenceNumber, durableSequenceNumber);
    while (this.#streams[1]?.first <= this.durableSequenceNumber) this.#streams.shift();
    const keepFrom = this.#streams[0]?.first ?? 1;
    for (const sequenceNumber of this.#chunks.keys()) {
      if (sequenceNumber >= keepFrom) break;
      this.#chunks.delete(sequenceNumber);
    }
    this.#controls = this.#controls.filter(
      ({ after, confirmed }) => !confirmed || after >= keepFrom - 1,
    );
  }

  /**
   * Go on from `sequenceNumber`. Control events behind a chunk that is sent again are sent again;
   * those at the very seam only if the server has not confirmed them.
   */
  rewind(sequenceNumber) {
    this.#cursor = sequenceNumber;
    for (const control of this.#controls) {
      if (control.after >= sequenceNumber) control.confirmed = false;
      control.sent = control.after < sequenceNumber - 1 || control.confirmed;
    }
  }

  /** A new session is told everything from the beginning. */
  startOver() {
    for (const control of this.#controls) control.confirmed = false;
    this.rewind(1);
  }

  /**
   * Take what goes out next, or null.
   * @param {number} highestSequenceNumber flow control: no chunk above it
   * @returns {{event: string, data: object} | {sequenceNumber: number, captureMs: number,
   *   bytes: Uint8Array} | null}
   */
  take(highestSequenceNumber) {
    const control = this.#controls.find(({ sent, after }) => !sent && after < this.#cursor);
    if (control) {
      control.sent = true;
      return control;
    }
    if (this.#cursor > Math.min(this.lastSequenceNumber, highestSequenceNumber)) return null;
    const chunk = this.#chunks.get(this.#cursor);
    this.#cursor += 1;
    return chunk ?? this.take(highestSequenceNumber);
  }

  /**
   * The kept audio whose text is not stored yet, one entry a container stream, each readable by
   * itself; `startsAtS` is where it begins in the session, in seconds of audio.
   * @returns {{mimeType: string, pieces: Uint8Array[], startsAtS: number,
   *   lastSequenceNumber: number}[]}
   */
  unsavedStreams() {
    return this.#streams
      .map(({ mimeType, first, startsAtS }, index) => {
        const end = this.#streams[index + 1]?.first ?? this.lastSequenceNumber + 1;
        const pieces = this.#between(first, end).map(({ bytes }) => bytes);
        return { mimeType, pieces, startsAtS, lastSequenceNumber: end - 1 };
      })
      .filter(
        ({ pieces, lastSequenceNumber }) =>
          pieces.length > 0 && lastSequenceNumber > this.durableSequenceNumber,
      );
  }

  #between(first, end) {
    return [...this.#chunks.values()].filter(
      ({ sequenceNumber }) => sequenceNumber >= first && sequenceNumber < end,
    );
  }
}

/** How long a container stream is, as far as its chunks' capture times tell. */
function durationS(chunks) {
  if (chunks.length < 2) return 0;
  const betweenMs = Math.max(0, chunks.at(-1).captureMs - chunks[0].captureMs);
  return ((betweenMs / 1000) * chunks.length) / (chunks.length - 1);
}
