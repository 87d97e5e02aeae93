// How many open matters there are, as the server counts them: by class, by area, in all. Everything that says a number reads it here.

import { get } from "../api.js";
import { serverNow, setClock } from "../format.js";
import { STATES_OF } from "../status.js";
import { BY_LIMIT, basicQuery, passing, statusQuery, sum } from "./filters.js";
import { FILTERS } from "./state.js";

const SETTLE_MS = 30;
const LONGEST_WAIT_MS = 3_600_000;
const LATE_BY_MS = 150; // after a deadline has passed, so that the server agrees that it has
const SHORTEST = "district"; // where only the totals are of interest
const SPLIT = ["reported", "handling", "triage"]; // of these the list's parts are counted apart

/**
 * Emits `change` when the counts, or what is known about them, are others than before. `counted()`: the level of the areas
 * they are wanted by; `level`: that of those that are here, by code in `areas`.
 */
export class Counts extends EventTarget {
  constructor(state, counted) {
    super();
    Object.assign(this, { state, counted, phase: "loading", error: null, totals: null, listTotals: null, level: null, areas: {}, triage: [0, 0, 0, 0], computedAt: null, query: basicQuery({ category: "", period: "", mine: false }) });
    state.on(FILTERS, () => this.soon());
  }

  soon() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.load(), SETTLE_MS);
  }

  /** Asks anew. What is shown stays until the answer is there; the last wish wins. */
  async load() {
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const { signal } = this.withdraw;
    const { status } = this.state;
    const query = basicQuery(this.state);
    const level = this.counted();
    const by = level === "grid" ? "" : level;
    try {
      const [answer, split] = await Promise.all([
        get("/state", { ...query, by }, { signal }),
        BY_LIMIT.includes(status) ? get("/state", { ...query, ...statusQuery(status), by }, { signal })
          : SPLIT.includes(status) ? get("/state", { ...query, by: SHORTEST, status: status === "triage" ? "open,triage" : STATES_OF[status] }, { signal }) : null,
      ]);
      this.query = query;
      this.take(answer, split, level, BY_LIMIT.includes(status) ? split : answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.fail(error);
    }
    this.dispatchEvent(new Event("change"));
    if (!this.error && level !== this.counted()) this.soon(); // they are wanted by others meanwhile
  }

  /** `answer` has the totals of all, `narrowed` the counts by area as far as only the server can filter them. */
  take(answer, split, level, narrowed) {
    setClock(answer.computed_at);
    const { totals, computed_at: at } = answer;
    const { cells, areas = cells, triage } = narrowed;
    Object.assign(this, { totals, level, areas, triage, phase: "ready", error: null, computedAt: at, listTotals: split?.totals || totals });
    this.nextChange(answer.next_due_at, answer.day_ends_at);
  }

  fail(error) {
    this.error = error;
    if (this.phase === "loading") this.phase = "error";
    this.nextChange();
  }

  /** Starts again after an error. */
  retry() {
    this.phase = "loading";
    this.dispatchEvent(new Event("change"));
    return this.load();
  }

  /** A deadline that passes writes nothing, and neither does midnight: both are waited for here. */
  nextChange(...moments) {
    clearTimeout(this.ticking);
    const next = Math.min(...moments.filter(Boolean).map(Date.parse));
    const wait = Math.max(next - serverNow(), 0) + LATE_BY_MS;
    this.ticking = setTimeout(() => this.passed(), Math.min(wait, LONGEST_WAIT_MS));
  }

  async passed() {
    await this.load();
    this.dispatchEvent(new Event("passed"));
  }

  /** The counts by class of one area that pass the filters; all zero where nothing is open. */
  of(code) {
    return passing(this.areas[code], this.state.status);
  }

  inTriage() {
    return passing(this.triage, this.state.status, true);
  }

  /** How many pass the filters by code of an area; null while it is not known. */
  byArea() {
    if (!this.totals) return null;
    return Object.fromEntries(Object.keys(this.areas).map((code) => [code, sum(this.of(code))]));
  }

  /** How many pass the filters in all. */
  shown() {
    if (!this.totals) return null;
    return Object.values(this.byArea()).reduce((a, b) => a + b, 0) + sum(this.inTriage());
  }
}
