// One recording on its way through the server, and its text on the way back.

import { ApiError } from "../client/api.js";

const FIELD_END = "\n\n";

/**
 * Send `file` and follow its transcription.
 *
 * @param {{url: string, file: File, fields: Record<string, string>, signal: AbortSignal,
 *   onSent: (share: number) => void, onProgress: (audioS: number, durationS: number|null) => void,
 *   onText: (text: string) => void}} options `share` is 0..1 of the file's bytes
 * @returns {Promise<{text: string, transcriptId: string|null}>} rejects with an `ApiError`, or with
 *   the signal's reason
 */
export function transcribe({ url, file, fields, signal, onSent, onProgress, onText }) {
  return new Promise((resolve, reject) => {
    // Only this kind of request tells how much of an upload is sent.
    const request = new XMLHttpRequest();
    const reader = new EventReader((event) => {
      if (event.type === "progress") onProgress(event.audio_s, event.duration_s);
      else if (event.type === "transcript.text.delta") onText(event.delta);
      else if (event.type === "error") reject(new ApiError(event.error.code, event.error.message));
      else if (event.type === "transcript.text.done") {
        resolve({ text: event.text, transcriptId: event.transcript_id });
      }
    });
    const unreachable = () => reject(new ApiError("SERVER_UNREACHABLE", ""));
    request.upload.onprogress = ({ loaded, total }) => onSent(total ? loaded / total : 1);
    request.upload.onload = () => onSent(1);
    request.onprogress = () => request.status === 200 && reader.read(request.responseText);
    request.onerror = unreachable;
    request.onload = () => {
      if (request.status === 200) reader.read(request.responseText);
      else reject(errorOf(request));
      unreachable(); // does nothing if the end of the text has come
    };
    signal.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append("file", file, file.name);
    request.open("POST", url);
    request.send(form);
  });
}

/** Takes server-sent events out of a text that grows. */
export class EventReader {
  #onEvent;
  #at = 0;

  /** @param {(event: object) => void} onEvent */
  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /** Read what is new in `text`. */
  read(text) {
    for (let end; (end = text.indexOf(FIELD_END, this.#at)) >= 0; ) {
      const event = text.slice(this.#at, end);
      this.#at = end + FIELD_END.length;
      if (event.startsWith("data: ")) this.#onEvent(JSON.parse(event.slice(6)));
    }
  }
}

function errorOf(request) {
  try {
    const { code, message } = JSON.parse(request.responseText).error;
    return new ApiError(code, message);
  } catch {
    return new ApiError("unknown", request.statusText); // not this server's: a proxy's
  }
}
