// The choice of microphone, kept in line with what is plugged in.

import { t } from "./i18n/index.js";
import { build } from "./markup.js";
import { listMicrophones } from "./recorder.js";

/** Fill the select with the microphones that there are. */
export async function renderMicrophones(select, chosen) {
  const microphones = await listMicrophones();
  const named = microphones.filter(({ deviceId }) => deviceId !== "");
  const entries = named.map(({ deviceId, label }, index) => [
    deviceId,
    label || t("microphone.numbered", { n: index + 1 }),
  ]);
  entries.unshift(["", t("microphone.default")]);
  select.replaceChildren(
    ...entries.map(([value, textContent]) => build("option", { value, textContent })),
  );
  select.value = entries.some(([id]) => id === chosen) ? chosen : "";
}
