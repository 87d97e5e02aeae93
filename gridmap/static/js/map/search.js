// Finds areas by name or code, buildings by name and address, matters by number: `/` goes here, arrows choose, Enter opens.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { areaCode } from "../format.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { mark } from "./marks.js";
import { placeOf } from "./row.js";

const SETTLE_MS = 200;
const SHOWN = 6; // of each kind
const FEWEST_DIGITS = 6; // of a building's code: fewer are a cell's number, or the end of a matter's
const KINDS = {
  area: { found: "map.found_areas", id: (p) => p.code, line: areaLine },
  elsewhere: { found: "map.found_elsewhere", id: (p) => p.code, line: areaLine },
  building: { path: "/buildings", query: {}, found: "map.found_buildings", id: (p) => p.code, line: buildingLine },
  issue: { path: "/issues", query: {}, found: "map.found_issues", id: (p) => p.number, line: issueLine },
};

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

  /** Asks for all kinds at once; one that cannot be asked leaves the others alone. */
  async ask() {
    const words = this.input.value.trim();
    this.withdraw?.abort();
    if (!words) return this.close();
    this.withdraw = new AbortController();
    const { signal } = this.withdraw;
    const isShort = /^\d+$/.test(words) && words.length < FEWEST_DIGITS;
    const asked = Object.entries(KINDS).filter(([kind, { path }]) => path && !(kind === "building" && isShort)).map(([kind, { path }]) =>
      get(path, { q: words, limit: SHOWN + 1 }, { signal }).then(
        ({ features }) => ({ kind, features }), (error) => ({ kind, features: [], error })));
    const [answers] = await Promise.all([Promise.all(asked), this.cells.net.whole()]);
    return signal.aborted ? undefined : this.show([...this.areas(codeOr(words)), ...answers]);
  }

  /** The areas are at hand: one's own first, the nearer to what was meant the earlier. */
  areas(words) {
    const { net } = this.cells;
    const found = { area: [], elsewhere: [] };
    for (const area of net.directory?.areas || []) {
      const rank = rankOf(area, words.toLowerCase());
      if (rank !== null) found[net.own(area.code) ? "area" : "elsewhere"].push({ rank, properties: area });
    }
    return Object.entries(found).map(([kind, list]) => ({ kind, features: list.sort((a, b) => a.rank - b.rank) }));
  }

  show(answers) {
    this.found = [];
    const parts = answers.flatMap((answer) => this.part(answer));
    if (!parts.length) parts.push(el("li", { class: "search__none", role: "presentation" }, t("map.found_nothing")));
    put(this.list, parts);
    this.at = this.found.length ? 0 : -1;
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark();
  }

  /** A heading, what was found of a kind, and whether there is more or why it could not be asked. */
  part({ kind, features, error }) {
    const { found, id, line } = KINDS[kind];
    if (error) return [el("li", { class: "search__none", role: "presentation" }, t("map.found_part", { what: t(found), why: messageOf(error) }))];
    if (!features.length) return [];
    const items = features.slice(0, SHOWN).map(({ properties: p }) => {
      const at = this.found.push({ kind, id: id(p) }) - 1;
      return el("li", { role: "option", id: `found-${at}`, "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); this.pick(at); } }, line(p));
    });
    const more = features.length > SHOWN ? el("li", { class: "search__none", role: "presentation" }, t("map.found_more")) : null;
    return [el("li", { class: "search__kind", role: "presentation" }, t(found)), ...items, more].filter(Boolean);
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
    this.list.querySelectorAll("[role=option]").forEach((node, at) => {
      node.setAttribute("aria-selected", String(at === this.at));
      if (at === this.at) node.scrollIntoView({ block: "nearest" });
    });
    if (this.at >= 0) this.input.setAttribute("aria-activedescendant", `found-${this.at}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  pick(at) {
    const one = this.found?.[at];
    if (!one) return;
    this.state.set({ selected: { kind: one.kind === "elsewhere" ? "area" : one.kind, id: one.id } });
    this.close();
    this.input.blur();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

/** How well an area fits, 0 best: its name, the number in its name, a part of it, the end of its code, a part of it; null: not. */
function rankOf({ name, code }, words) {
  const named = name.toLowerCase();
  if (named === words || code === words) return 0;
  if (/^\d+$/.test(words) && new RegExp(`(^|\\D)0*${words}(\\D|$)`).test(named)) return 1;
  if (named.startsWith(words)) return 2;
  if (named.includes(words)) return 3;
  if (code.endsWith(words)) return 4;
  return code.includes(words) ? 5 : null;
}

/** Codes are often copied with blanks between their parts. */
function codeOr(words) {
  return /^[\d\s]+$/.test(words) ? words.replace(/\s/g, "") : words;
}

function areaLine(p) {
  const level = p.level === "grid" ? null : el("span", { class: "tag" }, t(`map.level_${p.level}`));
  return el("span", { class: "search__line" }, el("b", {}, p.name), level, el("small", {}, areaCode(p.code)));
}

function buildingLine(p) {
  return el("span", { class: "search__line" }, el("b", {}, p.name || p.address || p.code), el("small", {}, p.name ? p.address : p.code));
}

function issueLine(p) {
  return el("span", { class: "search__line" }, mark(p, 20), el("b", {}, p.category_name), el("small", {}, `${p.number} · ${placeOf(p)}`));
}
