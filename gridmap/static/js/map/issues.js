// The open matters in the reader's scope, kept in step with the server; list, map and figures all read them here.

import { collect, get } from "../api.js";
import { serverNow } from "../format.js";

const PAGE = 500;
const OPEN = ["reported", "handling", "handled"];

/** Emits `change` whenever the matters, or what is known about them, are others than before. */
export class IssueStore extends EventTarget {
  constructor(state) {
    super();
    this.state = state;
    this.byNumber = new Map();
    this.phase = "loading";
    this.error = null;
    this.cut = false;
    this.loadedAt = null;
    state.on(["status", "category"], () => this.changed());
  }

  /** Loads all open matters anew. What is shown stays until the answer is there. */
  async load() {
    try {
      const { features, cut } = await collect("/issues", { status: "open", limit: PAGE });
      this.byNumber = new Map(features.map((feature) => [feature.properties.number, feature]));
      this.cut = cut;
      this.loadedAt = serverNow();
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = error;
      if (this.phase === "loading") this.phase = "error";
    }
    this.changed();
  }

  /** Starts again after an error. */
  retry() {
    this.phase = "loading";
    this.changed();
    return this.load();
  }

  /** Fetches one matter that changed; it comes, changes or goes. */
  async refresh(number) {
    try {
      const feature = await get(`/issues/${encodeURIComponent(number)}`);
      if (OPEN.includes(feature.properties.status)) this.byNumber.set(number, feature);
      else this.byNumber.delete(number);
    } catch (error) {
      if (error.status !== 404 && error.status !== 403) throw error;
      this.byNumber.delete(number);
    }
    this.changed();
  }

  /** Lets go of a matter that is no longer in sight. */
  remove(number) {
    if (this.byNumber.delete(number)) this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** All open matters, newest report first. */
  all() {
    return [...this.byNumber.values()].sort(
      (a, b) => (b.properties.reported_at || "").localeCompare(a.properties.reported_at || ""),
    );
  }

  /** Those that pass the filters. */
  filtered() {
    const { status, category } = this.state;
    return this.all().filter(({ properties: p }) => passes(p, status) && (!category || p.category === category));
  }

  /** How many there are by how they stand (statusOf), within the chosen category. */
  countsByStatus() {
    const { category } = this.state;
    const counts = {};
    for (const { properties: p } of this.byNumber.values()) {
      if (!category || p.category === category) counts[statusOf(p)] = (counts[statusOf(p)] || 0) + 1;
    }
    return counts;
  }

  /** How many have no cell yet, within the chosen category. */
  countInTriage() {
    const { category } = this.state;
    return this.all().filter(({ properties: p }) => passes(p, "triage") && (!category || p.category === category)).length;
  }

  /** How many there are by cell code, whatever the filters; null while it is not known completely. */
  countsByCell() {
    if (this.phase !== "ready" || this.cut) return null;
    const counts = {};
    for (const { properties: p } of this.byNumber.values()) {
      if (p.cell) counts[p.cell.code] = (counts[p.cell.code] || 0) + 1;
    }
    return counts;
  }
}

function passes(p, status) {
  if (status === "triage") return p.in_triage || !p.cell;
  return !status || statusOf(p) === status;
}

/** How a matter stands, as it is drawn: reported, handling, overdue, handled, closed, void. */
export function statusOf(properties, now = serverNow()) {
  const open = properties.status === "reported" || properties.status === "handling";
  if (open && properties.due_at && Date.parse(properties.due_at) < now) return "overdue";
  return properties.status;
}

/** The word, tint and colour a status is shown in: handled and closed are done, void is suspended. */
export function toneOf(status) {
  return { handled: "done", closed: "done", void: "suspended", triage: "suspended" }[status] || status;
}
