// The page's words: every string by its key, in one catalogue a language and, in a folder beside it,
// one for each part of the page that is loaded when it is asked for.

let current = "en";
const catalogues = { en: {}, es: {} };
const parts = new Set();

/** The language of the page's words. */
export const uiLanguage = () => current;

/** How dates and numbers are written: as where the person lives, if that fits the words. */
export const uiLocale = () =>
  navigator.languages.find((tag) => tag.startsWith(current)) ?? current;

/** The best of the page's languages for a list of preferred ones. */
export function chooseLanguage(preferred) {
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase());
  return known.find((code) => code in catalogues) ?? "en";
}

/** Whether there is a sentence for this key. */
export const hasText = (key) => key in catalogues[current];

/** The string for `key`, its `{name}`s filled in. */
export function t(key, values = {}) {
  return catalogues[current][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

/** `t`, with `.one` or `.other` by the count. */
export function tCount(key, n) {
  const form = new Intl.PluralRules(current).select(n) === "one" ? "one" : "other";
  return t(`${key}.${form}`, { n: new Intl.NumberFormat(uiLocale()).format(n) });
}

/** Speak `language` everywhere in the document. */
export async function setUiLanguage(language) {
  await load(language);
  current = language;
  document.documentElement.lang = language;
  document.querySelector("link[rel=manifest]").href = `static/manifest.${language}.webmanifest`;
  for (const element of document.querySelectorAll("[data-i18n]")) {
    element.textContent = t(element.dataset.i18n);
  }
  for (const element of document.querySelectorAll("[data-i18n-label]")) {
    const label = t(element.dataset.i18nLabel);
    element.setAttribute("aria-label", label);
    if (element.localName === "button") element.title = label;
  }
}

/** Have the words of a part of the page as well, in this language and every later one. */
export async function addWords(part) {
  parts.add(part);
  await load(current);
}

async function load(language) {
  const files = [`./${language}.js`, ...[...parts].map((part) => `./${language}/${part}.js`)];
  const modules = await Promise.all(files.map((file) => import(file)));
  Object.assign(catalogues[language], ...modules.map((module) => module.default));
  if (files.length <= parts.size) await load(language); // a part was asked for meanwhile
}
