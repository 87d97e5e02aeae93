// How a matter stands, in the words, tints and shapes it is shown in everywhere; the one place that knows the states.

import { serverNow } from "./format.js";
import { t } from "./texts.js";

/** Nobody works on it yet: one class in counts, lists and on maps, as on the server (`status=waiting`). */
export const WAITING = ["received", "reported", "accepted", "dispatched"];
/** The clock of the matter runs: only here can it become late. */
const RUNNING = [...WAITING, "handling"];
/** Somebody says that it is done, and somebody else has to see and close it; or it stands still: counted together (`status=done`). */
const DONE = ["handled", "verified", "suspended"];
const OPEN = [...RUNNING, ...DONE];
const CLOSED = ["closed", "rated"];

/** The four classes of an open matter, in the order the server counts them in; they exclude each other. */
export const CLASSES = ["reported", "handling", "handled", "overdue"];
/** The words by which the server takes the states of a class; what is late is no state but a deadline that passed. */
export const STATES_OF = { reported: "waiting", handling: "handling", handled: "done", overdue: "running" };

/** What a class is called; a state of its own has a word of its own. */
export function classWord(name) {
  return t(`status.${name === "overdue" ? name : STATES_OF[name] || name}`);
}

/** Whether somebody still has to do something. */
export const isOpen = ({ status }) => OPEN.includes(status);

/** Whether it has come to its end: closed, dropped, or the same as another. */
export const isEnded = (matter) => !isOpen(matter);

/** Whether it was closed, rated or not; what was dropped was not. */
export const isClosed = ({ status }) => CLOSED.includes(status);

/** Whether its deadline runs. */
export const runs = ({ status, due_at: dueAt, stands_still: stands }) => Boolean(dueAt) && RUNNING.includes(status) && !stands;

/** How a matter stands, as it is said: overdue, else its state. */
export function statusOf(properties, now = serverNow()) {
  return runs(properties) && Date.parse(properties.due_at) <= now ? "overdue" : properties.status;
}

/** Which of CLASSES a matter is counted in; null for one that is open no more. */
export function classOf(properties, now = serverNow()) {
  const status = statusOf(properties, now);
  if (WAITING.includes(status)) return "reported";
  return DONE.includes(status) ? "handled" : CLASSES.find((name) => name === status) || null;
}

const TONES = { handled: "done", verified: "done", closed: "done", rated: "done", void: "suspended", merged: "suspended", triage: "suspended" };

/** The tint, colour and shape a status is shown in: reported, handling, overdue, done, suspended. */
export function toneOf(status) {
  return WAITING.includes(status) ? "reported" : TONES[status] || status;
}
