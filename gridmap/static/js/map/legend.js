// Says what the colours mean: classes of open matters, density with its unit, or the marks.

import { el, put, svg } from "../dom.js";
import { clock, count } from "../format.js";
import { t } from "../texts.js";
import { errorWords } from "../states.js";
import { classWord } from "../status.js";
import { heatLegend } from "./heat_legend.js";
import { categoryNames } from "./category_names.js";
import { sum } from "./filters.js";
import { statusMark } from "./marks.js";
import { legendHead as head } from "./legend_head.js";
import { FILTERS } from "./state.js";
import { goTo } from "./view.js";

const MOST_RANKED = 10;
const SHOWN = ["reported", "handling", "overdue", "handled"];

export class Legend {
  constructor(node, { cells, shading, heat, counts, state, live }) {
    Object.assign(this, { node, cells, shading, heat, counts, state, live });
    live.addEventListener("link", () => this.draw());
    for (const source of [heat, counts]) source.addEventListener("change", () => this.draw());
    state.on(["mode", ...FILTERS], () => this.draw());
    shading.addEventListener("change", () => this.draw());
    const paler = () => { if (this.opacity !== cells.opacity) this.draw(); };
    cells.map.on("zoomend", paler);
    cells.addEventListener("repaint", paler);
    this.draw();
  }

  draw() {
    this.opacity = this.cells.opacity;
    const { mode } = this.state;
    const isBroken = mode !== "heat" && this.counts.phase === "error";
    if (isBroken) put(this.node, head(t("map.legend_open"), ""), errorWords(this.counts.error, () => this.counts.retry()));
    else if (mode === "heat") put(this.node, heatLegend(this.heat, this.filterWords(), (geometry) => goTo(this.heat.map, geometry)));
    else if (mode === "classes" && this.cells.hasAny) put(this.node, this.classParts(), this.marks());
    else put(this.node, head(t("map.legend_issues"), ""), this.marks(), this.filterNote());
  }

  classParts() {
    const { level, measure } = this.shading;
    const now = this.shading.now();
    const areas = { areas: count(now.areas), unit: t(`map.unit_${level}`) };
    const { isShare } = this.shading;
    const total = isShare ? t("map.areas_alone", areas) : t("map.areas_and_total", { ...areas, total: count(now.total) });
    const elsewhere = isShare ? 0 : this.shading.figureOf(this.counts.inTriage());
    return [
      head(t(`map.legend_${measure}`), isShare ? t(`map.per_${measure}`) : t(`map.per_${level}`), total, this.age()),
      el("ol", { class: "ramp" }, now.classes.map((entry) => el("li", {},
        swatch(entry.fill, this.cells.opacity), el("b", {}, range(entry, (value) => this.shading.said(value))), el("span", {}, t(`map.n_${level}`, { n: count(entry.areas) }))))),
      el("p", { class: "legend__note" }, el("span", {}, now.method),
        el("span", {}, this.age())),
      now.unknown ? note(t(`map.unknown_${measure}`, { n: count(now.unknown) })) : null,
      elsewhere > 0 ? note(t("map.in_no_cell", { n: count(elsewhere) })) : null,
      this.filterNote(),
      this.ranked(),
    ];
  }

  /** The areas with most, folded; a click goes there. Null where nothing is open. */
  ranked() {
    const rows = this.shading.worst(MOST_RANKED);
    if (rows.length < 2) return null;
    const row = ({ code, name, value }, at) => el("li", {}, el("button", { type: "button", dataset: { code }, onclick: () => this.state.set({ selected: { kind: "area", id: code } }) },
      el("i", {}, String(at + 1)), el("span", {}, name), el("b", {}, this.shading.said(value))));
    return el("details", { class: "ranked", open: this.isUnfolded, ontoggle: ({ target }) => { this.isUnfolded = target.open; } },
      el("summary", {}, t("map.ranked", { n: rows.length })), el("ol", { class: "spot-list" }, rows.map(row)));
  }

  age() {
    if (this.live.goneSince) return t("map.as_of", { clock: clock(this.live.goneSince) });
    if (this.counts.error) return this.counts.computedAt ? t("map.as_of", { clock: clock(this.counts.computedAt) }) : "";
    return this.counts.computedAt ? t("map.up_to_date") : "";
  }

  marks() {
    return el("ul", { class: "legend__marks" }, SHOWN.map((name) => el("li", {}, statusMark(name, 16), classWord(name))));
  }

  /** What is counted, where that is not everything open. */
  filterNote() {
    const words = this.filterWords();
    return words ? note(words) : null;
  }

  filterWords() {
    const { status, category, period, mine } = this.state;
    const kept = [status && classWord(status), category && this.nameOf(category), period && t(`map.period_${period}`), mine && t("map.mine")];
    const words = kept.filter(Boolean).join(" · ");
    return words ? t("heat.only", { status: words }) : null;
  }

  nameOf(category) {
    if (!this.names) categoryNames().then((names) => { this.names = names; this.draw(); }, () => {});
    return this.names?.get(category) || "";
  }
}

function note(words) {
  return el("p", { class: "legend__note" }, words);
}

function range({ from, to }, said) {
  return from === to ? said(from) : `${said(from)}–${said(to)}`;
}

/** A colour as it is seen on the map: let through as much as there. */
function swatch(fill, opacity = 1) {
  return svg("svg", { class: "swatch", "aria-hidden": "true" }, svg("rect", { width: "100%", height: "100%", fill, "fill-opacity": opacity }));
}
