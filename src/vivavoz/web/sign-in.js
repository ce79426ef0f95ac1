// Who dictates here: asked for a key with a form, kept signed in, signed out.

import { ApiError } from "./client/api.js";
import { errorText } from "./errors.js";
import { addWords, t } from "./i18n/index.js";
import { loadStyle } from "./load-style.js";
import { build, icon } from "./markup.js";

const RETRY_MS = 30_000;
const PROBLEMS = { 401: "sign_in.wrong", 422: "sign_in.malformed" };

const loaded = Promise.all([loadStyle("dialogs"), addWords("sign-in"), addWords("errors")]);

/** The key is typed in, sent once and forgotten; what stays is a cookie that no script can read. */
export class SignIn {
  #api;
  #isBusy;
  #onBusy;
  #dialog = null;
  #answer = null;
  #timer = null;

  /**
   * @param {object} api see `createApi`
   * @param {{isBusy: () => boolean, onBusy: (sentence: string) => void}} dictation whether signing
   *   out has to wait, and whom to tell so
   */
  constructor(api, { isBusy, onBusy }) {
    this.#api = api;
    this.#isBusy = isBusy;
    this.#onBusy = onBusy;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && this.#timer !== null) this.#refresh();
    });
  }

  /** Keep this user signed in. */
  async welcome(userId) {
    await loaded;
    this.#showAccount(userId);
    await this.#refresh();
  }

  /**
   * Ask for a key.
   * @param {{isOptional?: boolean}} options whether the form may be closed without one
   * @returns {Promise<boolean>} whether somebody is signed in now
   */
  async ask({ isOptional = true } = {}) {
    await loaded;
    this.#stopRefreshing();
    this.#answer ??= new Promise((resolve) => {
      this.#dialog = this.#build(isOptional);
      this.#dialog.addEventListener("close", () => {
        this.#dialog.remove();
        this.#answer = null;
        resolve(this.#timer !== null);
      });
      document.body.append(this.#dialog);
      this.#dialog.showModal();
    });
    return this.#answer;
  }

  #build(isOptional) {
    const key = build("input", {
      type: "password",
      className: "field",
      autocomplete: "current-password",
      autofocus: true,
      required: true,
    });
    const problem = build("p", { className: "problem", role: "alert" });
    const submit = async (event) => {
      event.preventDefault();
      problem.textContent = "";
      try {
        this.#keep(await this.#api.signIn(key.value.trim()));
        key.value = "";
        this.#dialog.close();
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        const known = PROBLEMS[error.status];
        problem.textContent = known ? t(known) : errorText(error);
        key.select();
      }
    };
    const form = build(
      "form",
      { className: "form", onsubmit: submit },
      build("p", { textContent: t("sign_in.why") }),
      build("label", { className: "row stacked" }, t("sign_in.key"), key),
      problem,
      build("button", { className: "solid", textContent: t("sign_in.title") }),
    );
    const heading = build("h2", { id: "sign-in-title", textContent: t("sign_in.title") });
    const dialog = build(
      "dialog",
      { className: "box", id: "sign-in", "aria-labelledby": heading.id },
      build("header", { className: "box-head" }, heading, isOptional ? this.#closeButton() : null),
      form,
    );
    dialog.addEventListener("cancel", (event) => isOptional || event.preventDefault());
    return dialog;
  }

  #closeButton() {
    const close = { className: "quiet icon-only", type: "button", ariaLabel: t("action.close") };
    return build("button", { ...close, onclick: () => this.#dialog.close() }, icon("close"));
  }

  #keep({ user_id: userId, expires_in_s: expiresInS }) {
    this.#showAccount(userId);
    this.#refreshIn((expiresInS * 1000) / 3);
  }

  #refreshIn(delayMs) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#refresh(), delayMs);
  }

  #stopRefreshing() {
    clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #refresh() {
    try {
      this.#keep(await this.#api.refreshSignIn());
    } catch (error) {
      if (error.status === 401) await this.ask();
      else this.#refreshIn(RETRY_MS);
    }
  }

  #showAccount(userId) {
    document.getElementById("account")?.remove();
    const out = build(
      "button",
      { type: "button", className: "quiet", onclick: () => this.#signOut() },
      icon("sign-out"),
      build("span", { "data-i18n": "sign_in.out", textContent: t("sign_in.out") }),
    );
    const name = build("span", { className: "account-name", textContent: userId });
    const account = build("p", { id: "account", className: "account" }, name, out);
    document.querySelector(".top-actions").before(account);
  }

  async #signOut() {
    if (this.#isBusy()) {
      this.#onBusy(t("sign_in.busy"));
      return;
    }
    await this.#api.signOut();
    location.reload();
  }
}
