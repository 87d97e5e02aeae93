// How a matter and a cluster of matters are drawn: colour and shape say the status, size says nothing.

import { svg } from "../dom.js";
import { count } from "../format.js";
import { categorySign } from "../icons.js";
import { statusOf, toneOf } from "../status.js";

const SHAPES = {
  reported: () => svg("circle", { cx: 12, cy: 12, r: 10 }),
  handling: () => svg("rect", { x: 2.5, y: 2.5, width: 19, height: 19, rx: 4.5 }),
  overdue: () => svg("path", { d: "M12 .8L23.2 12 12 23.2.8 12z", "stroke-linejoin": "round" }),
  done: () => svg("circle", { cx: 12, cy: 12, r: 10 }),
  suspended: () => svg("rect", { x: 3, y: 3, width: 18, height: 18, rx: 9 }),
};
/** What stands in a mark instead of the category's sign: a tick for what is done, bars for what stands still. */
const INSIDE = { done: "M8 12.3l2.8 2.8L16.2 9.4", suspended: "M9.6 8.4v7.2M14.4 8.4v7.2" };
const ORDER = ["overdue", "reported", "handling", "done", "suspended"];
const RING = 2 * Math.PI;

/** The mark of one matter, `size` pixels wide, from its properties. */
export function mark(properties, size = 24) {
  const tone = toneOf(statusOf(properties));
  const inside = INSIDE[tone]
    ? [svg("path", { d: INSIDE[tone], class: "mark__tick" })]
    : [svg("g", { transform: "translate(4 4)" }, categorySign(properties.category))];
  return svg("svg", { class: `mark mark--${tone}`, viewBox: "-1 -1 26 26", width: size, height: size, "aria-hidden": "true" },
    SHAPES[tone] ? SHAPES[tone]() : SHAPES.suspended(), inside);
}

/** The mark of a status alone, for legends and chips. */
export function statusMark(status, size = 14) {
  const tone = toneOf(status);
  const tick = INSIDE[tone] ? svg("path", { d: INSIDE[tone], class: "mark__tick" }) : null;
  return svg("svg", { class: `mark mark--${tone}`, viewBox: "-1 -1 26 26", width: size, height: size, "aria-hidden": "true" },
    SHAPES[tone] ? SHAPES[tone]() : SHAPES.suspended(), tick);
}

/** The radius of a cluster's ring: three steps, few to many. */
export function ringRadius(count) {
  if (count < 5) return 15;
  return count < 20 ? 19 : 22;
}

/** A cluster, from counts by status: how many, and a ring with the shares of their statuses. */
export function ring(counts) {
  const tones = byTone(counts);
  const total = Object.values(tones).reduce((a, b) => a + b, 0);
  const radius = ringRadius(total);
  const box = radius * 2 + 4;
  const middle = box / 2;
  return svg("svg", { class: "ring", viewBox: `0 0 ${box} ${box}`, width: box, height: box, "aria-hidden": "true" },
    svg("circle", { cx: middle, cy: middle, r: radius, class: "ring__ground" }),
    arcs(tones, total, middle, radius - 3),
    svg("text", { x: middle, y: middle, class: "ring__count", "font-size": fontSize(total, radius) }, count(total)));
}

/** How many of a list of matters' properties stand how. */
export function tallyOf(list) {
  const counts = {};
  for (const properties of list) {
    const status = statusOf(properties);
    counts[status] = (counts[status] || 0) + 1;
  }
  return counts;
}

function byTone(counts) {
  const tones = {};
  for (const [status, n] of Object.entries(counts)) tones[toneOf(status)] = (tones[toneOf(status)] || 0) + n;
  return tones;
}

function fontSize(total, radius) {
  if (total >= 1000) return 12;
  return radius < 19 ? 14 : 16;
}

function arcs(counts, total, middle, r) {
  const length = RING * r;
  const tones = ORDER.filter((tone) => counts[tone]);
  const gap = tones.length > 1 ? 1.5 : 0;
  let start = 0;
  return tones.map((tone) => {
    const share = counts[tone] / total;
    const arc = svg("circle", {
      cx: middle, cy: middle, r, class: `ring__arc ring__arc--${tone}`,
      "stroke-dasharray": `${Math.max(share * length - gap, 0.5)} ${length}`,
      "stroke-dashoffset": -start * length, transform: `rotate(-90 ${middle} ${middle})`,
    });
    start += share;
    return arc;
  });
}
