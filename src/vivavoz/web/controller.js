// What a person does with a dictation, carried out on the microphone and the session together.

import { displayState } from "./display.js";
import { MicrophoneError, Recorder } from "./recorder.js";
import { Transcript } from "./transcript.js";

/**
 * Events: `change` (state or figures), `text` ({appended, partial}), `microphone` ({reason}),
 * `error` (an error of the server), `warning`, `completed`, `resumed`, `metrics` (`isLate`: later
 * than the server thinks right), `cleared`,
 * `locked` (the server asks who is there), `restarted` (the text comes again from its beginning),
 * `leftover` (the dictation is over, but the server no longer has its session: what the client
 * still keeps has to be uploaded).
 */
export class Controller extends EventTarget {
  transcript = new Transcript();
  recorder = new Recorder();
  /** @type {import("./client/dictation.js").DictationClient | null} */
  client = null;
  completed = null;
  failure = null;
  /** See `EngineStatus`. */
  engineState = "unknown";
  retryAtMs = null;
  attempt = 0;
  /** @type {object | null} what the server said before the connection was lost */
  reason = null;
  #url;
  #recording = "none";
  #recordedMs = 0;
  #runningSinceMs = null;
  #limitAtMs = null;
  #latencyWarningMs = Infinity;
  #turns = Promise.resolve();
  #isMicrophoneAway = false;

  /** @param {{url: string}} options where the WebSocket is */
  constructor({ url }) {
    super();
    this.#url = url;
    this.recorder.addEventListener("chunk", ({ detail }) => {
      this.client.pushAudio(detail.bytes, detail.captureMs);
    });
    this.recorder.addEventListener("lost", () => this.#microphoneLost());
  }

  get state() {
    return displayState({
      recording: this.#recording,
      phase: this.client?.phase ?? "idle",
      attempt: this.attempt,
      status: this.client?.status ?? null,
      isCompleted: this.completed !== null,
      hasFailed: this.failure !== null,
      isMicrophoneAway: this.#isMicrophoneAway,
      engine: this.engineState,
    });
  }

  /** Whether sound is being recorded right now. */
  get isRecording() {
    return this.#recording === "on";
  }

  /** Whether a dictation has begun and is not over. */
  get isActive() {
    return this.#recording !== "none" && this.completed === null && this.failure === null;
  }

  /** Whether leaving the page would lose something. */
  get hasUnsaved() {
    return this.isActive || (this.failure !== null && this.client.unsavedStreams().length > 0);
  }

  /** Whether the person may still finish it. */
  get canFinish() {
    return this.isActive && (this.#recording === "on" || this.#recording === "paused");
  }

  /** Whether the person may start, pause or go on now. */
  get canToggle() {
    return this.isActive ? this.canFinish : !["loading", "unable", "away"].includes(this.state);
  }

  /** Seconds of sound recorded so far. */
  get recordedS() {
    const runningMs = this.#runningSinceMs === null ? 0 : performance.now() - this.#runningSinceMs;
    return (this.#recordedMs + runningMs) / 1000;
  }

  /** Seconds until the server ends the session, or null while nothing runs. */
  get remainingS() {
    if (!this.isActive || this.#limitAtMs === null) return null;
    return Math.max(0, (this.#limitAtMs - performance.now()) / 1000);
  }

  /**
   * Start, pause or go on, whichever comes next.
   * @param {{microphone: object, language: string | null, options: object}} wishes
   */
  toggle(wishes) {
    return this.#inTurn(async () => {
      if (this.#recording === "on") await this.#pause();
      else if (this.#recording === "paused" && this.isActive) await this.#resume(wishes);
      else if (!this.isActive) await this.#start(wishes);
    });
  }

  /** End the dictation; the rest of the text follows. */
  finish() {
    return this.#inTurn(async () => {
      if (!this.canFinish) return;
      this.#isMicrophoneAway = false;
      await this.#release("stopped");
      this.client.stop();
      this.#emit("change");
      this.#finishAlone();
    });
  }

  /** One thing after another: a recorder that is still stopping must not meet the next one. */
  #inTurn(act) {
    const turn = this.#turns.then(act);
    this.#turns = turn.catch(() => {});
    return turn;
  }

  async #start({ microphone, language, options }) {
    this.client?.close();
    this.client = null;
    this.completed = this.failure = null;
    this.transcript = new Transcript();
    this.#recordedMs = 0;
    this.#limitAtMs = null;
    this.attempt = 0;
    this.#emit("cleared");
    if (!(await this.#open(microphone))) return;
    const { DictationClient } = await import("./client/dictation.js");
    this.client = this.#listenTo(new DictationClient({ url: this.#url }));
    this.#run((mimeType) => this.client.start({ mimeType, language, options }));
  }

  async #pause() {
    await this.#release("paused");
    this.client.pause();
    this.#emit("change");
  }

  async #resume({ microphone }) {
    if (!(await this.#open(microphone))) return;
    this.#run((mimeType) => this.client.resume(mimeType));
  }

  async #release(recording) {
    this.#halt(recording);
    await this.recorder.stop();
    this.recorder.close();
  }

  /** Append a final result. */
  addFinal(result) {
    this.#emit("text", { appended: this.transcript.confirm(result) });
  }

  /** What the client kept has been uploaded; the newest part is in the history under that id. */
  endRescued(transcriptId) {
    const { text } = this.transcript;
    this.failure = null;
    this.completed = { saved: transcriptId !== null, transcript_id: transcriptId, confirmed_text: text };
    this.#end();
  }

  /** What the client keeps could not be uploaded. */
  endUnsaved(error) {
    this.failure = error;
    this.#end();
  }

  #startOver() {
    this.transcript = new Transcript();
    this.#emit("restarted");
  }

  /** Without the session: upload once the recording is over. */
  #finishAlone() {
    if (this.client.phase === "gone" && this.#recording === "stopped") this.#emit("leftover");
  }

  async #open(microphone) {
    const before = this.#recording;
    this.#recording = "opening";
    this.#isMicrophoneAway = false;
    this.#emit("change");
    try {
      await this.recorder.open(microphone);
    } catch (error) {
      if (!(error instanceof MicrophoneError)) throw error;
      this.#recording = before;
      this.#isMicrophoneAway = true;
      this.#emit("microphone", { reason: error.reason });
      this.#emit("change");
      return false;
    }
    return true;
  }

  #run(announce) {
    announce(this.recorder.start());
    this.#recording = "on";
    this.#runningSinceMs = performance.now();
    this.#emit("change");
  }

  #halt(recording) {
    this.#recordedMs = this.recordedS * 1000;
    this.#runningSinceMs = null;
    this.#recording = recording;
    this.#emit("change");
  }

  #microphoneLost() {
    this.#inTurn(async () => {
      if (this.#recording !== "on") return;
      this.#isMicrophoneAway = true;
      await this.#pause();
      this.#emit("microphone", { reason: "microphone_lost" });
    });
  }

  #end() {
    const wasRecording = this.#recording === "on";
    this.#halt("none");
    if (wasRecording) this.#inTurn(() => this.#release("none"));
  }

  #listenTo(client) {
    const on = (type, handle) => client.addEventListener(type, ({ detail }) => handle(detail));
    on("phase", ({ phase, attempt, retryAtMs, error }) => {
      this.attempt = attempt;
      this.retryAtMs = retryAtMs;
      if (phase !== "connecting") this.reason = error;
      if (phase === "closed" && error) {
        this.failure = error;
        this.#end();
      }
      this.#emit("change");
      if (phase === "locked") this.#emit("locked");
      this.#finishAlone();
    });
    on("status", () => this.#emit("change"));
    on("partial", (result) => this.#emit("text", { partial: this.transcript.revise(result) }));
    on("final", (result) => this.addFinal(result));
    on("resumed", (data) => {
      this.#emit("text", { appended: this.transcript.reconcile(data.confirmed_text) });
      this.#emit("resumed", data);
    });
    const catchUp = ({ confirmed_text: text, duration_s: untilS }) =>
      this.#emit("text", { appended: this.transcript.reconcile(text, untilS) });
    on("left", catchUp);
    on("completed", (data) => {
      catchUp(data);
      this.completed = data;
      this.#end();
      this.#emit("completed", data);
      this.#emit("change");
    });
    on("created", ({ limits }) => {
      if (!this.transcript.isEmpty) this.#startOver();
      this.#limitAtMs = performance.now() + limits.duration_limit * 1000;
      this.#latencyWarningMs = limits.latency_warning_ms;
    });
    for (const type of ["error", "warning"]) on(type, (data) => this.#emit(type, data));
    on("metrics", (data) => {
      this.#emit("metrics", { ...data, isLate: data.latency_ms > this.#latencyWarningMs });
    });
    return client;
  }

  #emit(type, detail = null) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
