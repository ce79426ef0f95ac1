// Copying, with a word that it worked.

import { t } from "./i18n/index.js";

const COPIED_MS = 2_000;

/** Copy `text`, and let the button say so for a moment. */
export async function copyText(text, pressed) {
  await writeText(text);
  const label = pressed.querySelector("span");
  label.textContent = t("action.copied");
  setTimeout(() => {
    label.textContent = t("action.copy");
  }, COPIED_MS);
}

async function writeText(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Pages without https have no clipboard of their own.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
