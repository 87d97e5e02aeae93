// Clocks that run while one looks: minutes and seconds in the last hour, words before and after; said anew every second.

import { el } from "../dom.js";
import { deadline, fullTime, serverNow } from "../format.js";
import { t } from "../texts.js";

const HOUR_S = 3600;
const SOON_S = 300;

/** How much is left until `iso`, or since when it is over; `from` (ISO) also draws how much of the time is used. */
export function ticking(iso, from = null) {
  const words = el("time", { class: "tick", datetime: iso, title: fullTime(iso), dataset: { tick: iso } });
  const bar = from ? el("span", { class: "tick__bar", "aria-hidden": "true", dataset: { tickBar: iso, from } }, el("i")) : null;
  say(words);
  if (bar) fill(bar);
  return [words, bar];
}

function say(node) {
  const left = (Date.parse(node.dataset.tick) - serverNow()) / 1000;
  const words = wordsOf(node.dataset.tick, left);
  if (node.textContent !== words) node.textContent = words;
  node.classList.toggle("tick--late", left < 0);
  node.classList.toggle("tick--soon", left >= 0 && left < SOON_S);
}

function wordsOf(iso, left) {
  if (Math.abs(left) >= HOUR_S) return deadline(iso);
  const seconds = Math.floor(Math.abs(left));
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
  return left < 0 ? t("time.late", { span: clock }) : clock;
}

function fill(node) {
  const { from, tickBar: due } = node.dataset;
  const share = (serverNow() - Date.parse(from)) / Math.max(Date.parse(due) - Date.parse(from), 1);
  node.firstChild.style.setProperty("width", `${Math.min(Math.max(share, 0), 1) * 100}%`);
  node.classList.toggle("tick__bar--late", share >= 1);
  node.classList.toggle("tick__bar--soon", share < 1 && Date.parse(due) - serverNow() < SOON_S * 1000);
}

/** Says all of the page anew, each second. */
export function startTicks() {
  setInterval(() => {
    document.querySelectorAll("[data-tick]").forEach(say);
    document.querySelectorAll("[data-tick-bar]").forEach(fill);
  }, 1000);
}
