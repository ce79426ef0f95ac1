// The dock: the record control, the state in words and colour, clock, level, delay.

import { BACK_OFF_MS } from "./client/back-off.js";
import { formatClock } from "./format.js";
import { hasText, t, tCount, uiLocale } from "./i18n/index.js";
import { LevelJudge, LevelMeter, loudness } from "./level.js";
import { passFocus, setIcon } from "./markup.js";
import { Waveform } from "./waveform.js";

const LATENCY_HISTORY = 30;
const LIMIT_SHOWN_S = 600;
const NEXT_STEPS = {
  reconnecting: "action.retry_now",
  blocked: "action.retry_now",
  locked: "action.sign_in",
  finished: "action.open",
};

const element = (id) => document.getElementById(id);
const prefersStillness = matchMedia("(prefers-reduced-motion: reduce)");

/** What the record control does now, or why it can do nothing. */
function recordAction({ state, isActive, isRecording, canFinish }) {
  if (isRecording) return "action.pause";
  if (canFinish) return "action.resume";
  if (isActive) return state === "opening" ? "state.opening" : "state.finishing";
  return state === "finished" || state === "failed" ? "action.new" : "action.start";
}

/** Event: `level` (detail: `good`, `silent` or `clipping`), when the judgement changes. */
export class Dock extends EventTarget {
  #controller;
  #waveform = new Waveform(element("waveform"));
  #meter = null;
  #judge = null;
  #judgement = "good";
  #latenciesMs = [];

  constructor(controller) {
    super();
    this.#controller = controller;
    setInterval(() => this.#tick(), 250);
  }

  /** Bring everything in line with the controller. */
  render() {
    const { state, isActive, isRecording, canFinish, completed, engineState } = this.#controller;
    document.documentElement.dataset.state = state;
    const record = element("record");
    record.ariaDisabled = !this.#controller.canToggle;
    record.title = record.ariaLabel = t(recordAction(this.#controller));
    record.classList.toggle("is-live", isRecording);
    setIcon(record, isRecording ? "pause" : "mic");
    this.#reveal("finish", canFinish);
    const nextStep = NEXT_STEPS[state === "finished" && !completed.saved ? "unsaved" : state];
    this.#reveal("next-step", nextStep);
    element("next-step").textContent = nextStep ? t(nextStep) : "";
    document.documentElement.toggleAttribute("data-sound", isRecording);
    this.#say("state", t(this.#keyOf("state")));
    element("state").title = this.#statusSentence();
    element("microphone").disabled = isRecording;
    element("language").disabled = isActive || engineState !== "ready";
    if (completed) element("latency").classList.add("is-empty");
    this.#tick();
    this.#listen(isRecording);
    this.#waveform.draw();
  }

  /** Begin with empty figures. */
  clear() {
    this.#latenciesMs = [];
    element("latency").classList.add("is-empty");
    this.#waveform.clear();
  }

  /** Show one measurement of the server. */
  showMetrics({ latency_ms: latencyMs, audio_quality_score: quality, isLate }) {
    this.#latenciesMs = [...this.#latenciesMs, latencyMs].slice(-LATENCY_HISTORY);
    const highest = Math.max(1_000, ...this.#latenciesMs);
    const [oldest] = this.#latenciesMs;
    const values = [...Array(LATENCY_HISTORY).fill(oldest), ...this.#latenciesMs];
    const points = values
      .slice(-LATENCY_HISTORY)
      .map((value, index) => `${2 * index},${15 - 14 * (value / highest)}`);
    element("spark").setAttribute("points", points.join(" "));
    const latency = element("latency");
    latency.classList.remove("is-empty");
    latency.classList.toggle("is-high", isLate);
    const ms = new Intl.NumberFormat(uiLocale()).format(Math.round(latencyMs));
    element("latency-text").textContent = t("latency.ms", { ms });
    latency.title = `${t("latency.label")} · ${t("quality", { percent: Math.round(quality * 100) })}`;
  }

  /** Show how much text there is. */
  showWords(count) {
    element("text-actions").hidden = count === 0;
    element("words").textContent = tCount("words", count);
  }

  #tick() {
    element("clock").textContent = formatClock(this.#controller.recordedS);
    const { remainingS } = this.#controller;
    const isNear = remainingS !== null && remainingS < LIMIT_SHOWN_S;
    this.#say("limit", isNear ? t("clock.left", { time: formatClock(remainingS) }) : "");
    this.#say("hint", this.#hint());
  }

  #reveal(id, isShown) {
    if (!isShown) passFocus(element(id), element("record"));
    element(id).hidden = !isShown;
  }

  #say(id, text) {
    if (element(id).textContent !== text) element(id).textContent = text;
  }

  /** What is said of the state: other words, where there are some, once nothing is recorded. */
  #keyOf(what) {
    const { state, isRecording } = this.#controller;
    const stopped = `${what}.${state}.stopped`;
    return !isRecording && hasText(stopped) ? stopped : `${what}.${state}`;
  }

  #hint() {
    const { state, completed, attempt, retryAtMs } = this.#controller;
    if (state === "finished") {
      if (completed.saved) return t("hint.finished");
      return t(completed.confirmed_text ? "hint.finished.unsaved" : "hint.finished.empty");
    }
    const key = this.#keyOf("hint");
    if (state !== "reconnecting") return t(key);
    const seconds = Math.max(0, Math.ceil((retryAtMs - Date.now()) / 1000));
    const wait = retryAtMs && seconds
      ? t("hint.reconnecting.in", { seconds })
      : t("hint.reconnecting.now");
    return t(key, { attempt, attempts: BACK_OFF_MS.length, wait });
  }

  #statusSentence() {
    const status = this.#controller.client?.status;
    return status ? t(`status.${status}`) : "";
  }

  #listen(isRecording) {
    if (isRecording && this.#meter === null) {
      this.#meter = new LevelMeter(this.#controller.recorder.stream);
      this.#judge = new LevelJudge();
      this.#measure();
    } else if (!isRecording && this.#meter !== null) {
      this.#meter.close();
      this.#meter = null;
      this.#report("good");
      element("record").style.removeProperty("--level");
    }
  }

  #measure() {
    if (this.#meter === null) return;
    const nowMs = performance.now();
    const { rms, peak } = this.#meter.measure();
    const level = loudness(rms);
    this.#waveform.push(level, nowMs);
    if (!prefersStillness.matches) {
      element("record").style.setProperty("--level", (1 + level * 0.25).toFixed(3));
    }
    this.#report(this.#judge.judge(rms, peak, nowMs));
    requestAnimationFrame(() => this.#measure());
  }

  #report(judgement) {
    if (judgement === this.#judgement) return;
    this.#judgement = judgement;
    this.dispatchEvent(new CustomEvent("level", { detail: judgement }));
  }
}
