// The keyboard of the desk: through the list, to an action by its letter or number, to the search; and a page that lists all keys.

import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { LETTERS } from "./desk_actions.js";

const MOVES = [["j", "↓"], ["k", "↑"], ["x"], ["Enter"], ["1", "…", "9"], ["/"], ["[", "]"], ["n"], ["Esc"], ["?"]];
const NAMES = ["next", "before", "tick", "main", "number", "search", "queue", "no_twin", "escape", "help"];

/** Listens on the whole page; whoever types is left alone. */
export function keys({ state, list, matter, bulk, queues, search, dialog }) {
  const queue = (by) => {
    const at = queues.names.indexOf(state.queue) + by;
    if (queues.names[at]) state.set({ queue: queues.names[at], at: "" });
  };
  const acts = {
    j: () => list.step(1), ArrowDown: () => list.step(1), k: () => list.step(-1), ArrowUp: () => list.step(-1),
    x: () => { if (list.at(state.at) !== -1) list.tick(state.at, !list.ticked.has(state.at)); },
    "/": () => { search.focus(); search.select(); }, "?": () => help(dialog), "[": () => queue(-1), "]": () => queue(1),
    n: () => matter.dismiss(),
    m: () => matter.merge(),
    Escape: () => { if (list.ticked.size) bulk.clear(); else if (state.at) state.set({ at: "" }); },
  };
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog.open || document.querySelector("dialog[open]")) return;
    if (isTyping(event.target)) return;
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const act = acts[key] || (list.ticked.size ? bulkOf(key, event.target, bulk) : actionOf(key, event.target, matter));
    if (!act || (key.startsWith("Arrow") && !isInList(event.target))) return;
    event.preventDefault();
    act();
  });
}

function isTyping(target) {
  return Boolean(target.closest?.("input:not([type=checkbox]), select, textarea, .act, .picker, [contenteditable]"));
}

/** Arrows scroll elsewhere. */
function isInList(target) {
  return target === document.body || Boolean(target.closest?.("#matters, .desk-queues"));
}

/** Enter on the row in hand, or on nothing, begins the main action; a button with the focus keeps its own Enter. */
function actionOf(key, target, { actions }) {
  if (key === "Enter") {
    const isFree = target === document.body || target.closest?.("#matters [aria-current=true]") || target.matches("#matters, main");
    return isFree && actions.feature && !actions.open && actions.main() ? () => actions.begin(actions.main()) : null;
  }
  const name = actions.nameOf(key);
  return name ? () => actions.begin(name) : null;
}

/** With matters ticked, letters and Enter act on all of them. */
function bulkOf(key, target, bulk) {
  const offered = bulk.allowed();
  if (key === "Enter") return target.closest?.("button, a") || !offered.length ? null : () => bulk.ask(offered[0]);
  const name = offered.find((one) => LETTERS[one] === key);
  return name ? () => bulk.ask(name) : null;
}

export function help(dialog) {
  const row = (parts, words) => el("div", {}, el("dt", {}, parts.map((part) => (part === "…" ? "…" : el("kbd", {}, part)))), el("dd", {}, words));
  const close = el("button", { type: "button", class: "button button--main", onclick: () => dialog.close() }, t("desk.keys_close"));
  put(dialog, el("h2", {}, t("desk.keys")), el("dl", {}, MOVES.map((parts, at) => row(parts, t(`desk.key_${NAMES[at]}`)))),
    el("h3", {}, t("desk.keys_actions")), el("dl", { class: "desk-keys__acts" }, Object.entries(LETTERS).map(([name, key]) => row([key.toUpperCase()], t(`act.${name}`)))), close);
  dialog.showModal();
  close.focus();
}
