// Style sheets of parts that are loaded when they are asked for.

import { build } from "./markup.js";

/** Load `css/NAME.css`; resolves when it holds. */
export function loadStyle(name) {
  return new Promise((resolve, reject) => {
    const href = `static/css/${name}.css`;
    const link = build("link", { rel: "stylesheet", href, onload: resolve, onerror: reject });
    document.head.append(link);
  });
}
