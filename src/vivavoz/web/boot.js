// Runs before the first paint, so that neither theme nor text size flashes.
{
  let stored = {};
  try {
    stored = JSON.parse(localStorage.getItem("vivavoz")) ?? {};
  } catch {
    // Storage is closed or holds something else: the defaults of the style sheet stand.
  }
  const { dataset } = document.documentElement;
  if (stored.theme) dataset.theme = stored.theme;
  if (stored.textSize) dataset.textSize = stored.textSize;
}
