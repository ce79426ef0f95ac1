// Small pieces of markup that several parts of the page are built from.

const SVG = "http://www.w3.org/2000/svg";
const address = (name) => `#icon-${name}`;

/** An icon of `index.html`, where it needs no network when the server is away. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", address(name));
  svg.append(use);
  return svg;
}

/** Change which icon stands in `element`. */
export function setIcon(element, name) {
  element.querySelector("use").setAttribute("href", address(name));
}

/**
 * An element with properties, attributes (names with a dash) and children.
 * @returns {HTMLElement}
 */
export function build(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** Give `heir` the focus if something in `element` has it, which is about to go. */
export function passFocus(element, heir) {
  if (element.contains(document.activeElement)) heir.focus();
}

/** A button with an icon, words, or both; without words the label is its name. */
export function button({ className = "quiet", iconName = null, text = "", label = "", onclick }) {
  const element = build("button", { type: "button", className, onclick });
  if (iconName) element.append(icon(iconName));
  if (text) element.append(build("span", { textContent: text }));
  if (label) Object.assign(element, { title: label, ariaLabel: label });
  return element;
}
