// Recorded audio whose text never came: transcribed as a whole, or kept as a file.

import { newsOf } from "./client/backlog.js";
import { transcribe } from "./client/upload.js";
import { errorText } from "./errors.js";
import { t } from "./i18n/index.js";
import { build } from "./markup.js";

const extensionOf = (mimeType) => /audio\/(\w+)/.exec(mimeType)?.[1] ?? "audio";

/** What the controller's client keeps, as files. */
function filesOf(client) {
  return client.unsavedStreams().map((stream, index) => ({
    stream,
    blob: new Blob(stream.pieces, { type: stream.mimeType }),
    name: `vivavoz-${index + 1}.${extensionOf(stream.mimeType)}`,
  }));
}

const keepAction = (client) => ({
  text: t("action.keep_recording"),
  run: () => filesOf(client).forEach(download),
});

/** Offer to keep what was recorded, while the server is away. */
export function offerFiles({ controller: { client }, notices }) {
  if (filesOf(client).length === 0) return;
  const actions = [keepAction(client)];
  notices.show("rescue", { text: t("notice.kept"), state: "kept", tone: "warn", actions });
}

/** Offer what is kept, after the server gave the dictation up. */
export function offerRescue({ controller, notices, api }) {
  if (filesOf(controller.client).length > 0) offer({ controller, notices, api }, t("notice.rescue"));
}

/** Have what is kept transcribed, and tell how it goes; the text follows what is there. */
export async function rescue({ controller, notices, api }) {
  const { client } = controller;
  notices.show("rescue", { text: t("notice.rescuing"), progress: null });
  try {
    const transcriptId = await uploadAll(controller, client, api);
    notices.show("rescue", { text: t("notice.rescued"), tone: "good", isPassing: true });
    controller.endRescued(transcriptId);
  } catch (error) {
    controller.endUnsaved(error);
    const text = t("notice.rescue_failed", { message: errorText(error) });
    offer({ controller, notices, api }, text, "bad");
  }
}

function offer(parts, text, tone = "warn") {
  const again = { text: t("action.transcribe_again"), run: () => rescue(parts) };
  const actions = [again, keepAction(parts.controller.client)];
  parts.notices.show("rescue", { text, tone, actions });
}

/** Resolves to the newest part's id in the history. */
async function uploadAll(controller, client, api) {
  const { language, options } = client.wishes;
  const fields = { ...(language && { language }), ...(options.hotwords && options) };
  let transcriptId = client.transcriptId;
  for (const { stream, blob, name } of filesOf(client)) {
    const knownUntilS = controller.transcript.endS;
    const onMessage = ({ type, result }) => {
      const isText = type === "transcript.text.delta";
      const news = isText ? newsOf(result, stream.startsAtS, knownUntilS) : null;
      if (news) controller.addFinal(news);
    };
    const done = await transcribe(api, { file: blob, name, fields, onMessage });
    transcriptId = done.transcriptId ?? transcriptId;
    client.uploaded(stream);
  }
  return transcriptId;
}

function download({ blob, name }) {
  const link = build("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
