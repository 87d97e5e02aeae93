// Finds a matter by its number or an area by its name or code: `/` goes here, arrows choose, Enter opens.

import { collect, get } from "../api.js";
import { el, put } from "../dom.js";
import { areaCode, count } from "../format.js";
import { t } from "../texts.js";
import { messageOf } from "../states.js";
import { mark } from "./marks.js";
import { placeOf } from "./rail.js";

const SETTLE_MS = 200;
const SHOWN = 6; // of each kind
const ASKED = 200;
const LEVELS_ABOVE = ["district", "street", "community"];

export class Search {
  constructor(form, { me, cells, state }) {
    Object.assign(this, { form, me, cells, state, at: -1 });
    this.input = form.querySelector("input");
    this.list = form.querySelector("[role=listbox]");
    this.input.addEventListener("focus", () => this.areasAbove().catch(() => {}));
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
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const { signal } = this.withdraw;
    const asked = [this.areasAbove(), get("/issues", { q: words, limit: ASKED }, { signal })];
    const [above, matters] = await Promise.allSettled(asked);
    if (signal.aborted) return undefined;
    const areas = matching([...(above.value || []), ...this.cells.all()], words);
    const issues = matters.value?.features || [];
    const error = [above, matters].find(({ status }) => status === "rejected")?.reason;
    const found = [
      ...areas.slice(0, SHOWN).map((p) => ({ kind: "area", id: p.code, node: areaLine(p) })),
      ...issues.slice(0, SHOWN).map(({ properties: p }) => ({ kind: "issue", id: p.number, node: issueLine(p) })),
    ];
    const more = areas.length + issues.length - found.length;
    return this.show(found, error ? messageOf(error) : moreWords(more, Boolean(matters.value?.next)));
  }

  /** The areas above the cells inside the reader's own scope, asked for once; asked again after a failure. */
  areasAbove() {
    if (this.above) return this.above;
    const roots = this.me.areas?.length ? this.me.areas.map((area) => area.code) : [null];
    const asked = roots.flatMap((under) => LEVELS_ABOVE.map((level) => collect("/areas", { level, under, geometry: 0, limit: 1000 })));
    this.above = Promise.all(asked).then((answers) => answers.flatMap(({ features }) => features.map(({ properties }) => properties)));
    this.above.catch(() => { this.above = null; });
    return this.above;
  }

  /** Shows what was found, and below it `words`: that there is more, or that something could not be asked. */
  show(found, words) {
    this.found = found;
    this.at = found.length ? 0 : -1;
    const rest = words || (found.length ? null : t("map.found_nothing"));
    put(this.list, found.map((one, at) => el("li", {
      role: "option", id: `found-${at}`, "aria-selected": String(at === 0),
      onmousedown: (event) => { event.preventDefault(); this.pick(at); },
    }, one.node)), rest ? el("li", { class: "search__none", role: "presentation" }, rest) : null);
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
    this.list.querySelectorAll("[role=option]").forEach((node, at) => node.setAttribute("aria-selected", String(at === this.at)));
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

function matching(areas, words) {
  const wanted = words.toLowerCase();
  const digits = words.replace(/\s/g, "");
  return areas.filter((p) => p.name.toLowerCase().includes(wanted) || p.code.includes(digits));
}

function moreWords(more, isLeast) {
  return more > 0 ? t(isLeast ? "map.more_found_least" : "map.more_found", { n: count(more) }) : null;
}

function areaLine(p) {
  const level = LEVELS_ABOVE.includes(p.level) ? el("span", { class: "tag" }, t(`map.level_${p.level}`)) : null;
  return el("span", { class: "search__line" }, el("b", {}, p.name), level, el("small", {}, areaCode(p.code)));
}

function issueLine(p) {
  return el("span", { class: "search__line" }, mark(p, 20), el("b", {}, p.category_name), el("small", {}, `${p.number} · ${placeOf(p)}`));
}
