// Puts the page together: preferences, engine, dictation, history.

import { announce, announceEngine } from "./announcements.js";
import { createApi } from "./client/api.js";
import { copyText } from "./clipboard.js";
import { Controller } from "./controller.js";
import { makeDismissable, renderSettings, renderShortcuts } from "./dialogs.js";
import { Dock } from "./dock.js";
import { EngineStatus, renderEngine, renderLanguages } from "./engine.js";
import { listenForDrops } from "./file-drop.js";
import { chooseLanguage, setUiLanguage, t, uiLanguage } from "./i18n/index.js";
import { renderMicrophones } from "./microphones.js";
import { Notices } from "./notices.js";
import { preferences } from "./preferences.js";
import { listenForShortcuts } from "./shortcuts.js";
import { TabLock } from "./tab-lock.js";
import { TranscriptView } from "./transcript-view.js";
import { keepAwake } from "./wake-lock.js";

const preferredLanguage = () =>
  preferences.get("uiLanguage") || chooseLanguage(navigator.languages);
await setUiLanguage(preferredLanguage());

const element = (id) => document.getElementById(id);
const api = createApi(document.baseURI);
const controller = new Controller({ url: api.socketUrl });
const dock = new Dock(controller);
const notices = new Notices(element("notices"));
const engine = new EngineStatus(api);
const view = new TranscriptView({
  root: element("transcript"),
  scroller: element("scroller"),
  announcer: element("announcer"),
  onFollow: (isFollowing) => {
    element("jump").hidden = isFollowing || controller.transcript.isEmpty;
  },
});
new ResizeObserver(([{ contentRect }]) => view.leaveFree(contentRect.height)).observe(
  element("notices"),
);
const tabLock = new TabLock(async () => {
  await controller.finish();
  notices.show("tab", { text: t("tab.taken") });
});

const wishes = () => ({
  microphone: {
    deviceId: element("microphone").value,
    noiseSuppression: preferences.get("noiseSuppression"),
    echoCancellation: preferences.get("echoCancellation"),
  },
  language: element("language").value || null,
  options: { hotwords: preferences.get("hotwords") || null },
});

async function toggle() {
  if (!controller.isActive && !(await tabLock.acquire())) {
    const takeOver = async () => {
      notices.hide("tab");
      if (await tabLock.takeOver()) controller.toggle(wishes());
    };
    const actions = [{ text: t("action.take_over"), run: takeOver }];
    notices.show("tab", { text: t("tab.elsewhere"), tone: "warn", actions });
    return;
  }
  await controller.toggle(wishes());
  renderMicrophones(element("microphone"), preferences.get("microphone"));
}

function toggleTimestamps() {
  preferences.set("hasTimestamps", !preferences.get("hasTimestamps"));
}

const openDialog = (id) => () => element(id).showModal();
const openHistory = async (id = null, seconds = null) => {
  const { openHistory: open } = await import("./history/history.js");
  await open(element("history"), api, id, seconds);
};
const openLinked = async () => {
  if (!location.hash) return;
  const { readLink } = await import("./history/links.js");
  const link = readLink(location.hash);
  if (link) openHistory(link.id, link.seconds);
};
const openFiles = async (files) => {
  const { openFiles: open } = await import("./files/files.js");
  const hotwords = () => preferences.get("hotwords");
  open({ api, languages: element("language"), hotwords, onOpen: openHistory }, files);
};
const copy = () => copyText(controller.transcript.text, element("copy"));
const shortcuts = {
  " ": { run: toggle, keyText: "key.space", help: "help.space" },
  f: { run: () => controller.finish(), help: "help.finish" },
  c: { run: () => element("text-actions").hidden || copy(), help: "help.copy" },
  h: { run: () => openHistory(), help: "help.history" },
  u: { run: () => openFiles(), help: "help.files" },
  t: { run: toggleTimestamps, help: "help.times" },
  ",": { run: openDialog("settings"), help: "help.settings" },
  "?": { run: openDialog("help"), help: "help.help" },
};

async function renderWords() {
  await setUiLanguage(preferredLanguage());
  element("switch-language").lang = uiLanguage() === "es" ? "en" : "es";
  element("welcome-hint").textContent = t(
    matchMedia("(hover: none)").matches ? "welcome.touch" : "welcome.hint",
  );
  renderSettings(element("settings-form"));
  const listed = Object.entries(shortcuts).map(([key, { keyText, help }]) => [
    keyText ? t(keyText) : key.toUpperCase(),
    help,
  ]);
  renderShortcuts(element("shortcuts"), [...listed, [t("key.escape"), "help.escape"]]);
  renderMicrophones(element("microphone"), preferences.get("microphone"));
  renderEngineParts();
  renderText();
  dock.render();
}

function renderEngineParts() {
  renderEngine(element("engine"), engine);
  renderLanguages(element("language"), engine.current?.engine, preferences.get("language"));
  announceEngine(notices, engine);
  controller.isEngineLoading = engine.isLoading;
}

function renderLook() {
  const { dataset } = document.documentElement;
  dataset.theme = preferences.get("theme");
  dataset.textSize = preferences.get("textSize");
  document.body.toggleAttribute("data-timestamps", preferences.get("hasTimestamps"));
}

function renderText() {
  const { isEmpty, wordCount } = controller.transcript;
  element("welcome").hidden = !isEmpty || controller.isActive;
  dock.showWords(wordCount);
}

controller.addEventListener("change", () => {
  dock.render();
  keepAwake(controller.isRecording);
  if (!controller.isActive && controller.state !== "opening") tabLock.release();
  renderText();
});
controller.addEventListener("cleared", () => {
  view.clear();
  dock.clear();
});
controller.addEventListener("text", ({ detail: { appended, partial } }) => {
  if (appended) view.append(appended);
  if (partial) view.revise(partial);
  renderText();
});
controller.addEventListener("metrics", ({ detail }) => dock.showMetrics(detail));
announce({ controller, dock, notices, api });
engine.addEventListener("change", () => {
  renderEngineParts();
  dock.render();
});
preferences.addEventListener("change", ({ detail: name }) => {
  if (name === "uiLanguage") renderWords();
  renderLook();
  renderSettings(element("settings-form"));
});

element("record").onclick = toggle;
element("next-step").onclick = () => {
  if (controller.completed) openHistory(controller.completed.transcript_id);
  else controller.client.retryNow();
};
element("finish").onclick = () => controller.finish();
element("copy").onclick = copy;
element("jump").onclick = () => view.jumpToEnd();
element("open-history").onclick = () => openHistory();
element("open-files").onclick = () => openFiles();
element("open-settings").onclick = openDialog("settings");
element("open-help").onclick = openDialog("help");
element("switch-language").onclick = () => {
  preferences.set("uiLanguage", uiLanguage() === "es" ? "en" : "es");
};
for (const id of ["microphone", "language"]) {
  element(id).onchange = ({ target }) => preferences.set(id, target.value);
}
for (const id of ["history", "settings", "help"]) makeDismissable(element(id));
const actions = Object.fromEntries(Object.entries(shortcuts).map(([key, { run }]) => [key, run]));
listenForShortcuts(actions, () => preferences.get("hasShortcuts"));

listenForDrops(openFiles);
addEventListener("hashchange", openLinked);
addEventListener("online", () => controller.client?.retryNow());
addEventListener("offline", () => controller.client?.probe());
addEventListener("beforeunload", (event) => {
  if (controller.isActive) event.preventDefault();
});
navigator.mediaDevices?.addEventListener("devicechange", () => {
  renderMicrophones(element("microphone"), preferences.get("microphone"));
});

renderLook();
await renderWords();
engine.follow();
openLinked();
