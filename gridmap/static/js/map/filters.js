// What the chips mean to the server and to counts by class: list, map, figures and heat all ask here.

import { startOfDay } from "../format.js";
import { CLASSES, classOf, STATES_OF } from "../status.js";
import { PERIODS } from "./state.js";

/** Filters by each matter's own limit, which only the server knows: near its deadline, and late by as long as the limit. */
export const BY_LIMIT = ["warning", "very_late"];

/** The wishes beside the status as the API takes them: category, since, mine. */
export function basicQuery({ category, period, mine }) {
  const days = PERIODS[period];
  return { category, since: days === null ? "" : startOfDay(days), mine: mine ? 1 : "" };
}

/** The wish for a status of ours: late ones are no status of the server but a deadline that passed. */
export function statusQuery(status) {
  if (status === "triage") return { status: "open,triage" };
  if (!status) return { status: "open" };
  if (BY_LIMIT.includes(status)) return { status: STATES_OF.overdue, due: status };
  const states = STATES_OF[status];
  if (status === "handled") return { status: states };
  return { status: states, due: status === "overdue" ? "late" : "in_time" };
}

/** Whether a matter is among those of a status filter (one of CLASSES, triage, or none). */
export function passes(p, status) {
  if (status === "triage") return p.in_triage || !p.cell;
  if (BY_LIMIT.includes(status)) return classOf(p) !== "handled" && (classOf(p) === "overdue") === (status === "very_late");
  return !status || classOf(p) === status;
}

/** Of counts by CLASSES those that pass a status filter (those BY_LIMIT were counted so by the server). `isTriage`: whether they are counts of matters without a cell. */
export function passing(counts, status, isTriage = false) {
  if (!counts) return [0, 0, 0, 0];
  if (status === "triage") return isTriage ? counts : [0, 0, 0, 0];
  return status && !BY_LIMIT.includes(status) ? counts.map((n, at) => (CLASSES[at] === status ? n : 0)) : counts;
}

export function sum(counts) {
  return counts.reduce((a, b) => a + b, 0);
}

/** The parts of the list, most urgent first: their name, what to ask for, and how many `totals` say they hold. */
export function groupsOf(status, totals) {
  const place = status === "triage" ? ",triage" : "";
  const running = STATES_OF[status === "reported" || status === "handling" ? status : "overdue"];
  const later = totals && totals.reported + totals.handling - totals.due_today;
  const groups = [
    { name: "very_late", query: { status: STATES_OF.overdue, due: "very_late" }, count: totals?.late },
    { name: "warning", query: { status: STATES_OF.overdue, due: "warning" }, count: totals?.open },
    { name: "late", query: { status: STATES_OF.overdue + place, due: "late" }, count: totals?.late },
    { name: "today", query: { status: running + place, due: "today" }, count: totals?.due_today },
    { name: "later", query: { status: running + place, due: "later" }, count: later },
    { name: "verify", query: { status: STATES_OF.handled + place }, count: totals?.handled },
  ];
  const wanted = { very_late: ["very_late"], warning: ["warning"], overdue: ["late"], handled: ["verify"], reported: ["today", "later"], handling: ["today", "later"] }[status];
  return groups.filter(({ name }) => (wanted ? wanted.includes(name) : !BY_LIMIT.includes(name)));
}
