// Numbers and names as people read them. Pure.

const two = (number) => String(Math.floor(number)).padStart(2, "0");

/** Seconds as a clock: `0:07`, `12:04`, `1:00:00`. */
export function formatClock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Bytes in megabytes, rounded for reading. */
export const formatMegabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** A moment's time of day. */
export const formatTime = (moment, locale) =>
  new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }).format(moment);

/** A day as a heading: "today" and "yesterday" in words, the year only when it is another. */
export function formatDay(day, now, locale) {
  const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const daysAgo = Math.round((midnight(now) - midnight(day)) / 86_400_000);
  if (daysAgo === 0 || daysAgo === 1) {
    const words = new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(-daysAgo, "day");
    return words[0].toLocaleUpperCase(locale) + words.slice(1);
  }
  const year = day.getFullYear() === now.getFullYear() ? undefined : "numeric";
  const text = new Intl.DateTimeFormat(locale, {
    weekday: "long",
    day: "numeric",
    month: "long",
    year,
  }).format(day);
  return text[0].toLocaleUpperCase(locale) + text.slice(1);
}

/** Languages that Whisper knows and browsers have no name for. */
const UNNAMED = { ba: { en: "Bashkir", es: "Baskir" }, bo: { en: "Tibetan", es: "Tibetano" } };

/** The name of a language in `locale`: "en" is "English", "inglés". */
export function formatLanguage(code, locale) {
  const names = new Intl.DisplayNames([locale], { type: "language", fallback: "none" });
  const name = names.of(code) ?? UNNAMED[code]?.[locale.slice(0, 2)] ?? code;
  return name[0].toLocaleUpperCase(locale) + name.slice(1);
}
