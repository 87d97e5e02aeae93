// How many open matters there are, as the server counts them: by class, by cell, in all. Everything that says a number reads it here.

import { get } from "../api.js";
import { serverNow, setClock } from "../format.js";
import { STATES_OF } from "../status.js";
import { basicQuery, passing, sum } from "./filters.js";
import { FILTERS } from "./state.js";

const SETTLE_MS = 30;
const LONGEST_WAIT_MS = 3_600_000;
const LATE_BY_MS = 150; // after a deadline has passed, so that the server agrees that it has
const SPLIT = ["reported", "handling", "triage"]; // of these the list's parts are counted apart

/** Emits `change` when the counts, or what is known about them, are others than before. */
export class Counts extends EventTarget {
  constructor(state) {
    super();
    Object.assign(this, { state, phase: "loading", error: null, totals: null, listTotals: null, cells: {}, triage: [0, 0, 0, 0], computedAt: null, query: basicQuery({ category: "", period: "", mine: false }) });
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
    try {
      const [answer, split] = await Promise.all([
        get("/state", query, { signal }),
        SPLIT.includes(status) ? get("/state", { ...query, status: status === "triage" ? "open,triage" : STATES_OF[status] }, { signal }) : null,
      ]);
      this.query = query;
      this.take(answer, split);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.fail(error);
    }
    this.dispatchEvent(new Event("change"));
  }

  take(answer, split) {
    setClock(answer.computed_at);
    const { totals, cells, triage, computed_at: at } = answer;
    Object.assign(this, { totals, cells, triage, phase: "ready", error: null, computedAt: at, listTotals: split?.totals || totals });
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

  /** The counts by class of one cell that pass the filters; all zero where nothing is open. */
  ofCell(code) {
    return passing(this.cells[code], this.state.status);
  }

  inTriage() {
    return passing(this.triage, this.state.status, true);
  }

  /** How many pass the filters by cell code; null while it is not known. */
  byCell() {
    if (!this.totals) return null;
    return Object.fromEntries(Object.keys(this.cells).map((code) => [code, sum(this.ofCell(code))]));
  }

  /** How many pass the filters in all. */
  shown() {
    if (!this.totals) return null;
    return Object.values(this.byCell()).reduce((a, b) => a + b, 0) + sum(this.inTriage());
  }
}
