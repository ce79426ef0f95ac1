// Files that are dropped anywhere on the page.

const hasFiles = (event) => event.dataTransfer?.types.includes("Files");

/** @param {(files: File[]) => void} onFiles */
export function listenForDrops(onFiles) {
  const show = (isOver) => document.documentElement.classList.toggle("is-dropping", isOver);
  addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    show(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) show(false);
  });
  addEventListener("drop", (event) => {
    show(false);
    if (!hasFiles(event)) return;
    event.preventDefault();
    onFiles([...event.dataTransfer.files]);
  });
}
