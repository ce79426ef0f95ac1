// What the person chose, remembered in this browser.

const KEY = "vivavoz";

const DEFAULTS = {
  uiLanguage: "",
  theme: "auto",
  textSize: "medium",
  hasTimestamps: false,
  hasShortcuts: true,
  microphone: "",
  language: "",
  noiseSuppression: true,
  echoCancellation: false,
  hotwords: "",
  knowsFallback: false,
};

/** Event: `change` (detail: the name that changed). A closed storage only forgets. */
class Preferences extends EventTarget {
  #values = { ...DEFAULTS };

  constructor() {
    super();
    try {
      const stored = JSON.parse(localStorage.getItem(KEY)) ?? {};
      for (const name of Object.keys(DEFAULTS)) {
        if (typeof stored[name] === typeof DEFAULTS[name]) this.#values[name] = stored[name];
      }
    } catch {
      // Storage is closed or holds something else: the defaults stand.
    }
  }

  get(name) {
    return this.#values[name];
  }

  set(name, value) {
    if (this.#values[name] === value) return;
    this.#values[name] = value;
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#values));
    } catch {
      // The choice holds until the page is left.
    }
    this.dispatchEvent(new CustomEvent("change", { detail: name }));
  }
}

export const preferences = new Preferences();
