// The buildings of a cell: how many, their floors in classes as a bar, and the list, tallest first.

import { el } from "../dom.js";
import { count } from "../format.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";

const CLASSES = [[1, 3], [4, 6], [7, 9], [10, 18], [19, Infinity]];
const SHOWN = 8;

/** `buildings`: features, or {error}; null where the area is no cell. */
export function buildingsPart(buildings, panel) {
  if (!buildings) return null;
  if (buildings.error) return el("section", {}, bar(""), el("p", { class: "panel__none", role: "alert" }, messageOf(buildings.error)));
  const all = buildings.map(({ properties }) => properties);
  const households = all.reduce((sum, p) => sum + (p.households || 0), 0);
  if (!all.length) return el("section", {}, bar(0), el("p", { class: "panel__none" }, t("panel.no_buildings")));
  return el("section", {}, bar(all.length, households ? t("map.households", { n: count(households) }) : ""), floors(all), list(all, panel));
}

function bar(n, side) {
  return el("h3", { class: "panel__bar" }, t("panel.buildings"), el("small", {}, n === "" ? "" : count(n)), side ? el("small", { class: "panel__side" }, side) : null);
}

function floors(all) {
  const classes = CLASSES.map(([from, to], at) => ({ at, from, to, n: all.filter((p) => p.floors >= from && p.floors <= to).length }));
  const known = classes.filter(({ n }) => n);
  if (!known.length) return null;
  const total = known.reduce((sum, { n }) => sum + n, 0);
  const words = ({ from, to }) => (to === Infinity ? t("panel.floors_from", { from }) : t("panel.floors_range", { from, to }));
  return el("div", { class: "floors" },
    el("div", { class: "floors__bar", "aria-hidden": "true" }, known.map((one) => el("i", { class: `floors__part floors__part--${one.at}`, css: { "flex-grow": String(one.n / total) } }))),
    el("ul", { class: "floors__key" }, known.map((one) => el("li", {}, el("i", { class: `floors__part floors__part--${one.at}`, "aria-hidden": "true" }), words(one), " ", el("b", {}, count(one.n))))));
}

function list(all, panel) {
  const sorted = [...all].sort((a, b) => (b.floors || 0) - (a.floors || 0));
  const items = sorted.map((p, at) => el("li", { hidden: at >= SHOWN }, el("button", { type: "button", onclick: () => panel.choose("building", p.code) },
    el("span", {}, p.name || p.address || p.code), el("small", {}, [p.floors ? t("map.floors", { n: p.floors }) : null, p.households ? t("map.households", { n: p.households }) : null].filter(Boolean).join(" · ")))));
  const more = sorted.length > SHOWN ? el("button", { type: "button", class: "button button--plain", onclick: () => { items.forEach((item) => { item.hidden = false; }); more.remove(); } },
    t("panel.all_buildings", { n: count(sorted.length) })) : null;
  return [el("ul", { class: "buildings" }, items), more];
}
