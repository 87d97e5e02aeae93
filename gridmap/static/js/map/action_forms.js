// The fields each action asks for: words, a category, a cell among the candidates, a unit, or the pin moved on the map.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { distance, lonLat, percent } from "../format.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { CategoryPicker } from "./category_picker.js";
import { movingPin } from "./moving_pin.js";

const WORDS_LIMIT = 4000;
const NEEDS_WORDS = ["comment", "void", "reopen"];

/** {nodes, focus, body(), leave()} of an action's form; `actions`: Actions with its feature, map, me and units. */
export function fieldsOf(name, actions) {
  const words = wordsField(name);
  const own = { recategorise, choose_cell: chooseCell, forward, move }[name]?.(actions);
  return {
    nodes: [own?.nodes, words.node],
    focus: own?.focus || (NEEDS_WORDS.includes(name) ? words.input : null),
    body: () => ({ ...own?.body(), words: words.input.value.trim() }),
    leave: own?.leave,
  };
}

/** What is sent: only what was filled in. */
export function bodyOf(fields) {
  return Object.fromEntries(Object.entries(fields.body()).filter(([, value]) => value !== "" && value !== null && value !== undefined));
}

function wordsField(name) {
  const isNeeded = NEEDS_WORDS.includes(name);
  const input = el("textarea", { rows: 2, maxlength: WORDS_LIMIT, required: isNeeded, placeholder: t(`act.words_hint_${isNeeded ? name : "any"}`) });
  return { input, node: el("label", { class: "act__field" }, el("span", {}, t(isNeeded ? "act.words" : "act.words_optional")), input) };
}

function recategorise() {
  let chosen = "";
  const picker = new CategoryPicker({ all: false, choose: (id) => { chosen = id; picker.show(id); } });
  return { nodes: el("div", { class: "act__field" }, el("span", {}, t("act.new_category")), picker.node), focus: picker.button, body: () => ({ category: chosen }) };
}

/** The candidates with their shares; whoever dispatches may name any cell. */
function chooseCell({ feature: { properties: { why, cell } }, me }) {
  const candidates = (why?.candidates || []).filter(({ code }) => code).map(({ code, name, share }) => ({ code, name, side: percent(share) }));
  if (why?.nearest && !candidates.some(({ code }) => code === why.nearest.code)) {
    candidates.push({ ...why.nearest, side: t("act.away", { distance: distance(why.nearest.distance_m) }) });
  }
  const free = me.kind === "staff" ? null : el("input", { type: "text", inputmode: "numeric", maxlength: 64, placeholder: t("act.other_cell_hint"), "aria-label": t("act.other_cell") });
  const radios = candidates.map(({ code, name, side }) => choice("cell", code, name, side, code === cell?.code));
  const chosen = () => radios.find(({ input }) => input.checked)?.input.value || "";
  return {
    nodes: el("fieldset", { class: "act__field" }, el("legend", {}, t("act.which_cell")), radios.map(({ node }) => node), free),
    focus: radios[0]?.input || free, body: () => ({ cell: free?.value.replace(/\s/g, "") || chosen() }),
  };
}

function forward({ units, feature }) {
  const list = units.map((unit) => choice("unit", unit, unit, "", unit === feature.properties.unit));
  const free = list.length ? null : el("input", { type: "text", maxlength: 64, required: true, "aria-label": t("act.which_unit") });
  return {
    nodes: el("fieldset", { class: "act__field" }, el("legend", {}, t("act.which_unit")), list.map(({ node }) => node), free),
    focus: list[0]?.input || free, body: () => ({ unit: free ? free.value.trim() : list.find(({ input }) => input.checked)?.input.value || "" }),
  };
}

function choice(name, value, words, side, checked) {
  const input = el("input", { type: "radio", name, value, checked });
  return { input, node: el("label", { class: "act__choice" }, input, el("span", {}, words), el("small", {}, side)) };
}

/** A pin to drag; below it where it would lie, as the server finds it. */
function move({ feature, map }) {
  const place = el("p", { class: "act__place", role: "status" }, t("act.drag_pin"));
  let at = null;
  const pin = movingPin(map, feature, async (lonLatNow) => {
    at = lonLatNow;
    put(place, lonLat(lonLatNow));
    try {
      const why = await get("/locate", { lon: lonLatNow[0], lat: lonLatNow[1] });
      if (at === lonLatNow) put(place, placeWords(why));
    } catch (error) {
      if (at === lonLatNow) put(place, messageOf(error));
    }
  });
  return { nodes: place, body: () => (at ? { lon: at[0], lat: at[1], datum: "wgs84" } : {}), leave: () => pin.remove() };
}

function placeWords({ cell, margin_m: margin, nearest }) {
  if (cell) return t("act.would_lie", { name: cell.name, margin: distance(margin) });
  return nearest ? t("act.would_lie_outside", { name: nearest.name, distance: distance(nearest.distance_m) }) : t("panel.to_no_cell");
}
