// Finds a matter by its number or a cell by its name: `/` goes here, arrows choose, Enter opens.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { areaCode } from "../format.js";
import { t } from "../texts.js";
import { mark } from "./marks.js";
import { placeOf } from "./rail.js";

const SETTLE_MS = 200;

export class Search {
  constructor(form, { cells, state }) {
    Object.assign(this, { form, cells, state, at: -1 });
    this.input = form.querySelector("input");
    this.list = form.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => this.soon());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.pick(Math.max(this.at, 0)); });
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.ask(), SETTLE_MS);
  }

  async ask() {
    const words = this.input.value.trim();
    if (!words) return this.close();
    const cells = this.cells.find(words).map((p) => ({ kind: "area", id: p.code, node: cellLine(p) }));
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const found = await get("/issues", { q: words, limit: 6 }, { signal: this.withdraw.signal })
      .catch((error) => (error.name === "AbortError" ? null : { features: [] }));
    if (!found) return undefined;
    const issues = found.features.map(({ properties: p }) => ({ kind: "issue", id: p.number, node: issueLine(p) }));
    return this.show([...cells, ...issues]);
  }

  show(found) {
    this.found = found;
    this.at = found.length ? 0 : -1;
    put(this.list, found.length ? found.map((one, at) => el("li", {
      role: "option", id: `found-${at}`, "aria-selected": String(at === 0),
      onmousedown: (event) => { event.preventDefault(); this.pick(at); },
    }, one.node)) : el("li", { class: "search__none" }, t("map.found_nothing")));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
      this.input.blur();
    } else if (step && this.found?.length) {
      event.preventDefault();
      this.at = (this.at + step + this.found.length) % this.found.length;
      this.mark();
    }
  }

  mark() {
    [...this.list.children].forEach((node, at) => node.setAttribute("aria-selected", String(at === this.at)));
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `found-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  pick(at) {
    const one = this.found?.[at];
    if (!one) return;
    this.state.set({ selected: { kind: one.kind, id: one.id } });
    this.close();
    this.input.blur();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

function cellLine(p) {
  return el("span", { class: "search__line" }, el("b", {}, p.name), el("small", {}, areaCode(p.code)));
}

function issueLine(p) {
  return el("span", { class: "search__line" }, mark(p, 20), el("b", {}, p.category_name), el("small", {}, `${p.number} · ${placeOf(p)}`));
}
