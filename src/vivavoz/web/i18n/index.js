// The page's words: one catalogue a language, every string by its key.

import en from "./en.js";
import es from "./es.js";

const CATALOGUES = { en, es };

let current = "en";

/** The language of the page's words. */
export const uiLanguage = () => current;

/** The best of the page's languages for a list of preferred ones. */
export function chooseLanguage(preferred) {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((code) => code in CATALOGUES) ?? "en";
}

/** Whether there is a sentence for this key. */
export const hasText = (key) => key in CATALOGUES[current];

/** The string for `key`, its `{name}`s filled in. */
export function t(key, values = {}) {
  return CATALOGUES[current][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** `t`, with `.one` or `.other` by the count. */
export function tCount(key, n) {
  const form = new Intl.PluralRules(current).select(n) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { n: new Intl.NumberFormat(current).format(n) });
}

/** Speak `language` everywhere in the document. */
export function setUiLanguage(language) {
  current = language;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-i18n]")) {
    element.textContent = t(element.dataset.i18n);
  }
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    const label = t(element.dataset.i18nLabel);
    element.setAttribute("aria-label", label);
    if (element.localName === "button") element.title = label;
  }
}
