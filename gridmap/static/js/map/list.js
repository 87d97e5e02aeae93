// The list of open matters, most urgent first, in parts that open further as one asks: late, due today, due later, to be verified.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { count } from "../format.js";
import { icon } from "../icons.js";
import { empty, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { basicQuery, groupsOf } from "./filters.js";
import { issueRow } from "./row.js";
import { FILTERS } from "./state.js";

const FIRST = { warning: 40, very_late: 40, late: 6, today: 6, later: 40, verify: 6 };
const ALONE = 40;
const MORE = 50;
const MOST_ASKED = 1000;

export class List {
  constructor(node, head, { state, counts }) {
    Object.assign(this, { node, head, state, counts, groups: new Map(), phase: "loading", error: null });
    state.on(FILTERS, () => this.restart());
    state.on(["selected"], () => this.markChosen());
    counts.addEventListener("change", () => this.draw());
    node.addEventListener("scroll", () => this.nearEnd(), { passive: true });
  }

  restart() {
    this.groups.clear();
    this.phase = "loading";
    this.draw();
    return this.load();
  }

  retry() {
    return this.restart();
  }

  wanted() {
    return groupsOf(this.state.status, this.counts.listTotals);
  }

  /** Loads as much of every part as was shown, anew. */
  async load() {
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const { signal } = this.withdraw;
    const wanted = this.wanted();
    const sizes = wanted.map(({ name }) => Math.min(this.groups.get(name)?.size || (wanted.length === 1 ? ALONE : FIRST[name]), MOST_ASKED));
    try {
      const pages = await Promise.all(wanted.map(({ query }, at) => this.page(query, sizes[at], signal)));
      wanted.forEach(({ name }, at) => this.groups.set(name, { ...pages[at], size: sizes[at] }));
      Object.assign(this, { phase: "ready", error: null });
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error;
      if (this.phase === "loading") this.phase = "error";
    }
    this.draw();
  }

  async page(query, limit, signal, cursor = null) {
    const { features, next } = await get("/issues", { ...basicQuery(this.state), ...query, order: "urgency", limit, cursor }, { signal });
    return { features, next };
  }

  /** Shows more of a part. */
  async more({ name, query }) {
    const group = this.groups.get(name);
    if (!group?.next || group.busy) return;
    group.busy = true;
    this.draw();
    try {
      const { features, next } = await this.page(query, MORE, this.withdraw?.signal, group.next);
      const known = new Set(group.features.map(({ id }) => id));
      group.features.push(...features.filter(({ id }) => !known.has(id)));
      Object.assign(group, { next, size: group.features.length });
    } catch (error) {
      if (error.name !== "AbortError") this.error = error;
    }
    group.busy = false;
    this.draw();
  }

  /** The last part goes on by itself when one comes near its end. */
  nearEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.node;
    const last = this.wanted().filter(({ name }) => this.groups.get(name)?.features.length).pop();
    if (last && scrollTop + clientHeight > scrollHeight - 300) this.more(last);
  }

  draw() {
    this.drawHead();
    if (this.phase === "loading") return put(this.node, skeleton(12));
    if (this.phase === "error") return put(this.node, failure(this.error, () => this.retry()));
    const parts = this.wanted().filter(({ name }) => this.groups.get(name)?.features.length);
    if (!parts.length) return put(this.node, this.nothing());
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.number : null;
    const top = this.node.scrollTop;
    put(this.node, parts.map((part) => this.part(part)));
    this.node.scrollTop = top;
    if (focused) this.node.querySelector(`[data-number="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    return undefined;
  }

  drawHead() {
    const shown = this.counts.shown();
    put(this.head, el("h2", {}, t("map.by_deadline")), el("span", {}, shown === null ? "" : t("map.n_open", { n: count(shown) })));
  }

  part(group) {
    const { name } = group;
    const { features, next, busy } = this.groups.get(name);
    const all = group.count ?? features.length;
    const rest = next ? Math.max(all - features.length, 1) : 0;
    const open = (number) => this.state.set({ selected: { kind: "issue", id: number } });
    const rows = features.map(({ properties: p }) => issueRow(p, { open, isChosen: this.isChosen(p.number) }));
    const more = rest ? el("button", { type: "button", class: "list__more", disabled: Boolean(busy), onclick: () => this.more(group) },
      busy ? t("page.loading") : t("map.show_rest", { n: count(rest) })) : null;
    return el("section", { class: "group", dataset: { group: name } },
      el("h3", { class: `group__head group__head--${name}` }, groupSign(name), el("span", {}, t(`map.group_${name}`)), el("b", {}, count(Math.max(all, features.length))), more),
      el("ol", { class: "list" }, rows));
  }

  nothing() {
    const clear = el("button", { class: "button", type: "button", onclick: () => this.state.clearFilters() }, t("map.clear_filter"));
    return this.state.isFiltered ? empty(t("map.none_filtered"), t("map.none_filtered_hint"), clear) : empty(t("map.none_open"), t("map.none_open_hint"));
  }

  isChosen(number) {
    const { selected } = this.state;
    return selected?.kind === "issue" && selected.id === number;
  }

  markChosen() {
    for (const row of this.node.querySelectorAll(".row")) {
      const chosen = this.isChosen(row.dataset.number);
      if (chosen) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
      if (chosen) row.scrollIntoView({ block: "nearest" });
    }
  }

  /** Opens the matter after (1) or before (-1) the chosen one; the first where none is. */
  step(by) {
    const rows = [...this.node.querySelectorAll(".row")];
    const at = rows.findIndex((row) => row.getAttribute("aria-current") === "true");
    const next = rows[at === -1 ? 0 : at + by];
    if (!next) return;
    next.focus({ preventScroll: true });
    this.state.set({ selected: { kind: "issue", id: next.dataset.number } });
  }
}

function groupSign(name) {
  return el("span", { class: "group__sign" }, icon({ late: "late", very_late: "late", warning: "clock", today: "clock", later: "later", verify: "check" }[name]));
}
