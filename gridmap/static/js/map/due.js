// Deadlines in words that stay true: 剩 38 分, 超期 1 天, said anew while the page is open.

import { el } from "../dom.js";
import { ago, deadline, dueTime, fullTime, serverNow } from "../format.js";

const SOON_S = 3600;
const TICK_MS = 15_000;

/** How much time is left, or since when it is over. */
export function dueWords(iso, { fine = false } = {}) {
  const node = el("time", { datetime: iso, class: "due", title: fullTime(iso), dataset: { due: iso, fine: fine ? "1" : "" } });
  say(node);
  return node;
}

/** When that is: 今天 15:52. */
export function dueMoment(iso) {
  return el("time", { datetime: iso, title: fullTime(iso), dataset: { moment: iso } }, dueTime(iso));
}

/** How long ago something was, said anew like a deadline. */
export function since(iso, words = ago(iso)) {
  return el("time", { datetime: iso || "", title: fullTime(iso), dataset: { since: iso } }, words);
}

function say(node) {
  const { due, fine } = node.dataset;
  const left = (Date.parse(due) - serverNow()) / 1000;
  node.textContent = deadline(due, { fine: Boolean(fine) });
  node.classList.toggle("due--late", left < 0);
  node.classList.toggle("due--soon", left >= 0 && left < SOON_S);
}

/** Says all of the page anew. */
export function sayAgain() {
  document.querySelectorAll("[data-due]").forEach(say);
  for (const node of document.querySelectorAll("[data-moment]")) node.textContent = dueTime(node.dataset.moment);
  for (const node of document.querySelectorAll("[data-since]")) node.textContent = ago(node.dataset.since);
  for (const node of document.querySelectorAll("[data-used]")) used(node);
}

/** A bar that fills from `from` to `due`. */
export function usedBar(from, due) {
  const node = el("div", { class: "used", dataset: { used: due, from }, "aria-hidden": "true" }, el("i"));
  used(node);
  return node;
}

function used(node) {
  const { from, used: due } = node.dataset;
  const share = (serverNow() - Date.parse(from)) / (Date.parse(due) - Date.parse(from));
  node.firstChild.style.setProperty("width", `${Math.min(Math.max(share, 0), 1) * 100}%`);
  node.classList.toggle("used--late", share > 1);
}

export function startTicking() {
  setInterval(sayAgain, TICK_MS);
}
