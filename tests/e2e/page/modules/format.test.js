import { formatClock, formatDay, formatLanguage, formatMegabytes } from "/static/format.js";
import { assertEqual } from "./assert.js";

export function clocks() {
  assertEqual([0, 7.9, 64, 3599, 3600, 36_061].map(formatClock), [
    "0:00", "0:07", "1:04", "59:59", "1:00:00", "10:01:01",
  ]);
}

export function days() {
  const now = new Date(2026, 2, 1, 0, 30);
  assertEqual(formatDay(new Date(2026, 2, 1), now, "en"), "Today");
  assertEqual(formatDay(new Date(2026, 1, 28, 23), now, "es"), "Ayer");
  assertEqual(formatDay(new Date(2026, 1, 2), now, "es"), "Lunes, 2 de febrero");
  assertEqual(formatDay(new Date(2025, 1, 2), now, "es"), "Domingo, 2 de febrero de 2025");
}

export function languages() {
  assertEqual([formatLanguage("en", "es"), formatLanguage("es", "en")], ["Inglés", "Spanish"]);
}

export function megabytes() {
  assertEqual([1_260_000, 145_300_000].map(formatMegabytes), ["1.3", "145"]);
}
