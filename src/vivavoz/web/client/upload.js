// Whole recordings: posted, and their text as it is recognised.

import { ApiError } from "./api.js";

const EVENT_END = "\n\n";
const DATA = "data: ";

/**
 * Have a recording transcribed.
 *
 * @param {ReturnType<import("./api.js").createApi>} api
 * @param {{file: Blob, name: string, fields: Record<string, string>, signal?: AbortSignal,
 *   onSent?: (share: number) => void, onMessage: (message: object) => void}} options `fields`:
 *   `language` and the like; `share` is 0..1 of the file's bytes; the messages are the server's
 *   `progress`, `transcript.text.delta`, at last `transcript.text.done`
 * @returns {Promise<{text: string, transcriptId: string|null}>} rejects with an `ApiError`, or with
 *   the signal's reason
 */
export function transcribe(api, options) {
  const form = new FormData();
  for (const [field, value] of Object.entries({ ...options.fields, stream: "true" })) {
    form.append(field, value);
  }
  form.append("file", options.file, options.name);
  return api.signedIn(() => post(api.url("v1/audio/transcriptions"), form, options));
}

function post(url, form, { signal, onSent = () => {}, onMessage }) {
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // Only this kind of request tells how much of an upload is sent.
    const request = new XMLHttpRequest();
    const reader = new EventReader((message) => {
      if (message.type === "error") {
        const { code, message: words, details } = message.error;
        reject(new ApiError(code, words, 0, details));
        return;
      }
      onMessage(message);
      if (message.type === "transcript.text.done") {
        resolve({ text: message.text, transcriptId: message.transcript_id });
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
    signal?.addEventListener("abort", () => {
      request.abort();
      reject(signal.reason);
    });
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
    for (let end; (end = text.indexOf(EVENT_END, this.#at)) >= 0; ) {
      const event = text.slice(this.#at, end);
      this.#at = end + EVENT_END.length;
      if (event.startsWith(DATA)) this.#onEvent(JSON.parse(event.slice(DATA.length)));
    }
  }
}

function errorOf({ status, statusText, responseText }) {
  try {
    const { code, message } = JSON.parse(responseText).error;
    return new ApiError(code, message, status);
  } catch {
    return new ApiError("unknown", statusText, status); // not this server's: a proxy's
  }
}
