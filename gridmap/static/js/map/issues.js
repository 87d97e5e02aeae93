// The single matters of what is in view, where they are few enough to be drawn one by one; else there are counts only.

import { collect, get } from "../api.js";
import { isOpen } from "../status.js";
import { BY_LIMIT, basicQuery, passes, statusQuery } from "./filters.js";
import { FILTERS } from "./state.js";

export const MOST_SINGLE = 2000;
const PAGE = 1000;
const SETTLE_MS = 120;
const PAD = 0.2; // of the view on each side, so that a small pan asks for nothing

/** Emits `change` when the matters in view are others than before. `counts`: Counts; `cells`: Cells. */
export class Matters extends EventTarget {
  constructor(map, state, counts, cells) {
    super();
    Object.assign(this, { map, state, counts, cells, byNumber: new Map(), bounds: null, print: "", error: null });
    map.on("moveend", () => this.soon());
    state.on(FILTERS, () => { this.bounds = null; });
    counts.addEventListener("change", () => this.soon());
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.follow(), SETTLE_MS);
  }

  /** Loads what is in view, unless it is there already. */
  follow() {
    if (this.counts.phase !== "ready") return Promise.resolve();
    const kept = this.bounds?.contains(this.map.getBounds()) && this.print === this.wish();
    return kept ? Promise.resolve() : this.load();
  }

  wish() {
    return JSON.stringify([this.kind(), statusQuery(this.state.status), basicQuery(this.state)]);
  }

  /** What is worth asking for in the view: all, only those without a cell, or nothing. */
  kind() {
    const areDrawn = this.cells.depthNow() === "cell";
    if (areDrawn && this.expected() <= MOST_SINGLE) return "all";
    const triage = this.counts.inTriage().reduce((a, b) => a + b, 0);
    return triage && triage <= MOST_SINGLE ? "triage" : "none";
  }

  /** How many there can be in view, by the counts of the cells that reach into it. */
  expected() {
    const view = this.map.getBounds().pad(PAD);
    const by = this.counts.byArea() || {};
    const inside = Object.entries(by).filter(([code]) => this.cells.boundsOf(code)?.intersects(view) ?? true);
    return inside.reduce((all, [, n]) => all + n, 0) + this.counts.inTriage().reduce((a, b) => a + b, 0);
  }

  async load() {
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const { signal } = this.withdraw;
    const [kind, print, bounds] = [this.kind(), this.wish(), this.map.getBounds().pad(PAD)];
    try {
      const features = kind === "none" ? [] : await this.fetched(kind, bounds, signal);
      if (signal.aborted) return;
      Object.assign(this, { bounds, print, error: null });
      this.byNumber = new Map(features.map((feature) => [feature.properties.number, feature]));
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error; // the counts are drawn all the same
    }
    this.changed();
  }

  async fetched(kind, bounds, signal) {
    const asked = statusQuery(this.state.status);
    if (kind === "triage" && !asked.status.includes("triage")) asked.status += ",triage";
    const bbox = boxOf(bounds);
    return (await collect("/issues", { ...basicQuery(this.state), ...asked, bbox, limit: PAGE }, MOST_SINGLE * 2, { signal })).features;
  }

  /** Fetches those that changed: they come, change or go. Many at once, or a filter only the server knows: all anew. */
  async refresh(numbers, most) {
    if (!this.print || this.kind() === "none") return undefined;
    if (numbers.length > most || this.state.mine || BY_LIMIT.includes(this.state.status)) return this.load();
    await Promise.all(numbers.map((number) => this.refreshOne(number).catch((error) => { this.error = error; })));
    return this.changed();
  }

  async refreshOne(number) {
    const feature = await get(`/issues/${encodeURIComponent(number)}`).catch((error) => {
      if (error.status !== 404 && error.status !== 403) throw error;
      return null;
    });
    if (feature && this.belongs(feature)) this.byNumber.set(number, feature);
    else this.byNumber.delete(number);
  }

  belongs({ properties: p, geometry }) {
    const { status, category } = this.state;
    const since = basicQuery(this.state).since;
    const isHere = geometry && this.bounds?.contains([geometry.coordinates[1], geometry.coordinates[0]]);
    return Boolean(isHere && isOpen(p) && passes(p, status) && (!category || p.category === category)
      && (!since || p.reported_at >= since) && (this.kind() === "all" || p.in_triage));
  }

  /** Lets go of a matter that is no longer in sight. */
  remove(number) {
    if (this.byNumber.delete(number)) this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** Those that pass the filters now. */
  shown() {
    return [...this.byNumber.values()].filter(({ properties: p, geometry }) => geometry && passes(p, this.state.status));
  }
}

function boxOf(bounds) {
  const [west, south, east, north] = bounds.toBBoxString().split(",").map(Number);
  return [Math.max(west, -180), Math.max(south, -90), Math.min(east, 180), Math.min(north, 90)].map((n) => n.toFixed(6)).join(",");
}
