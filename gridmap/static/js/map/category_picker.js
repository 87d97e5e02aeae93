// Chooses a category out of hundreds: the frequent ones first, the rest by typing.

import { el, put } from "../dom.js";
import { count } from "../format.js";
import { icon } from "../icons.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { categories } from "./category_names.js";

const MOST_SHOWN = 40;

/** A button that opens a searchable list. `frequent()`: [{category, open}] to stand first; `choose(id)`; `all`: to look for matters, so “all” can be chosen, and what is out of use; else to make one, of those in force. */
export class CategoryPicker {
  constructor({ frequent = () => [], choose, all = true }) {
    Object.assign(this, { frequent, choose, all, chosen: "" });
    this.words = el("span", {}, t(all ? "map.all_categories" : "act.choose_category"));
    this.button = el("button", { type: "button", class: "chip chip--menu", "aria-haspopup": "dialog", "aria-expanded": "false", onclick: () => this.toggle() }, this.words, icon("chevron"));
    this.input = el("input", { type: "search", class: "picker__input", placeholder: t("map.category_search"), "aria-label": t("map.category_search"), oninput: () => this.draw() });
    this.list = el("ul", { class: "picker__list", "aria-label": t("map.category") });
    this.popup = el("div", { class: "picker", role: "dialog", "aria-label": t("map.category"), hidden: true }, this.input, this.list);
    this.node = el("div", { class: "picker__holder" }, this.button, this.popup);
    this.node.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", (event) => { if (!this.node.contains(event.target)) this.close(); });
  }

  toggle() {
    return this.popup.hidden ? this.open() : this.close();
  }

  async open() {
    this.popup.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    this.input.value = "";
    this.input.focus();
    await this.draw();
  }

  close() {
    this.popup.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
  }

  key(event) {
    if (event.key === "Escape" && !this.popup.hidden) {
      event.stopPropagation();
      this.close();
      this.button.focus();
    } else if (event.key === "Enter" && event.target === this.input) {
      event.preventDefault();
      this.list.querySelector("button")?.click();
    }
  }

  /** What matches the words typed; without words the frequent ones, then the others. */
  async draw() {
    let known;
    try {
      known = await categories();
    } catch (error) {
      return put(this.list, el("li", { class: "picker__none", role: "alert" }, messageOf(error)));
    }
    const words = this.input.value.trim().toLowerCase();
    const open = new Map(this.frequent().map(({ category, open: n }) => [category, n]));
    const found = known.filter(({ in_force: inForce }) => this.all || inForce).filter(({ id, name, group, also = [] }) => !words || `${name} ${id} ${group} ${also.join(" ")}`.toLowerCase().includes(words))
      .sort((a, b) => (open.get(b.id) || 0) - (open.get(a.id) || 0));
    const items = found.slice(0, MOST_SHOWN).map((one) => this.item(one.id, one.name, open.get(one.id) ? count(open.get(one.id)) : one.group));
    if (this.all && !words) items.unshift(this.item("", t("map.every_category"), ""));
    if (!items.length) items.push(el("li", { class: "picker__none" }, t("map.found_nothing")));
    if (found.length > MOST_SHOWN) items.push(el("li", { class: "picker__none" }, t("map.more_categories", { n: count(found.length - MOST_SHOWN) })));
    return put(this.list, items);
  }

  item(id, name, side) {
    return el("li", {}, el("button", { type: "button", "aria-current": id === this.chosen ? "true" : null, onclick: () => this.pick(id) }, el("span", {}, name), el("small", {}, side)));
  }

  pick(id) {
    this.close();
    this.button.focus();
    this.choose(id);
  }

  /** Shows which one is chosen. */
  async show(id) {
    this.chosen = id;
    this.button.classList.toggle("is-on", Boolean(id));
    if (!id) return void (this.words.textContent = t(this.all ? "map.all_categories" : "act.choose_category"));
    const known = await categories().catch(() => []);
    if (this.chosen === id) this.words.textContent = known.find((one) => one.id === id)?.name || id;
    return undefined;
  }
}
