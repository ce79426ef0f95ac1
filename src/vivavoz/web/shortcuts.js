// Single-key shortcuts, out of the way of fields, controls and open dialogs.

const FIELDS = "input, textarea, select, [contenteditable]";
const PRESSABLE = "button, a, summary, [role=switch]";

/**
 * @param {Record<string, {run: () => void}>} shortcuts by `KeyboardEvent.key`, letters in lower case
 * @param {() => boolean} areOn whether the person wants them
 */
export function listenForShortcuts(shortcuts, areOn) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || !areOn()) return;
    if (event.target.closest?.(FIELDS) || document.querySelector("dialog[open]")) return;
    if (event.key === " " && event.target.closest?.(PRESSABLE)) return;
    const shortcut = shortcuts[event.key.toLowerCase()];
    if (!shortcut) return;
    event.preventDefault();
    shortcut.run();
  });
}
