// The history's REST side.

const MAX_AT_ONCE = 500;

/** @param {ReturnType<import("../client/api.js").createApi>} api */
export function createArchive({ url, json, send }) {
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
    list({ query, limit, offset }) {
      const parameters = new URLSearchParams({ limit, offset });
      if (query) parameters.set("q", query);
      return json(`api/history?${parameters}`);
    },
    read: (id) => json(transcript(id)),
    /** Give it another `title` or `text`; a text of null brings the recognised one back. */
    change: async (id, change) => (await send(transcript(id), change, "PATCH")).json(),
    /** Resolves to the ids that were deleted; they can be restored for some minutes. */
    delete: onSeveral("delete"),
    /** Resolves to the ids that are back. */
    restore: onSeveral("restore"),
    exportUrl: (id, format) => url(`${transcript(id)}/export?format=${format}`),
    /** Resolves to ZIP archives, as few as the server allows. */
    export: (ids, format) =>
      inParts(ids, async (part) =>
        (await send("api/history/export", { ids: part, format })).blob(),
      ),
  };
}
