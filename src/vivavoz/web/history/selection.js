// What is done with several transcripts at once.

import { errorText } from "../errors.js";
import { t, tCount } from "../i18n/index.js";
import { build, button } from "../markup.js";
import { FORMATS } from "./formats.js";

/** A bar below the list while transcripts are picked. */
export class SelectionBar {
  root;
  #archive;
  #list;
  #count = build("p", { role: "status" });
  #all;
  #format;
  #actions;

  /** @param {{onDelete: (ids: string[]) => Promise<void>}} handlers */
  constructor(archive, list, { onDelete }) {
    this.#archive = archive;
    this.#list = list;
    this.#all = button({ text: t("history.pick_all"), onclick: () => this.#pickAll() });
    this.#format = build(
      "select",
      { "aria-label": t("history.download") },
      ...FORMATS.map((value) => build("option", { value, textContent: value.toUpperCase() })),
    );
    const download = button({
      iconName: "download",
      text: t("history.download_several"),
      onclick: () => this.#carryOut(() => this.#download()),
    });
    const remove = button({
      className: "quiet danger",
      iconName: "trash",
      text: t("history.delete"),
      onclick: () => this.#carryOut(() => onDelete(this.#list.picked)),
    });
    this.#actions = build("div", { className: "selection-actions" }, this.#format, download, remove);
    this.root = build(
      "div",
      { className: "selection", hidden: true },
      build("div", { className: "selection-head" }, this.#count, this.#all),
      this.#actions,
    );
  }

  /** Bring it in line with the list. */
  render() {
    const { length } = this.#list.picked;
    this.#say(tCount("history.picked", length));
    this.#all.querySelector("span").textContent = t(
      length && length === this.#list.total ? "history.pick_none" : "history.pick_all",
    );
    for (const control of this.#actions.children) control.disabled = length === 0;
  }

  async #pickAll() {
    await this.#list.pickAll(this.#list.picked.length < this.#list.total);
  }

  async #download() {
    for (const zip of await this.#archive.export(this.#list.picked, this.#format.value)) {
      const href = URL.createObjectURL(zip);
      build("a", { href, download: `vivavoz-${this.#format.value}.zip` }).click();
      setTimeout(() => URL.revokeObjectURL(href), 60_000);
    }
  }

  async #carryOut(act) {
    const pressed = document.activeElement;
    for (const control of this.#actions.children) control.disabled = true;
    let said = null;
    try {
      await act();
    } catch (error) {
      said = errorText(error);
    }
    this.render();
    if (said) this.#say(said);
    if (document.activeElement === document.body) pressed.focus(); // it was disabled meanwhile
  }

  #say(text) {
    if (this.#count.textContent !== text) this.#count.textContent = text;
  }
}
