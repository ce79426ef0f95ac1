// One dictation per browser: the tab that dictates holds a lock, another may ask for it.

const NAME = "vivavoz-dictation";
const LETTING_GO_MS = 1_000; // what a page that was just left may take to

export class TabLock {
  #release = null;
  #channel = new BroadcastChannel(NAME);
  #patience = new AbortController();

  /** @param {() => Promise<void>} onTakeOver finish the dictation: another tab wants to dictate */
  constructor(onTakeOver) {
    this.#channel.onmessage = async () => {
      if (this.#release === null) return;
      await onTakeOver();
      this.release();
    };
  }

  /** Take the lock if it is free; whether this tab holds it. */
  acquire() {
    return this.#request({ ifAvailable: true });
  }

  /** Ask the tab that dictates to finish, and take the lock when it has. */
  takeOver() {
    this.#channel.postMessage("take-over");
    return this.#request({});
  }

  /** Carry this out while no tab dictates, this one neither; what it returns, or null if one does. */
  async whileFree(act) {
    if (!navigator.locks) return act();
    const { signal } = this.#patience;
    setTimeout(() => this.#patience.abort(), LETTING_GO_MS);
    return navigator.locks.request(NAME, { signal }, act).catch(() => null);
  }

  /** Let another tab dictate. */
  release() {
    this.#release?.();
    this.#release = null;
  }

  #request(options) {
    this.#patience.abort();
    if (this.#release !== null || !navigator.locks) return Promise.resolve(true);
    return new Promise((resolve) => {
      navigator.locks.request(NAME, options, (lock) => {
        resolve(lock !== null);
        if (lock === null) return undefined;
        return new Promise((release) => {
          this.#release = release;
        });
      });
    });
  }
}
