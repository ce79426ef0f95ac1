// Settings and help: two small dialogs.

import { addWords, t } from "./i18n/index.js";
import { loadStyle } from "./load-style.js";
import { build, button } from "./markup.js";
import { preferences } from "./preferences.js";

/** Load what they are shown with; rejects while the server is away. */
export const prepare = () => Promise.all([loadStyle("dialogs"), addWords("dialogs")]);

const options = (name, values) => values.map((value) => [value, t(`settings.${name}.${value}`)]);

/** Show the settings. */
export function openSettings(dialog) {
  const form = build(
    "form",
    { className: "form", method: "dialog" },
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
  show(dialog, t("settings.title"), form);
}

/** Say what there is to know, and list the shortcuts: `{key: {keyText, help}}`. */
export function openHelp(dialog, shortcuts) {
  const listed = Object.entries(shortcuts).map(([key, { keyText, help }]) => [
    keyText ? t(keyText) : key.toUpperCase(),
    t(help),
  ]);
  const rows = [...listed, [t("key.escape"), t("help.escape")]].map(([key, help]) =>
    build(
      "div",
      {},
      build("dt", { textContent: help }),
      build("dd", {}, build("kbd", { textContent: key })),
    ),
  );
  const notes = ["help.text", "help.privacy"].map((key) =>
    build("p", { className: "help-note", textContent: t(key) }),
  );
  const keys = build(
    "section",
    { className: "keys" },
    build("h3", { textContent: t("help.keys") }),
    build("dl", { className: "shortcuts" }, ...rows),
  );
  show(dialog, t("help.title"), ...notes, keys);
}

function show(dialog, title, ...content) {
  const close = button({
    className: "quiet icon-only",
    iconName: "close",
    label: t("action.close"),
    onclick: () => dialog.close(),
  });
  const heading = build("h2", { textContent: title });
  dialog.replaceChildren(build("header", { className: "box-head" }, heading, close), ...content);
  dialog.onclick = (event) => {
    if (event.target === dialog) dialog.close();
  };
  dialog.showModal();
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
