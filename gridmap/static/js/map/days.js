// Fourteen days as bars: reported above the line, closed below it, today last.

import { el, svg } from "../dom.js";
import { count } from "../format.js";
import { t } from "../texts.js";

const [WIDTH, HALF, STEP] = [252, 16, 18];

/** `days`: [{day: "2026-11-20", reported, closed}], oldest first; null without any. */
export function daysPart(days) {
  if (!days?.length) return null;
  const most = Math.max(1, ...days.flatMap((day) => [day.reported, day.closed]));
  const height = (n) => (n ? Math.max((n / most) * HALF, 1.5) : 0);
  const bars = days.map((one, at) => svg("g", {}, svg("title", {}, t("panel.day_words", { day: one.day, reported: one.reported, closed: one.closed })),
    svg("rect", { x: at * STEP, y: 0, width: STEP, height: HALF * 2 + 1, class: "days__hit" }),
    svg("rect", { x: at * STEP + 2, y: HALF - height(one.reported), width: STEP - 4, height: height(one.reported), class: "days__reported" }),
    svg("rect", { x: at * STEP + 2, y: HALF + 1, width: STEP - 4, height: height(one.closed), class: "days__closed" })));
  const total = (name) => count(days.reduce((sum, day) => sum + day[name], 0));
  const words = t("panel.days_words", { n: days.length, reported: total("reported"), closed: total("closed") });
  return el("div", { class: "days" },
    el("p", {}, el("span", { class: "quiet" }, t("panel.days", { n: days.length })),
      el("b", { class: "word word--reported" }, t("panel.days_reported", { n: total("reported") })), el("b", { class: "word word--done" }, t("panel.days_closed", { n: total("closed") }))),
    svg("svg", { viewBox: `0 0 ${days.length * STEP} ${HALF * 2 + 1}`, width: Math.min(WIDTH, days.length * STEP), role: "img", "aria-label": words, preserveAspectRatio: "none" }, bars,
      svg("path", { d: `M0 ${HALF + 0.5}h${days.length * STEP}`, class: "days__line" })));
}
