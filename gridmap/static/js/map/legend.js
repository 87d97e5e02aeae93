// Says what the colours mean: classes of open matters, density with its unit, or the marks.

import { el, put, svg } from "../dom.js";
import { clock, count, density } from "../format.js";
import { t, tOr } from "../texts.js";
import { errorWords } from "../states.js";
import { categoryNames } from "./category_names.js";
import { statusMark } from "./marks.js";

const SHOWN_STATUSES = ["reported", "handling", "handled"];

export class Legend {
  constructor(node, { cells, heat, store, state, live }) {
    Object.assign(this, { node, cells, heat, store, state, live });
    live.addEventListener("link", () => this.draw());
    for (const source of [heat, store]) source.addEventListener("change", () => this.draw());
    state.on(["mode", "status", "category"], () => this.draw());
    this.draw();
  }

  draw() {
    const { mode } = this.state;
    if (mode === "heat") put(this.node, this.heatParts());
    else if (mode === "classes" && this.cells.layer) put(this.node, this.classParts(), this.marks());
    else put(this.node, head(t("map.legend_issues"), ""), this.marks());
  }

  classParts() {
    const now = this.cells.classesNow();
    const total = t("map.cells_and_open", { cells: count(now.cells), open: count(now.open) });
    const elsewhere = this.store.phase === "ready" ? this.store.all().length - now.open : 0;
    return [
      head(t("map.legend_open"), t("map.per_cell"), total),
      el("ol", { class: "ramp" }, now.classes.map((entry) => el("li", {},
        swatch(entry.fill), el("b", {}, range(entry)), el("span", {}, t("map.n_cells", { n: count(entry.cells) }))))),
      el("p", { class: "legend__note" }, el("span", {}, this.cells.legend.method),
        el("span", {}, this.age())),
      elsewhere > 0 ? note(t("map.in_no_cell", { n: count(elsewhere) })) : null,
      this.state.status || this.state.category ? note(t("map.not_filtered")) : null,
      now.unknown ? el("p", { class: "legend__note" }, el("span", { class: "legend__unknown" }, swatch("url(#no-data)"), t("map.no_data"), ` ${count(now.unknown)}`)) : null,
    ];
  }

  age() {
    if (this.live.goneSince) return t("map.as_of", { clock: clock(this.live.goneSince) });
    return this.store.loadedAt ? t("map.up_to_date") : "";
  }

  marks() {
    const shown = [...SHOWN_STATUSES, ...(this.store.countsByStatus().overdue ? ["overdue"] : [])];
    return el("ul", { class: "legend__marks" }, shown.map((status) => el("li", {}, statusMark(status, 16), t(`status.${status}`))));
  }

  heatParts() {
    const { answer, phase, error } = this.heat;
    const title = head(t("heat.title"), answer ? answer.unit : "", answer ? t("heat.in_view", { n: count(answer.count) }) : "");
    if (phase === "error") return [title, errorWords(error, () => this.heat.load())];
    if (!answer) return [title, el("div", { class: "skeleton" }, el("span"), el("span"))];
    if (!answer.count) return [title, el("p", { class: "legend__empty" }, t("heat.empty"))];
    const fills = this.heat.fills.slice(0, Math.max(answer.breaks.length, 1));
    return [
      title,
      el("ol", { class: "ramp ramp--breaks" }, el("li", {}, swatch("none")),
        fills.map((fill, at) => el("li", {}, swatch(fill), el("b", {}, density(answer.breaks[at]))))),
      el("p", { class: "legend__note" }, el("span", {}, t("heat.method", { metres: Math.round(answer.bandwidth_m) })),
        el("span", {}, t("map.as_of", { clock: clock(answer.computed_at) }))),
      this.filterNote(),
    ];
  }

  filterNote() {
    const { status, category } = this.state;
    // Overdue is no status of the server, so the density cannot be had for it alone.
    const kept = [status === "overdue" ? "" : status && tOr(`status.${status}`, status), category && this.nameOf(category)].filter(Boolean);
    return kept.length ? note(t("heat.only", { status: kept.join(" · ") })) : null;
  }

  nameOf(category) {
    if (!this.names) categoryNames().then((names) => { this.names = names; this.draw(); }, () => {});
    return this.names?.get(category) || "";
  }
}

function head(title, unit, right) {
  return el("h2", { class: "legend__head" }, title, el("small", {}, unit || ""), el("span", {}, right || ""));
}

function note(words) {
  return el("p", { class: "legend__note" }, words);
}

function range({ from, to }) {
  return from === to ? count(from) : `${count(from)}–${count(to)}`;
}

function swatch(fill) {
  return svg("svg", { class: "swatch", "aria-hidden": "true" }, svg("rect", { width: "100%", height: "100%", fill }));
}
