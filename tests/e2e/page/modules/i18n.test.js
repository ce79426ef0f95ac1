import { addWords, hasText, setUiLanguage, t } from "/static/i18n/index.js";
import { assertEqual } from "./assert.js";

export async function noWordIsMissingHoweverThePartsAndTheLanguageCome() {
  for (const language of ["es", "en"]) {
    await Promise.all([setUiLanguage(language), addWords("files"), addWords("errors")]);
    assertEqual([hasText("files.choose"), hasText("error.TIMEOUT")], [true, true]);
    assertEqual(t("state.idle"), { en: "Ready", es: "Listo" }[language]);
    assertEqual(t("files.title"), { en: "Transcribe recordings", es: "Transcribir grabaciones" }[language]);
  }
}
