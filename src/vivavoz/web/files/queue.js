// Recordings that wait their turn: one is transcribed at a time, so that none is refused.

/**
 * @typedef {object} Job
 * @property {File} file
 * @property {Record<string, string>} fields what the server is told besides
 * @property {"waiting"|"uploading"|"transcribing"|"done"|"failed"|"cancelled"} state
 * @property {number} sentShare of the file's bytes, 0..1
 * @property {number} audioS seconds taken in
 * @property {number|null} durationS of the whole recording, if that is known
 * @property {string} text so far
 * @property {string|null|undefined} transcriptId of what is in the history, be it only a part
 * @property {{code: string, message: string}|null} error
 */

/** Event: `change` (detail: the job). */
export class FileQueue extends EventTarget {
  /** @type {Job[]} */
  jobs = [];
  #transcribe;
  #running = null;

  /** @param {(options: object) => Promise<{text: string, transcriptId: string|null}>} transcribe */
  constructor(transcribe) {
    super();
    this.#transcribe = transcribe;
  }

  /** Whether there is something left to do. */
  get isBusy() {
    return this.jobs.some(({ state }) => ["waiting", "uploading", "transcribing"].includes(state));
  }

  add(file, fields) {
    const job = { file, fields };
    this.jobs.push(job);
    this.retry(job);
  }

  /** Begin from the beginning. */
  retry(job) {
    this.#change(job, {
      state: "waiting",
      sentShare: 0,
      audioS: 0,
      durationS: null,
      text: "",
      transcriptId: null,
      error: null,
    });
    this.#next();
  }

  cancel(job) {
    if (this.#running?.job === job) this.#running.controller.abort();
    else this.#change(job, { state: "cancelled" });
  }

  /** Take a job off the list. */
  remove(job) {
    this.jobs = this.jobs.filter((other) => other !== job);
  }

  async #next() {
    const job = this.jobs.find(({ state }) => state === "waiting");
    if (this.#running || !job) return;
    const controller = new AbortController();
    this.#running = { job, controller };
    this.#change(job, { state: "uploading" });
    try {
      const { text, transcriptId } = await this.#transcribe({
        file: job.file,
        name: job.file.name,
        fields: job.fields,
        signal: controller.signal,
        onSent: (sentShare) => {
          this.#change(job, { sentShare, state: sentShare < 1 ? "uploading" : "transcribing" });
        },
        onMessage: (message) => this.#hear(job, message),
      });
      this.#change(job, { state: "done", text, transcriptId });
    } catch (error) {
      if (controller.signal.aborted) this.#change(job, { state: "cancelled" });
      else this.#change(job, { state: "failed", error, transcriptId: error.details?.transcript_id });
    }
    this.#running = null;
    this.#next();
  }

  #hear(job, { type, audio_s: audioS, duration_s: durationS, delta }) {
    if (type === "progress") this.#change(job, { audioS, durationS });
    else if (type === "transcript.text.delta") this.#change(job, { text: job.text + delta });
  }

  #change(job, changes) {
    Object.assign(job, changes);
    this.dispatchEvent(new CustomEvent("change", { detail: job }));
  }
}
