// The legend of the wall's map: classes of cells, classes of density, signs.

import { el, svg } from "../dom.js";
import { t } from "../texts.js";
import { token } from "./charts.js";
import { HEAT_OPACITY, STREET } from "./layers.js";

export const CLASSES = 5;

/** The colour of a class of heat; a shorter scale takes the upper end of the ramp. */
export function warmth(level, classes) {
  return token(`warm-${level + CLASSES - classes}`);
}

/** The classes of the reports of cells, or of the level that stands for them. */
export function tintKey({ period, bounds, level }) {
  const steps = [`<${bounds[0]}`, `${bounds[0]}–${bounds[1] - 1}`, `${bounds[1]}–${bounds[2] - 1}`, `≥${bounds[2]}`];
  return el("div", { class: "key key--tint" }, el("p", { class: "key__title" }, el("b", {}, t(`wall.tint_${period}_${level}`))),
    el("div", { class: "key__bar" }, steps.map((_, n) => el("i", { css: { "--fill": token(`tint-${n}`) } }))),
    el("div", { class: "key__steps" }, steps.map((step) => el("span", {}, step))));
}

/** The classes of density; in words where there are none. */
export function heatKey(warm, steps, hasFailed) {
  if (!warm) return hasFailed ? el("p", { class: "key__empty" }, t("wall.heat_fault")) : null;
  if (!warm.features.length) return el("p", { class: "key__empty" }, t("wall.heat_none"));
  const title = el("p", { class: "key__title" }, el("b", {}, t("wall.heat")), " ", t("wall.heat_unit", { m: warm.bandwidth_m }));
  return el("div", { class: "key" }, title,
    el("div", { class: "key__bar" }, steps.map((_, level) => el("i", { css: { "--fill": onGround(warmth(level, steps.length)) } }))),
    el("div", { class: "key__steps" }, steps.map((bound) => el("span", {}, String(bound)))));
}

/** A colour of the heat as it looks on the ground: it lets some of it through. */
function onGround(colour) {
  return `color-mix(in srgb, ${colour} ${HEAT_OPACITY * 100}%, ${token("tint-0")})`;
}

/** What the signs on the map mean. */
export function signs() {
  const line = (colour, width) => svg("line", { x1: 0, y1: 9, x2: 28, y2: 9, stroke: colour, "stroke-width": width });
  const late = svg("path", { d: "M14 1 24 17H4z", fill: token("late") });
  const dot = svg("circle", { cx: 14, cy: 9, r: 4.5, fill: token("late") });
  const rows = [[late, "sign_late"], [dot, "sign_late_cell"], [line(STREET, 2.5), "sign_street"], [line("#8FD2F5", 1.4), "sign_community"], [line("#5B7F9D", 1), "sign_grid"]];
  return rows.map(([sign, key]) => el("li", {}, svg("svg", { viewBox: "0 0 28 18", "aria-hidden": "true" }, sign), t(`wall.${key}`)));
}
