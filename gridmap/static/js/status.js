// How a matter stands, in the words, tints and shapes it is shown in everywhere.

import { serverNow } from "./format.js";

/** The four classes of an open matter, in the order the server counts them in; they exclude each other. */
export const CLASSES = ["reported", "handling", "handled", "overdue"];

/** How a matter stands, as it is drawn: reported, handling, overdue, handled, closed, void. */
export function statusOf(properties, now = serverNow()) {
  const running = properties.status === "reported" || properties.status === "handling";
  if (running && properties.due_at && Date.parse(properties.due_at) <= now) return "overdue";
  return properties.status;
}

/** The word, tint and colour a status is shown in: handled and closed are done, void is suspended. */
export function toneOf(status) {
  return { handled: "done", closed: "done", void: "suspended", triage: "suspended" }[status] || status;
}
