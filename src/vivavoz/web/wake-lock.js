// Keeps the screen awake while recording, where the browser can.

let isWanted = false;
let lock = null;

async function acquire() {
  if (!isWanted || lock !== null || document.visibilityState !== "visible") return;
  try {
    lock = await navigator.wakeLock?.request("screen");
    lock?.addEventListener("release", () => {
      lock = null;
    });
  } catch {
    lock = null; // Battery saving refuses it: the screen may sleep, the dictation goes on.
  }
}

document.addEventListener("visibilitychange", acquire);

/** Keep the screen awake, or no longer. */
export function keepAwake(wanted) {
  isWanted = wanted;
  if (wanted) acquire();
  else lock?.release();
}
