// The chips above the list: status with counts, category, time and mine; what is chosen stands in the URL.

import { el, put } from "../dom.js";
import { NOTHING, count } from "../format.js";
import { t, tOr } from "../texts.js";
import { classWord } from "../status.js";
import { CategoryPicker } from "./category_picker.js";
import { BY_LIMIT, sum } from "./filters.js";
import { FILTERS, PERIODS } from "./state.js";

export class Chips {
  constructor(node, { state, counts, frequent }) {
    Object.assign(this, { state, counts, status: el("div", { class: "chips", role: "group", "aria-label": t("map.filter") }) });
    this.category = new CategoryPicker({ frequent, choose: (id) => state.set({ category: id }) });
    this.period = el("select", { class: "chip chip--select", "aria-label": t("map.period"), onchange: () => state.set({ period: this.period.value }) },
      Object.keys(PERIODS).map((name) => el("option", { value: name }, t(`map.period_${name || "all"}`))));
    this.mine = el("button", { type: "button", class: "chip", title: t("map.mine_hint"), onclick: () => state.set({ mine: !state.mine }) }, t("map.mine"));
    put(node, this.status, this.category.node, this.period, this.mine);
    counts.addEventListener("change", () => this.draw());
    state.on(FILTERS, () => this.draw());
    this.draw();
  }

  draw() {
    const { totals, listTotals, triage } = this.counts;
    const { status, category, period, mine } = this.state;
    const lost = sum(triage);
    const shown = [["", totals?.open], ["reported", totals?.reported], ["handling", totals?.handling], ["warning", null], ["overdue", totals?.late], ["very_late", null], ["handled", totals?.handled]];
    // Only the one that is chosen is counted: each would be a question of its own.
    for (const one of shown) if (BY_LIMIT.includes(status) && one[0] === status) one[1] = listTotals?.open;
    if (lost || status === "triage") shown.push(["triage", lost]);
    put(this.status, shown.map(([name, n]) => this.chip(name, n)));
    this.category.show(category);
    this.period.value = period;
    this.period.classList.toggle("is-on", Boolean(period));
    this.mine.setAttribute("aria-pressed", String(mine));
  }

  chip(status, n) {
    return el("button", {
      type: "button", class: `chip${["overdue", "very_late"].includes(status) && n ? " chip--overdue" : ""}`, title: titleOf(status), "aria-pressed": String(this.state.status === status), dataset: { status },
      onclick: () => this.state.set({ status }),
    }, labelOf(status), n === null ? null : el("b", {}, this.counts.phase === "ready" ? count(n) : NOTHING));
  }
}

function labelOf(status) {
  if (status === "triage") return t("map.triage_short");
  return status ? classWord(status) : t("map.all");
}

/** What a chip's word leaves out: the whole of the short ones, and the states that are counted together. */
function titleOf(status) {
  if (status === "triage") return t("status.triage");
  return tOr(`map.class_${status}_hint`, null);
}
