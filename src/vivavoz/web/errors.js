// Errors and warnings of the server in the person's language.

import { hasText, t } from "./i18n/index.js";

/** The sentence for an error of the server, or of a request that did not reach it. */
export function errorText({ code, message = "" }) {
  const key = `error.${code}`;
  return hasText(key) ? t(key) : t("error.unknown", { message: message || code });
}

/** The sentence for a warning of the server. */
export function warningText({ code, message, details = {} }) {
  const minutes = Math.max(1, Math.round((details.remaining_s ?? 300) / 60));
  const key = `warning.${code}`;
  return hasText(key) ? t(key, { minutes }) : message;
}
