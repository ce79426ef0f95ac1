// Style sheets of parts that are loaded when they are asked for.

import { build } from "./markup.js";

const sheets = {};

/** Load `css/NAME.css` if it is not there yet; resolves when it holds. */
export function loadStyle(name) {
  sheets[name] ??= new Promise((resolve, reject) => {
    const href = `static/css/${name}.css`;
    const giveUp = (failure) => {
      link.remove();
      delete sheets[name]; // to be tried again
      reject(failure);
    };
    const link = build("link", { rel: "stylesheet", href, onload: resolve, onerror: giveUp });
    document.head.append(link);
  });
  return sheets[name];
}
