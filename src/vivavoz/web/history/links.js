// Addresses of a transcript, and of a moment in it. Pure.

/** The address of a transcript on the page at `base`, at `seconds` if that is given. */
export function transcriptLink(base, id, seconds = null) {
  const place = new URLSearchParams({ transcript: id });
  if (seconds !== null) place.set("t", seconds.toFixed(1));
  return new URL(`#${place}`, base).href;
}

/** What a fragment points to: `{id, seconds}`, or null when it is no transcript. */
export function readLink(fragment) {
  const place = new URLSearchParams(fragment.replace(/^#/, ""));
  const id = place.get("transcript");
  if (!id) return null;
  const seconds = Number.parseFloat(place.get("t"));
  return { id, seconds: Number.isFinite(seconds) ? seconds : null };
}
