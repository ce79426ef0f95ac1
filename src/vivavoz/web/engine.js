// Which engine is at work, and which languages it knows.

import { formatLanguage, formatMegabytes } from "./format.js";
import { t, uiLocale } from "./i18n/index.js";
import { build } from "./markup.js";
import { preferences } from "./preferences.js";

const POLL_MS = 1_000;
const AWAY_POLL_MS = 5_000;
const ENGINE_NAMES = { whisper: "Whisper", pocketsphinx: "PocketSphinx" };

/** Event: `change`, when the server's answer is another than before. */
export class EngineStatus extends EventTarget {
  /** @type {object | null} the server's last answer */
  current = null;
  #isAway = false;
  #api;
  #timer = null;

  constructor(api) {
    super();
    this.#api = api;
  }

  /** @returns {"unknown"|"loading"|"ready"|"failed"|"away"} the last where the server is silent */
  get state() {
    return this.#isAway ? "away" : (this.current?.status ?? "unknown");
  }

  /** Ask, and go on asking until the engine is ready. */
  async follow() {
    clearTimeout(this.#timer);
    const before = JSON.stringify([this.current, this.#isAway]);
    try {
      this.current = await this.#api.status();
      this.#isAway = false;
    } catch {
      this.#isAway = true;
    }
    if (JSON.stringify([this.current, this.#isAway]) !== before) {
      this.dispatchEvent(new Event("change"));
    }
    if (this.state === "ready") return;
    const waitMs = this.state === "loading" ? POLL_MS : AWAY_POLL_MS;
    this.#timer = setTimeout(() => this.follow(), waitMs);
  }
}

/** The engine in a few words. */
export function renderEngine(element, { current, state }) {
  element.hidden = !current;
  if (!current) return;
  const { engine } = current;
  element.classList.toggle("is-loading", state === "loading" || state === "away");
  element.classList.toggle("is-failed", state === "failed");
  element.classList.toggle("is-fallback", Boolean(engine?.fallback_reason));
  element.textContent = engine
    ? `${ENGINE_NAMES[engine.name] ?? engine.name} · ${engine.model}`
    : t(state === "failed" ? "state.unable" : "state.loading");
  element.title = engine ? t("engine.ready", engine) : "";
}

/** Say which engine is at work when that matters: loading, failed, or only the built-in one. */
export function announceEngine(notices, { current, state }) {
  if (state === "away") {
    notices.show("engine", { text: t("error.SERVER_UNREACHABLE"), state: "away", tone: "warn" });
  } else if (state === "loading") {
    const { bytes_done: done = 0, bytes_total: total = 0 } = current.progress ?? {};
    const values = { done: formatMegabytes(done), total: formatMegabytes(total) };
    const text = total ? t("engine.downloading", values) : t("engine.loading");
    notices.show("engine", { text, state: "loading", progress: total ? done / total : null });
  } else if (state === "failed") {
    const message = current.error?.message ?? "";
    const text = t("engine.failed", { message });
    notices.show("engine", { text, state: "failed", tone: "bad" });
  } else if (current?.engine?.fallback_reason && !preferences.get("knowsFallback")) {
    const onDismiss = () => preferences.set("knowsFallback", true);
    notices.show("engine", { text: t("engine.fallback"), tone: "warn", onDismiss });
  } else {
    if (current?.engine && !current.engine.fallback_reason) preferences.set("knowsFallback", false);
    notices.hide("engine");
  }
}

/** Offer the engine's languages, the reader's own first. */
export function renderLanguages(select, engine, chosen) {
  const own = new Set(navigator.languages.map((tag) => tag.slice(0, 2)));
  const languages = (engine?.languages ?? [])
    .map((code) => ({ code, name: formatLanguage(code, uiLocale()) }))
    .sort(
      (a, b) =>
        own.has(b.code) - own.has(a.code) || a.name.localeCompare(b.name, uiLocale()),
    );
  const entries = languages.map(({ code, name }) => [code, name]);
  if (languages.length !== 1) {
    entries.unshift(["", t(engine?.detects_language ? "language.detect" : "language.default")]);
  }
  select.replaceChildren(
    ...entries.map(([value, textContent]) => build("option", { value, textContent })),
  );
  select.value = entries.some(([code]) => code === chosen) ? chosen : entries[0][0];
}
