// The server's REST side, as far as the page needs it.

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
  const transcript = (id) => `api/history/${encodeURIComponent(id)}`;

  return {
    socketUrl: new URL("ws", base).href.replace(/^http/, "ws"),
    status: () => json("api/streaming/status"),
    listTranscripts({ query, limit, offset }) {
      const parameters = new URLSearchParams({ limit, offset });
      if (query) parameters.set("q", query);
      return json(`api/history?${parameters}`);
    },
    readTranscript: (id) => json(transcript(id)),
    renameTranscript: (id, title) =>
      json(transcript(id), {
        method: "PATCH",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ title }),
      }),
    deleteTranscript: (id) => request(transcript(id), { method: "DELETE" }),
    exportUrl: (id, format) => new URL(`${transcript(id)}/export?format=${format}`, base).href,
    /** Transcribe a whole file; resolves to its text. */
    async transcribeFile(blob, name) {
      const body = new FormData();
      body.append("file", blob, name);
      return (await json("v1/audio/transcriptions", { method: "POST", body })).text;
    },
  };
}
