// What another page of this browser needs to finish the dictation if this one goes.

const KEY = "vivavoz.unfinished";
let isNoted = false;

/** Keep it while a dictation runs; nothing when none does. */
export function noteUnfinished(left) {
  try {
    if (left) localStorage.setItem(KEY, JSON.stringify(left));
    else if (isNoted) localStorage.removeItem(KEY);
    isNoted = Boolean(left);
  } catch {
    // The storage is closed: the server finishes the dictation by itself, some minutes later.
  }
}

/** What a page that is gone has left here, once; null if it left nothing. */
export function takeUnfinished() {
  try {
    const left = JSON.parse(localStorage.getItem(KEY));
    localStorage.removeItem(KEY);
    return left;
  } catch {
    return null;
  }
}
