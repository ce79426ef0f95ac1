// Puts the page together: preferences, engine, dictation, history.

import { createApi } from "./client/api.js";
import { copyText } from "./clipboard.js";
import { Controller } from "./controller.js";
import { Dock } from "./dock.js";
import { announceEngine, EngineStatus, renderEngine, renderLanguages } from "./engine.js";
import { listenForDrops } from "./file-drop.js";
import { addWords, chooseLanguage, setUiLanguage, t, uiLanguage } from "./i18n/index.js";
import { passFocus } from "./markup.js";
import { renderMicrophones } from "./microphones.js";
import { Notices } from "./notices.js";
import { preferences } from "./preferences.js";
import { listenForShortcuts } from "./shortcuts.js";
import { TabLock } from "./tab-lock.js";
import { TranscriptView } from "./transcript-view.js";
import { noteUnfinished, takeUnfinished } from "./unfinished.js";

const preferredLanguage = () =>
  preferences.get("uiLanguage") || chooseLanguage(navigator.languages);
await setUiLanguage(preferredLanguage());

const element = (id) => document.getElementById(id);
const api = createApi(document.baseURI, async () => (await door()).ask());
const controller = new Controller({ url: api.socketUrl });
const dock = new Dock(controller);
const notices = new Notices(element("notices"), element("record"));
const engine = new EngineStatus(api);
const view = new TranscriptView({
  root: element("transcript"),
  scroller: element("scroller"),
  announcer: element("announcer"),
  onFollow: (isFollowing) => {
    if (isFollowing) passFocus(element("jump"), element("scroller"));
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

let signIn = null;
/** Where people sign in, if the server asks for it. */
async function door() {
  const { SignIn } = await import("./sign-in.js");
  signIn ??= new SignIn(api, {
    isBusy: () => controller.hasUnsaved,
    onBusy: (text) => notices.show("account", { text, tone: "warn", isPassing: true }),
  });
  return signIn;
}

async function unlock() {
  if (await (await door()).ask()) controller.client.retryNow();
}

async function letIn() {
  const { required, user_id: userId } = await api.whoIsThere().catch(() => ({}));
  if (required) await (userId ? (await door()).welcome(userId) : (await door()).ask({ isOptional: false }));
}

const noteWhatIsLeft = () => noteUnfinished(controller.isActive && controller.client?.left);

/** Finish what a page interrupted that was reloaded or closed, or crashed. */
async function mendInterruption() {
  const left = await tabLock.whileFree(takeUnfinished);
  if (left === null) return;
  const { finishInterrupted } = await import("./interruption.js");
  finishInterrupted(left, { socketUrl: api.socketUrl, notices, onOpen: openHistory });
}

/** What is loaded when it is asked for; null, and a word about it, if it cannot be had. */
async function fetched(load) {
  try {
    return await load();
  } catch {
    notices.show("error", { text: t("error.SERVER_UNREACHABLE"), tone: "warn", isPassing: true });
    return null;
  }
}

/** Have at hand what a dictation needs even when the server is away. */
async function equip() {
  const [{ announce }, { keepAwake }] = await Promise.all([
    import("./announcements.js"),
    import("./wake-lock.js"),
    import("./client/dictation.js"),
    import("./rescue.js"),
    addWords("dictation"),
    addWords("errors"),
  ]);
  announce({ controller, dock, notices, api });
  controller.addEventListener("change", () => keepAwake(controller.isRecording));
  return true;
}

let isEquipped = null;
async function mayBegin() {
  if (!(isEquipped ??= await fetched(equip))) return false;
  if (await tabLock.acquire()) return true;
  const takeOver = async () => {
    notices.hide("tab");
    if (await tabLock.takeOver()) controller.toggle(wishes());
  };
  const actions = [{ text: t("action.take_over"), run: takeOver }];
  notices.show("tab", { text: t("tab.elsewhere"), tone: "warn", actions });
  return false;
}

let isBeginning = false;
async function toggle() {
  if (isBeginning || !controller.canToggle) return;
  isBeginning = !controller.isActive;
  const isAllowed = !isBeginning || (await mayBegin());
  isBeginning = false;
  if (!isAllowed) return;
  await controller.toggle(wishes());
  offerMicrophones();
}

const offerMicrophones = () =>
  renderMicrophones(element("microphone"), preferences.get("microphone"));

function toggleTimestamps() {
  preferences.set("hasTimestamps", !preferences.get("hasTimestamps"));
}

/** A part of the page with what it needs; null if it cannot be had. */
const fetchPart = (path) =>
  fetched(async () => {
    const part = await import(path);
    await part.prepare?.();
    return part;
  });

const openSettings = async () =>
  (await fetchPart("./dialogs.js"))?.openSettings(element("settings"));
const openHelp = async () => (await fetchPart("./dialogs.js"))?.openHelp(element("help"), shortcuts);
const openHistory = async (id = null, seconds = null) =>
  (await fetchPart("./history/history.js"))?.openHistory(element("history"), api, id, seconds);
const openLinked = async () => {
  if (!location.hash) return;
  const link = (await fetchPart("./history/links.js"))?.readLink(location.hash);
  if (link) openHistory(link.id, link.seconds);
};
const openFiles = async (files) => {
  const hotwords = () => preferences.get("hotwords");
  const actions = [{ text: t("files.button"), run: () => openFiles() }];
  const tell = (text) => notices.show("files", { text, actions });
  const page = { api, languages: element("language"), hotwords, onOpen: openHistory, tell };
  (await fetchPart("./files/files.js"))?.openFiles(page, files);
};
const copy = () => copyText(controller.transcript.text, element("copy"));

/** What can be done with a key, and with a button if there is one. */
const shortcuts = {
  " ": { run: toggle, button: "record", keyText: "key.space", help: "help.space" },
  f: { run: () => controller.finish(), button: "finish", help: "help.finish" },
  c: { run: () => element("text-actions").hidden || copy(), button: "copy", help: "help.copy" },
  h: { run: () => openHistory(), button: "open-history", help: "help.history" },
  u: { run: () => openFiles(), button: "open-files", help: "help.files" },
  t: { run: toggleTimestamps, help: "help.times" },
  ",": { run: openSettings, button: "open-settings", help: "help.settings" },
  "?": { run: openHelp, button: "open-help", help: "help.help" },
};

async function renderWords() {
  await setUiLanguage(preferredLanguage());
  element("switch-language").lang = uiLanguage() === "es" ? "en" : "es";
  element("welcome-hint").textContent = t(
    matchMedia("(hover: none)").matches ? "welcome.touch" : "welcome.hint",
  );
  offerMicrophones();
  renderEngineParts();
  renderText();
  dock.render();
}

function renderEngineParts() {
  renderEngine(element("engine"), engine);
  renderLanguages(element("language"), engine.current?.engine, preferences.get("language"));
  announceEngine(notices, engine);
  controller.engineState = engine.state;
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
  if (!controller.isActive && controller.state !== "opening") tabLock.release();
  noteWhatIsLeft();
  renderText();
});
controller.addEventListener("locked", unlock);
controller.addEventListener("restarted", () => view.clear());
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
engine.addEventListener("change", () => {
  renderEngineParts();
  dock.render();
});
preferences.addEventListener("change", ({ detail: name }) => {
  if (name === "uiLanguage") renderWords();
  renderLook();
});

for (const { button, run } of Object.values(shortcuts)) {
  if (button) element(button).onclick = run;
}
element("next-step").onclick = () => {
  if (controller.completed) openHistory(controller.completed.transcript_id);
  else if (controller.state === "locked") unlock();
  else controller.client.retryNow();
};
element("jump").onclick = () => view.jumpToEnd();
element("switch-language").onclick = () => {
  preferences.set("uiLanguage", uiLanguage() === "es" ? "en" : "es");
};
for (const id of ["microphone", "language"]) {
  element(id).onchange = ({ target }) => preferences.set(id, target.value);
}
listenForShortcuts(shortcuts, () => preferences.get("hasShortcuts"));

listenForDrops(openFiles);
addEventListener("hashchange", openLinked);
addEventListener("online", () => controller.client?.retryNow());
addEventListener("offline", () => controller.client?.probe());
addEventListener("pagehide", noteWhatIsLeft);
addEventListener("beforeunload", (event) => {
  if (controller.hasUnsaved) event.preventDefault();
});
navigator.mediaDevices?.addEventListener("devicechange", offerMicrophones);

renderLook();
await renderWords();
await letIn();
engine.follow();
openLinked();
mendInterruption();
