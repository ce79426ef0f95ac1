// Copying, with a word that it worked.

import { t } from "./i18n/index.js";

const COPIED_MS = 2_000;
const shown = new WeakMap();

/** Copy `text`, and let the button say so for a moment. */
export async function copyText(text, pressed) {
  await writeText(text);
  const label = pressed.querySelector("span");
  const { words = label.textContent, timer } = shown.get(label) ?? {};
  clearTimeout(timer);
  label.textContent = t("action.copied");
  const restore = () => {
    label.textContent = words;
    shown.delete(label);
  };
  shown.set(label, { words, timer: setTimeout(restore, COPIED_MS) });
}

async function writeText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Pages without https have no clipboard of their own; an open dialog makes the rest inert.
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
