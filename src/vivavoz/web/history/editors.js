// Forms that change a transcript's title or text.

import { errorText } from "../errors.js";
import { t } from "../i18n/index.js";
import { build, button } from "../markup.js";

const MAX_TITLE_LENGTH = 200;
const MAX_TEXT_LENGTH = 1_000_000;

/**
 * @param {{title: string, onSave: (title: string) => Promise<void>, onCancel: () => void}} options
 */
export function titleEditor({ title, onSave, onCancel }) {
  const field = build("input", {
    className: "field",
    value: title,
    maxLength: MAX_TITLE_LENGTH,
    required: true,
    "aria-label": t("history.rename.label"),
  });
  return editor("rename", field, { onSave, onCancel, isEscapable: true });
}

/**
 * @param {{text: string, onInput: (text: string) => void, onSave: (text: string) => Promise<void>,
 *   onCancel: () => void}} options
 */
export function textEditor({ text, onInput, onSave, onCancel }) {
  const field = build("textarea", {
    className: "field",
    value: text,
    maxLength: MAX_TEXT_LENGTH,
    required: true,
    dir: "auto",
    "aria-label": t("history.edit.label"),
    oninput: () => onInput(field.value),
  });
  return editor("edit", field, { onSave, onCancel, isEscapable: false });
}

/** A field with what keeps it and what gives it up; Ctrl or Command and Enter keep it as well. */
function editor(className, field, { onSave, onCancel, isEscapable }) {
  const save = async (event) => {
    event.preventDefault();
    try {
      await onSave(field.value);
    } catch (error) {
      field.setCustomValidity(errorText(error));
      field.reportValidity();
    }
  };
  const form = build(
    "form",
    {
      className,
      onsubmit: save,
      oninput: () => field.setCustomValidity(""),
      onkeydown: (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
        if (event.key !== "Escape" || !isEscapable) return;
        event.preventDefault();
        onCancel();
      },
    },
    field,
    build(
      "div",
      { className: "editor-actions" },
      build("button", { className: "solid", textContent: t("history.rename.save") }),
      button({ text: t("history.cancel"), onclick: onCancel }),
    ),
  );
  return form;
}
