// The server's REST side, as far as the page needs it.

const MAX_AT_ONCE = 500;

/** The server refused, or could not be reached (`SERVER_UNREACHABLE`). */
export class ApiError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** @param {string} base address of the page, from which everything is relative */
export function createApi(base) {
  async function request(path, options = {}) {
    let response;
    try {
      response = await fetch(new URL(path, base), options);
    } catch (error) {
      throw new ApiError("SERVER_UNREACHABLE", error.message);
    }
    if (response.ok) return response;
    const body = await response.json().catch(() => null);
    throw new ApiError(body?.error?.code ?? "unknown", body?.error?.message ?? response.statusText);
  }
  const json = async (path, options) => (await request(path, options)).json();
  const send = (path, body, method = "POST") =>
    request(path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const transcript = (id) => `api/history/${encodeURIComponent(id)}`;

  /** As many requests as the ids need, one after another. */
  async function inParts(ids, act) {
    const answers = [];
    for (let start = 0; start < ids.length; start += MAX_AT_ONCE) {
      answers.push(await act(ids.slice(start, start + MAX_AT_ONCE)));
    }
    return answers;
  }
  const onSeveral = (verb) => async (ids) => {
    const answers = await inParts(ids, async (part) =>
      (await send(`api/history/${verb}`, { ids: part })).json(),
    );
    return answers.flatMap(({ done }) => done);
  };

  return {
    socketUrl: new URL("ws", base).href.replace(/^http/, "ws"),
    transcriptionsUrl: new URL("v1/audio/transcriptions", base).href,
    status: () => json("api/streaming/status"),
    listTranscripts({ query, limit, offset }) {
      const parameters = new URLSearchParams({ limit, offset });
      if (query) parameters.set("q", query);
      return json(`api/history?${parameters}`);
    },
    readTranscript: (id) => json(transcript(id)),
    /** Give it another `title` or `text`; a text of null brings the recognised one back. */
    changeTranscript: async (id, change) => (await send(transcript(id), change, "PATCH")).json(),
    /** Resolves to the ids that were deleted; they can be restored for some minutes. */
    deleteTranscripts: onSeveral("delete"),
    /** Resolves to the ids that are back. */
    restoreTranscripts: onSeveral("restore"),
    exportUrl: (id, format) => new URL(`${transcript(id)}/export?format=${format}`, base).href,
    /** Resolves to ZIP archives, as few as the server allows. */
    exportTranscripts: (ids, format) =>
      inParts(ids, async (part) =>
        (await send("api/history/export", { ids: part, format })).blob(),
      ),
    /** Transcribe a whole file; resolves to its text. */
    async transcribeFile(blob, name) {
      const body = new FormData();
      body.append("file", blob, name);
      return (await json("v1/audio/transcriptions", { method: "POST", body })).text;
    },
  };
}
