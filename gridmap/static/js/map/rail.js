// The left rail: whose area this is, its open matters in figures, chips that filter, and the list in step with the map.

import { collect, get } from "../api.js";
import { el, put, time } from "../dom.js";
import { NOTHING, ago, count, fullTime, squareKm } from "../format.js";
import { empty, failure, skeleton } from "../states.js";
import { t, tOr } from "../texts.js";
import { categoryNames } from "./category_names.js";
import { areaName, crumbs } from "./crumbs.js";
import { statusOf } from "./issues.js";
import { mark, statusMark } from "./marks.js";

const CHIPS = ["reported", "handling", "overdue", "handled"];
const MOST_ROWS = 200;

export class Rail {
  constructor(root, { map, me, store, state, goHome }) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { map, me, store, state, goHome, area: null });
    this.choose = (kind, id) => state.set({ selected: { kind, id } });
    Object.assign(this, { head: part("area"), figures: part("figures"), chips: part("chips"), select: part("category"), listHead: part("list-head"), list: part("list") });
    store.addEventListener("change", () => this.draw());
    state.on(["selected"], () => this.markSelected());
    state.on(["status", "category"], () => this.draw());
    this.view = map.getBounds();
    map.on("moveend", () => this.follow());
    this.select.addEventListener("change", () => state.set({ category: this.select.value }));
    setInterval(() => this.refreshTimes(), 30_000);
  }

  /** The list follows the map, but not to a single matter: the others are still to be gone through. */
  follow() {
    if (this.state.selected) return;
    this.view = this.map.getBounds();
    this.drawList();
  }

  /** Loads what stands around the list: one's own area and the categories. */
  async load() {
    this.draw();
    await Promise.all([this.loadArea(), this.loadCategories()]);
  }

  /** Loads again what could not be loaded. */
  recover() {
    if (this.failed) this.loadArea();
    if (!this.categories) this.loadCategories();
  }

  async loadArea() {
    put(this.head, el("h1", {}, this.me.areas?.[0]?.name || t("map.whole_scope")));
    this.failed = false;
    try {
      const own = await this.ownAreas();
      if (!own.length) return;
      this.area = (await get(`/areas/${encodeURIComponent(own[0].code)}`)).properties;
      this.drawArea(own);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.failed = true; // the name stands already; figures come from the matters themselves
    }
  }

  /** One's own areas; for who sees everything the district, where there is only one. */
  async ownAreas() {
    const own = this.me.areas || [];
    if (own.length || !this.me.sees_everything) return own;
    const { features } = await collect("/areas", { level: "district", geometry: 0, limit: 2 }, 2);
    return features.length === 1 ? [features[0].properties] : [];
  }

  drawArea(own) {
    const { breadcrumb = [], name, area_m2: size } = this.area;
    const counts = this.area.counts || {};
    const above = breadcrumb.filter((step) => step.code !== this.area.code);
    put(this.head,
      crumbs(above, this.me, this.choose),
      el("div", { class: "area__line" },
        el("h1", {}, own.length > 1 ? own.flatMap((area, at) => [at ? "、" : "", areaName(area, this.choose)]) : areaName({ code: this.area.code, name }, this.choose)),
        el("p", {}, [counts.households ? t("map.households", { n: count(counts.households) }) : null, size ? squareKm(size) : null].filter(Boolean).join(" · "))));
  }

  async loadCategories() {
    this.categories = await categoryNames().catch(() => null);
    this.drawCategories();
  }

  /** Only categories that occur among the open matters, most frequent first. */
  drawCategories() {
    const tally = {};
    for (const { properties: p } of this.store.all()) tally[p.category] = (tally[p.category] || 0) + 1;
    if (this.state.category) tally[this.state.category] ||= 0;
    const names = new Map(this.categories || []);
    for (const { properties: p } of this.store.all()) names.set(p.category, p.category_name);
    const options = Object.entries(tally).sort((a, b) => b[1] - a[1]).map(([id, n]) =>
      el("option", { value: id, selected: id === this.state.category }, `${names.get(id) || id} ${count(n)}`));
    put(this.select, el("option", { value: "" }, t("map.all_categories")), options);
    this.select.value = this.state.category;
  }

  draw() {
    this.drawFigures();
    this.drawChips();
    this.drawCategories();
    this.drawList();
  }

  drawFigures() {
    const ready = this.store.phase === "ready";
    const counts = this.store.countsByStatus();
    const total = Object.values(counts).reduce((a, b) => a + b, 0);
    const figure = (name, n, tone) => el("div", { class: `figure${tone && n ? ` figure--${tone}` : ""}` },
      el("dt", {}, t(`map.figure_${name}`)), el("dd", {}, ready ? count(n) : NOTHING));
    put(this.figures, figure("open", total),
      figure("reported", counts.reported || 0), figure("handling", (counts.handling || 0)),
      counts.overdue ? figure("overdue", counts.overdue, "overdue") : figure("handled", counts.handled || 0));
  }

  drawChips() {
    const ready = this.store.phase === "ready";
    const counts = this.store.countsByStatus();
    const chip = (status, n) => el("button", {
      type: "button", class: "chip", "aria-pressed": String(this.state.status === status),
      onclick: () => this.state.set({ status }),
    }, status && status !== "triage" ? statusMark(status, 14) : null, t(status ? `status.${status}` : "map.all"), el("b", {}, ready ? count(n) : NOTHING));
    const total = Object.values(counts).reduce((a, b) => a + b, 0);
    const shown = CHIPS.filter((status) => counts[status] || this.state.status === status);
    const triage = this.store.countInTriage();
    if (triage || this.state.status === "triage") counts.triage = triage;
    if ("triage" in counts) shown.push("triage");
    put(this.chips, chip("", total), shown.map((status) => chip(status, counts[status] || 0)), this.select);
  }

  drawList() {
    const { phase, error } = this.store;
    if (phase === "loading") return put(this.list, skeleton(12));
    if (phase === "error") return put(this.list, failure(error, () => this.store.retry()));
    const all = this.store.filtered();
    const shown = all.filter((feature) => isInView(feature, this.view));
    put(this.listHead, el("h2", {}, t("map.newest_first")), el("span", {}, shown.length === all.length
      ? t("map.n_open", { n: count(all.length) }) : t("map.n_of_in_view", { n: count(shown.length), all: count(all.length) })));
    if (!shown.length) return put(this.list, this.nothing(all.length));
    const rows = shown.slice(0, MOST_ROWS).map((feature) => this.row(feature.properties));
    const rest = shown.length > MOST_ROWS ? el("li", { class: "list__rest" }, t("map.rest", { n: count(shown.length - MOST_ROWS) })) : null;
    return put(this.list, el("ol", { class: "list" }, rows, rest));
  }

  nothing(elsewhere) {
    const home = el("button", { class: "button", type: "button", onclick: this.goHome }, t("map.to_own_area"));
    const reset = el("button", { class: "button", type: "button", onclick: () => this.state.set({ status: "", category: "" }) }, t("map.clear_filter"));
    if (elsewhere) return empty(t("map.none_in_view"), t("map.none_in_view_hint", { n: count(elsewhere) }), home);
    if (this.state.status || this.state.category) return empty(t("map.none_filtered"), "", reset);
    return empty(t("map.none_open"), t("map.none_open_hint"));
  }

  row(p) {
    const status = statusOf(p);
    const chosen = this.state.selected?.kind === "issue" && this.state.selected.id === p.number;
    return el("li", {}, el("button", {
      type: "button", class: "row", dataset: { number: p.number }, "aria-current": chosen ? "true" : null,
      onclick: () => this.state.set({ selected: { kind: "issue", id: p.number } }),
    },
    mark(p, 26),
    el("span", { class: "row__main" },
      el("span", { class: "row__title" }, el("b", {}, p.category_name), p.description ? ` ${p.description}` : ""),
      el("span", { class: "row__place" }, placeOf(p))),
    el("span", { class: "row__side" },
      el("span", { class: `word word--${status}` }, tOr(`status.${status}`, status)),
      time(p.reported_at, ago(p.reported_at), fullTime(p.reported_at)))));
  }

  markSelected() {
    const { selected } = this.state;
    for (const row of this.list.querySelectorAll(".row")) {
      const chosen = selected?.kind === "issue" && row.dataset.number === selected.id;
      row.toggleAttribute("aria-current", chosen);
      if (chosen) row.setAttribute("aria-current", "true");
      if (chosen) row.scrollIntoView({ block: "nearest" });
    }
  }

  refreshTimes() {
    for (const node of this.list.querySelectorAll("time[datetime]")) {
      if (node.dateTime) node.textContent = ago(node.dateTime);
    }
  }
}

/** Where a matter is, in words: its cell, or that it waits for one. */
export function placeOf(p) {
  if (p.in_triage || !p.cell) return t("map.in_triage");
  return p.cell.name;
}

function isInView(feature, view) {
  if (!feature.geometry) return true;
  const [lon, lat] = feature.geometry.coordinates;
  return view.contains([lat, lon]);
}
