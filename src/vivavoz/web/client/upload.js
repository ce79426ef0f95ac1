// Whole recordings: posted, and their text as it is recognised.

import { ApiError } from "./api.js";

const DATA = "data: ";

/**
 * Have a recording transcribed.
 * @param {(path: string, options: object) => Promise<Response>} request see `createApi`
 * @param {Blob} blob
 * @param {string} name of the file
 * @param {Record<string, string>} fields `language` and the like
 * @returns {AsyncGenerator<object>} the server's messages: `progress`, `transcript.text.delta`, at
 *   last `transcript.text.done`
 * @throws {ApiError}
 */
export async function* transcribe(request, blob, name, fields) {
  const body = new FormData();
  body.append("file", blob, name);
  for (const [field, value] of Object.entries({ ...fields, stream: "true" })) {
    body.append(field, value);
  }
  const response = await request("v1/audio/transcriptions", { method: "POST", body });
  let isDone = false;
  for await (const line of lines(response.body)) {
    if (!line.startsWith(DATA)) continue;
    const message = JSON.parse(line.slice(DATA.length));
    if (message.type === "error") throw new ApiError(message.error.code, message.error.message);
    isDone = message.type === "transcript.text.done";
    yield message;
  }
  if (!isDone) throw new ApiError("SERVER_UNREACHABLE", "The answer broke off.");
}

async function* lines(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const whole = (rest + value).split("\n");
      rest = whole.pop();
      yield* whole;
    }
  } catch (error) {
    throw new ApiError("SERVER_UNREACHABLE", error.message);
  } finally {
    reader.cancel().catch(() => {});
  }
}
