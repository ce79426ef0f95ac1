// Settings and help: two small dialogs.

import { t } from "./i18n/index.js";
import { build } from "./markup.js";
import { preferences } from "./preferences.js";

const options = (name, values) => values.map((value) => [value, t(`settings.${name}.${value}`)]);

/** Fill the settings' form anew, in the language of the page. */
export function renderSettings(form) {
  form.replaceChildren(
    group("settings.appearance", [
      choice("settings.theme", "theme", options("theme", ["auto", "light", "dark"])),
      choice("settings.text_size", "textSize", options("text_size", ["small", "medium", "large"])),
      toggle("settings.timestamps", "hasTimestamps"),
    ]),
    group("settings.sound", [
      toggle("settings.noise", "noiseSuppression"),
      toggle("settings.echo", "echoCancellation"),
    ]),
    group("settings.recognition", [hotwords()]),
    group("settings.keyboard", [toggle("settings.shortcuts", "hasShortcuts")]),
  );
}

/** List the shortcuts: `[[key names, help key], ...]`. */
export function renderShortcuts(list, shortcuts) {
  list.replaceChildren(
    ...shortcuts.map(([key, helpKey]) =>
      build(
        "div",
        {},
        build("dt", { textContent: t(helpKey) }),
        build("dd", {}, build("kbd", { textContent: key })),
      ),
    ),
  );
}

/** Let the close button and a click beside the dialog close it. */
export function makeDismissable(dialog) {
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
  });
}

function group(titleKey, rows) {
  return build("fieldset", {}, build("legend", { textContent: t(titleKey) }), ...rows);
}

function choice(labelKey, name, values) {
  const select = build(
    "select",
    { onchange: () => preferences.set(name, select.value) },
    ...values.map(([value, text]) => build("option", { value, textContent: text })),
  );
  select.value = preferences.get(name);
  return build("label", { className: "row" }, t(labelKey), select);
}

function toggle(labelKey, name) {
  const box = build("input", {
    type: "checkbox",
    role: "switch",
    checked: preferences.get(name),
    onchange: () => preferences.set(name, box.checked),
  });
  return build("label", { className: "row" }, t(labelKey), box);
}

function hotwords() {
  const area = build("textarea", {
    value: preferences.get("hotwords"),
    maxLength: 1000,
    onchange: () => preferences.set("hotwords", area.value.trim()),
  });
  const hint = build("small", { textContent: t("settings.hotwords.hint") });
  return build("label", { className: "row stacked" }, t("settings.hotwords"), area, hint);
}
