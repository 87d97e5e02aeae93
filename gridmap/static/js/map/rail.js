// The head of the left rail: whose area this is, and its open matters in four figures.

import { collect, get } from "../api.js";
import { el, put } from "../dom.js";
import { NOTHING, comma, count, percent, squareKm } from "../format.js";
import { empty } from "../states.js";
import { t } from "../texts.js";
import { areaName, crumbs } from "./crumbs.js";

export class Rail {
  constructor(root, { me, counts, state }) {
    const part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { me, counts, state, area: null, areas: [], head: part("area"), figures: part("figures") });
    this.choose = (kind, id) => state.set({ selected: { kind, id } });
    counts.addEventListener("change", () => this.drawFigures());
    this.drawFigures();
  }

  /** Open matters of one's area by category, most frequent first: [{category, name, open}]. */
  frequent() {
    const found = new Map();
    for (const one of this.areas.flatMap(({ counts }) => counts?.by_category || [])) {
      found.set(one.category, { ...one, open: one.open + (found.get(one.category)?.open || 0) });
    }
    return [...found.values()].sort((a, b) => b.open - a.open);
  }

  /** The share closed in time: [share of all one's areas or null, words for what it is of]. Shares that differ cannot be put together without what they are of. */
  onTime() {
    const known = this.areas.map(({ on_time: share }) => share).filter((share) => typeof share === "number");
    const isOne = new Set(known).size <= 1;
    return [isOne ? known[0] ?? null : null, t(isOne ? "map.on_time_hint" : "map.on_time_each")];
  }

  /** Whether the reader answers for nothing: no post, no unit, and no account that sees everything. */
  get hasNothing() {
    return !this.me.sees_everything && !(this.me.areas || []).length && !this.me.unit;
  }

  /** Loads one's own area; its name stands there already, so a failure is tried again later. */
  async load() {
    const own = this.me.areas || [];
    put(this.head, el("h1", {}, own[0]?.name || this.me.unit || t(this.hasNothing ? "map.no_area" : "map.whole_scope")));
    this.failed = false;
    try {
      const areas = await this.ownAreas();
      if (!areas.length) return;
      await this.read(areas);
      this.drawArea(areas);
      this.drawFigures();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.failed = true;
    }
  }

  /** Figures that only the area's own answer has: asked for again now and then, not after every event. */
  async refresh() {
    if (!this.area) return;
    await this.read(this.areas).catch(() => null);
    this.drawFigures();
  }

  /** Reads all of one's areas; the first is the one that is named at length. Throws ApiError. */
  async read(areas) {
    const found = await Promise.all(areas.map(({ code }) => get(`/areas/${encodeURIComponent(code)}`)));
    this.areas = found.map(({ properties }) => properties);
    [this.area] = this.areas;
  }

  recover() {
    if (this.failed) this.load();
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
    const facts = [counts.households ? t("map.households", { n: count(counts.households) }) : null, size ? squareKm(size) : null];
    put(this.head,
      crumbs(above, this.me, this.choose),
      el("div", { class: "area__line" },
        el("h1", {}, own.length > 1 ? own.flatMap((area, at) => [at ? comma() : "", areaName(area, this.choose)]) : areaName({ code: this.area.code, name }, this.choose)),
        own.length > 1 ? null : el("p", {}, facts.filter(Boolean).join(" · "))));
  }

  drawFigures() {
    const { totals, phase } = this.counts;
    const known = phase === "ready";
    const share = known && totals.open ? t("map.share_late", { share: percent(totals.late / totals.open) }) : "";
    const [onTime, onTimeOf] = this.onTime();
    put(this.figures,
      figure("open", known ? count(totals.open) : NOTHING, known && totals.triage ? t("map.of_it_triage", { n: count(totals.triage) }) : ""),
      figure("due_today", known ? count(totals.due_today) : NOTHING, t("map.not_late_yet")),
      figure("overdue", known ? count(totals.late) : NOTHING, share, known && totals.late ? "overdue" : ""),
      figure("on_time", onTime === null ? NOTHING : percent(onTime), onTimeOf));
  }

  /** For an account without posts: what that means, and whom to ask. */
  nothingHere() {
    return empty(t("map.no_posts"), t("map.no_posts_hint"), el("a", { class: "button", href: "/account" }, t("page.account")));
  }
}

function figure(name, value, below, tone = "") {
  const [, number, unit] = /^(.*?)(%?)$/.exec(value);
  return el("div", { class: `figure${tone ? ` figure--${tone}` : ""}` },
    el("dt", {}, t(`map.figure_${name}`)), el("dd", {}, number, unit ? el("small", {}, unit) : null), below ? el("dd", { class: "figure__below" }, below) : null);
}
