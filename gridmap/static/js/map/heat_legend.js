// Says what the colours of the heat mean: classes of density with their unit, or hot and cold spots and how sure that is.

import { el, svg } from "../dom.js";
import { clock, count, dayAndClock, density } from "../format.js";
import { errorWords } from "../states.js";
import { t } from "../texts.js";
import { MOST_NUMBERED, OPACITY, SPOT_FILLS } from "./heat.js";
import { legendHead as head } from "./legend_head.js";

const SPOTS = [["2", "hot_99"], ["1", "hot_95"], ["-1", "cold_95"], ["-2", "cold_99"]];

/** The parts of the legend in the mode of heat; `filters`: words for what is counted, or null; `goTo(geometry)` is called for a hot spot. */
export function heatLegend(heat, filters, goTo) {
  const { answer, phase, error, state } = heat;
  const isSpots = state.heatKind === "spots";
  const known = answer && heat.kind === state.heatKind ? answer : null;
  const title = t(isSpots ? "heat.title_spots" : "heat.title");
  if (phase === "error") return [head(title, ""), errorWords(error, () => heat.load())];
  if (!known) return [head(title, ""), el("div", { class: "skeleton" }, el("span"), el("span"))];
  const parts = isSpots ? spotParts(title, known, goTo, heat.cells.opacity) : densityParts(title, known, heat);
  return [...parts, known.weight === "urgent" ? note(t("heat.weighted")) : null, filters && note(filters)];
}

function densityParts(title, answer, heat) {
  const right = t("heat.in_view", { n: count(answer.count) });
  const top = head(title, answer.unit, right, asOf(answer));
  if (!answer.count) return [top, empty(t("heat.empty"))];
  if (!answer.features.length && answer.without_households) return [top, empty(t("heat.no_households"))];
  const fills = heat.fills.slice(0, Math.max(answer.breaks.length, 1));
  return [
    top,
    el("ol", { class: "ramp ramp--breaks" }, el("li", {}, swatch("none")),
      fills.map((fill, at) => el("li", {}, swatch(fill, OPACITY), el("b", {}, bound(answer.breaks[at]))))),
    el("p", { class: "legend__note" }, el("span", {}, t("heat.method", { metres: Math.round(answer.bandwidth_m) })), el("span", {}, asOf(answer))),
    note(t(answer.at ? "heat.classes_held" : "heat.classes")),
    answer.without_households ? note(t("heat.few_households", { n: count(answer.without_households) })) : null,
    answer.rounded_to ? note(t("heat.rounded", { n: answer.rounded_to })) : null,
  ];
}

function spotParts(title, answer, goTo, opacity) {
  const top = head(title, "", t("heat.spots_cells", { n: count(answer.cells) }), asOf(answer));
  if (answer.status === "too_few") return [top, empty(t("heat.spots_few", { n: answer.cells, fewest: answer.fewest_cells }))];
  const kinds = Object.values(answer.kinds).map(String);
  const key = el("ul", { class: "spot-key" }, SPOTS.map(([kind, name]) => el("li", {},
    swatch(SPOT_FILLS[kind], opacity), t(`heat.spot_${name}`), el("b", {}, count(kinds.filter((one) => one === kind).length)))));
  return [
    top,
    key,
    kinds.length ? ranked(answer, goTo) : empty(t("heat.spots_none")),
    el("p", { class: "legend__note" }, t("heat.spots_meaning")),
    el("p", { class: "legend__note" }, el("span", {}, t("heat.spots_method")), el("span", {}, asOf(answer))),
    answer.left_out ? note(t("heat.spots_left_out", { n: count(answer.left_out) })) : null,
  ];
}

/** The clearest hot spots by number, with what they hold. */
function ranked(answer, goTo) {
  const hot = answer.features.filter(({ properties }) => properties.kind === "hot").slice(0, MOST_NUMBERED).slice(0, 4);
  return el("ol", { class: "spot-list" }, hot.map(({ geometry, properties: p }, at) => el("li", {
    title: t("heat.spot_hint", { cells: p.cells.length, open: count(p.open), z: p.z }),
  }, el("button", { type: "button", onclick: () => goTo(geometry) }, el("i", {}, String(at + 1)), el("span", {}, p.name), el("b", {}, density(p.value)), el("small", {}, answer.unit)))));
}

function asOf({ at, computed_at: computedAt }) {
  if (at) return dayAndClock(at);
  return computedAt ? t("map.as_of", { clock: clock(computedAt) }) : "";
}

/** A bound as it is: whole from 1 on. */
function bound(value) {
  return value < 1 ? String(value) : count(value);
}

function note(words) {
  return el("p", { class: "legend__note" }, words);
}

function empty(words) {
  return el("p", { class: "legend__empty" }, words);
}

/** A colour as it is seen on the map: let through as much as there. */
function swatch(fill, opacity = 1) {
  return svg("svg", { class: "swatch", "aria-hidden": "true" }, svg("rect", { width: "100%", height: "100%", fill, "fill-opacity": opacity }));
}
