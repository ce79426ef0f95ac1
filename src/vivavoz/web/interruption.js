// A dictation that ended because its page was left: finished on the server, and told.

import { Connection } from "./client/connection.js";
import { addWords, t } from "./i18n/index.js";

const loaded = addWords("dictation");

/**
 * Have the server finish the session with what it has.
 * @param {{session_id: string, resume_token: string, lostS: number}} left see `DictationClient`
 * @param {{socketUrl: string, notices: object, onOpen: (transcriptId: string) => void}} page
 */
export async function finishInterrupted({ session_id, resume_token, lostS }, page) {
  await loaded;
  const url = new URL(page.socketUrl);
  url.search = new URLSearchParams({ session_id, resume_token });
  const tell = (completed) => {
    connection.abandon();
    tellLoss(page, completed, Math.round(lostS));
  };
  const connection = new Connection(url.href, {
    onEvent({ event, data }) {
      if (event === "session_resumed") connection.sendEvent("stop_recording");
      else if (event === "session_completed") tell(data);
      else if (event === "error") tell(null);
    },
    onClose: () => tell(null),
  });
}

function tellLoss({ notices, onOpen }, completed, seconds) {
  const id = completed?.transcript_id;
  const kept = t(id ? "interrupted.saved" : completed ? "interrupted.empty" : "interrupted.unknown");
  const lost = seconds > 0 ? t("interrupted.lost", { seconds }) : "";
  const actions = id ? [{ text: t("action.open"), run: () => onOpen(id) }] : [];
  notices.show("interrupted", { text: `${kept} ${lost}`.trim(), tone: "warn", actions });
}
