// What in the page cannot be read or has no name: text below WCAG AA's contrast, unnamed controls.
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const pixel = (...layers) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const layer of layers) {
      canvas.fillStyle = layer;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const backgrounds = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      layers.unshift(getComputedStyle(at).backgroundColor);
      if (at.matches("dialog[open]")) break;
    }
    return layers;
  };
  const modal = document.querySelector("dialog[open]");
  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true }) &&
    !element.closest(".visually-hidden, .skip, option, noscript") &&
    (!modal || modal.contains(element));
  const failures = [];

  for (const element of document.body.querySelectorAll("*")) {
    const ownText = [...element.childNodes]
      .filter((node) => node.nodeType === Node.TEXT_NODE)
      .map((node) => node.data.trim())
      .join("");
    if (!ownText || !isShown(element)) continue;
    const style = getComputedStyle(element);
    const layers = backgrounds(element);
    const [text, ground] = [pixel(...layers, style.color), pixel(...layers)].map(luminance);
    const contrast = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) failures.push([ownText, contrast.toFixed(2)]);
  }

  for (const control of document.querySelectorAll("button, a, input, select, textarea, dialog")) {
    if (!isShown(control)) continue;
    const label = control.labels?.[0]?.textContent ?? "";
    const name = control.ariaLabel || control.textContent.trim() || label.trim();
    if (!name) failures.push([control.outerHTML, "no name"]);
  }
  return failures;
}
