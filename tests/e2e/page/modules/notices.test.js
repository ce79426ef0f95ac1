import { setUiLanguage } from "/static/i18n/index.js";
import { Notices } from "/static/notices.js";
import { assertEqual } from "./assert.js";

const AWAY = { text: "The server does not answer." };
const SLOW = { text: "3 s behind.", state: "slow" };

async function board() {
  await setUiLanguage("en");
  const root = document.createElement("div");
  document.body.append(root);
  const notices = new Notices(root);
  const texts = () => [...root.querySelectorAll("p")].map(({ textContent }) => textContent);
  const dismiss = () => root.querySelector(".icon-only").click();
  return { notices, texts, dismiss };
}

export async function aMessageTakesThePlaceOfTheOneOfItsKind() {
  const { notices, texts } = await board();
  notices.show("engine", { text: "Loading." });
  notices.show("error", AWAY);
  notices.show("engine", { text: "Ready." });
  assertEqual(texts(), ["Ready.", AWAY.text]);
  notices.hide("engine");
  assertEqual(texts(), [AWAY.text]);
}

export async function theSameSentenceStandsOnceForAsLongAsItIsTrueOfAnyKind() {
  const { notices, texts } = await board();
  notices.show("error", AWAY);
  notices.show("engine", AWAY);
  assertEqual(texts(), [AWAY.text]);
  notices.hide("error");
  assertEqual(texts(), [AWAY.text]);
  notices.hide("engine");
  assertEqual(texts(), []);
}

export async function aSentenceThatIsDismissedGoesWhateverItsKinds() {
  const { notices, texts, dismiss } = await board();
  notices.show("error", AWAY);
  notices.show("engine", AWAY);
  dismiss();
  assertEqual(texts(), []);
}

export async function whatHappensAgainIsToldAgain() {
  const { notices, texts, dismiss } = await board();
  notices.show("error", AWAY);
  dismiss();
  notices.show("error", AWAY);
  assertEqual(texts(), [AWAY.text]);
}

export async function aStateThatWasDismissedStaysAwayWhileItLasts() {
  const { notices, texts, dismiss } = await board();
  notices.show("latency", SLOW);
  dismiss();
  notices.show("latency", { ...SLOW, text: "4 s behind." });
  assertEqual(texts(), []);
  notices.show("latency", { text: "Nothing comes.", state: "stuck" });
  assertEqual(texts(), ["Nothing comes."]);
  notices.hide("latency");
  notices.show("latency", SLOW);
  assertEqual(texts(), [SLOW.text]);
}

export async function aStateThatWasDismissedSilencesNoOtherKind() {
  const { notices, texts, dismiss } = await board();
  notices.show("engine", { ...AWAY, state: "away" });
  dismiss();
  notices.show("error", AWAY);
  assertEqual(texts(), [AWAY.text]);
}

export async function aMessageThatPassesDoesNotTakeTheNextOneAlong() {
  const { notices, texts } = await board();
  const timers = new Map();
  const { setTimeout: set, clearTimeout: clear } = window;
  window.setTimeout = (act) => timers.set(timers.size + 1, act).size;
  window.clearTimeout = (timer) => timers.delete(timer);
  try {
    notices.show("error", { ...AWAY, isPassing: true });
    notices.hide("error");
    notices.show("error", AWAY);
    timers.forEach((act) => act());
    assertEqual(texts(), [AWAY.text]);
  } finally {
    Object.assign(window, { setTimeout: set, clearTimeout: clear });
  }
}
