import { TranscriptList } from "/static/history/list.js";
import { addWords, setUiLanguage } from "/static/i18n/index.js";
import { assertEqual } from "./assert.js";

const TOTAL = 260;
const ITEMS = Array.from({ length: TOTAL }, (_, index) => ({
  id: `${index}`,
  title: `Number ${index}`,
  snippet: [{ text: "All of it.", match: false }],
  started_at: "2026-01-01T12:00:00Z",
  duration_s: 60,
  language: "en",
  edited_at: null,
}));

async function list(archive) {
  await setUiLanguage("en");
  await addWords("history");
  const shown = new TranscriptList(archive, { onOpen: () => {}, onPick: () => {} });
  document.body.append(shown.root);
  return shown;
}

const slow = {
  async list({ limit, offset }) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { total: TOTAL, items: ITEMS.slice(offset, offset + limit) };
  },
};

export async function allIsPickedWhileMoreIsBeingReadAlready() {
  const shown = await list(slow);
  await shown.load();
  shown.setPicking(true);
  shown.loadAll();
  await shown.pickAll(true);
  assertEqual(shown.picked.length, TOTAL);
  shown.root.remove();
}

export async function aListThatStandsAtItsEndIsReadOn() {
  const shown = await list(slow);
  shown.root.style.cssText = "height: 200px; overflow: auto";
  await shown.load();
  for (let frame = 0; shown.ids.length < TOTAL; frame += 1) {
    if (frame > 1_000) throw new Error(`${shown.ids.length} are there`);
    shown.root.scrollTop = shown.root.scrollHeight;
    await new Promise(requestAnimationFrame);
  }
  shown.root.remove();
}

export async function aNewSearchIsReadOnThoughTheOldOneWasStillBeingRead() {
  const shown = await list(slow);
  await shown.load();
  shown.loadAll();
  await shown.load("number");
  await shown.loadAll();
  assertEqual(shown.ids.length, TOTAL);
  shown.root.remove();
}
