// Recorded audio whose text never came: transcribed as a whole, or kept as a file.

import { t } from "./i18n/index.js";
import { build } from "./markup.js";

const extensionOf = (mimeType) => /audio\/(\w+)/.exec(mimeType)?.[1] ?? "audio";

/** Offer what `client` still keeps; `onText` is given the text once it has been transcribed. */
export function offerRescue({ client, notices, api, onText }) {
  const recordings = client.unsavedStreams().map(({ mimeType, pieces }, index) => ({
    blob: new Blob(pieces, { type: mimeType }),
    name: `vivavoz-${index + 1}.${extensionOf(mimeType)}`,
  }));
  if (recordings.length === 0) return;
  const keep = { text: t("action.keep_recording"), run: () => recordings.forEach(download) };
  const transcribe = {
    text: t("action.transcribe_again"),
    run: async () => {
      notices.show("rescue", { text: t("notice.rescuing"), progress: null });
      try {
        for (const { blob, name } of recordings) onText(await api.transcribeFile(blob, name));
        notices.show("rescue", { text: t("notice.rescued"), tone: "good", isPassing: true });
      } catch {
        notices.show("rescue", { text: t("notice.rescue_failed"), tone: "bad", actions: [keep] });
      }
    },
  };
  notices.show("rescue", { text: t("notice.rescue"), tone: "warn", actions: [transcribe, keep] });
}

function download({ blob, name }) {
  const link = build("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
