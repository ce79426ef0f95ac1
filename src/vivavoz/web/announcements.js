// What happens to a dictation, told above the dock in one sentence each.

import { errorText, warningText } from "./errors.js";
import { hasText, t } from "./i18n/index.js";

/** Follow the controller and the level, and tell what the person should know. */
export function announce({ controller, dock, notices, api }) {
  const on = (type, handle) => controller.addEventListener(type, ({ detail }) => handle(detail));

  const offer = async (what) => (await import("./rescue.js"))[what]({ controller, notices, api });
  let toldFailure = null;

  on("cleared", () => {
    for (const kind of ["error", "warning", "rescue", "microphone", "latency", "tab"]) {
      notices.hide(kind);
    }
  });
  on("microphone", ({ reason }) => tellMicrophone(notices, reason));
  on("warning", (warning) => {
    if (warning.code === "LATENCY_HIGH") return; // the metrics tell it for as long as it lasts
    notices.show("warning", { text: warningText(warning), tone: "warn" });
  });
  on("metrics", ({ latency_ms: latencyMs, isLate }) => {
    if (isLate) {
      const seconds = Math.max(1, Math.round(latencyMs / 1000));
      const text = t("warning.LATENCY_HIGH", { seconds });
      notices.show("latency", { text, state: "high", tone: "warn" });
    } else {
      notices.hide("latency");
    }
  });
  on("error", (error) => notices.show("error", { text: errorText(error), tone: "bad" }));
  on("resumed", ({ isOtherProcess }) => {
    const text = t(isOtherProcess ? "notice.restarted" : "notice.resumed");
    notices.hide("rescue");
    notices.show("connection", { text, tone: "good", isPassing: true });
  });
  on("leftover", () => offer("rescue"));
  on("completed", ({ reason }) => {
    notices.hide("latency");
    const key = [`reason.${reason}`, `error.${reason.toUpperCase()}`].find(hasText);
    if (key) notices.show("warning", { text: t(key), tone: "warn" });
  });
  on("change", () => {
    const { state, failure, reason } = controller;
    if (controller.isRecording) notices.hide("microphone");
    if (state === "blocked" && !controller.isRecording) offer("offerFiles");
    if (["reconnecting", "blocked", "gone"].includes(state)) {
      if (reason) tellReason(notices, reason);
    } else if (failure && failure !== toldFailure) {
      toldFailure = failure;
      notices.hide("connection");
      notices.show("error", { text: errorText(failure), tone: "bad" });
      offer("offerRescue");
    } else if (state === "connecting") {
      notices.hide("connection");
    }
  });
  dock.addEventListener("level", ({ detail: judgement }) => {
    if (judgement === "good") notices.hide("level");
    else notices.show("level", { text: t(`level.${judgement}`), state: judgement, tone: "warn" });
  });
}

function tellReason(notices, reason) {
  notices.show("connection", { text: errorText(reason), state: reason.code, tone: "warn" });
}

async function tellMicrophone(notices, reason) {
  const permission = await navigator.permissions
    ?.query({ name: "microphone" })
    .catch(() => null);
  const wasRevoked = reason === "microphone_lost" && permission?.state === "denied";
  const text = t(wasRevoked ? "microphone_revoked" : reason);
  notices.show("microphone", { text, tone: "bad" });
}
