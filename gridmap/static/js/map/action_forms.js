// The fields each action asks for; what an action has beside its words stands in a module of its own and is offered here.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { distance, lonLat } from "../format.js";
import { messageOf } from "../states.js";
import { t, tOr } from "../texts.js";
import { CategoryPicker } from "./category_picker.js";
import { cellField } from "./cell_field.js";
import { choice } from "./choice.js";
import { dispatchField, extendField, mergeField, rateField, tierField } from "./loop_forms.js";
import { movingPin } from "./moving_pin.js";
import { photosField } from "./photos_field.js";

const WORDS_LIMIT = 4000;
const NEEDS_WORDS = ["comment", "void", "reopen", "decline", "return", "suspend", "extend", "rework", "raise", "lower", "reopen_unsolved", "object"];
const NO_WORDS = ["whistle"];
const FORMS = {
  recategorise, choose_cell: cellField, forward, move,
  dispatch: dispatchField, extend: extendField, merge: mergeField, rate: rateField, self_fix: photosField,
  raise: (actions) => tierField(actions, 1), lower: (actions) => tierField(actions, -1),
};

/** Lets another module say what an action asks for: `form(actions, draft)` gives {nodes, focus, body(), leave(), before(number)}, all but body optional. */
export function offer(name, form) {
  FORMS[name] = form;
}

/** Whether there is a form of its own for an action; others ask for words alone. */
export const hasForm = (name) => name in FORMS;

/** {nodes, focus, body(), leave(), before(number)} of an action's form; `actions`: {feature, map, net, me, units}; `draft`: a body to begin with. */
export function fieldsOf(name, actions, draft = {}) {
  const words = wordsField(name, draft);
  const own = FORMS[name]?.(actions, draft);
  return {
    nodes: [own?.nodes, NO_WORDS.includes(name) ? null : words.node].flat(),
    focus: own?.focus || (NEEDS_WORDS.includes(name) ? words.input : null),
    body: () => ({ words: words.input.value.trim(), ...own?.body() }),
    leave: own?.leave, before: own?.before,
  };
}

/** What is sent: only what was filled in. */
export function bodyOf(fields) {
  return Object.fromEntries(Object.entries(fields.body()).filter(([, value]) => value !== "" && value !== null && value !== undefined));
}

function wordsField(name, { words = "" }) {
  const isNeeded = NEEDS_WORDS.includes(name);
  const input = el("textarea", { rows: 2, maxlength: WORDS_LIMIT, required: isNeeded, placeholder: tOr(`act.words_hint_${name}`, t("act.words_hint_any")) });
  input.value = words;
  return { input, node: el("label", { class: "act__field" }, el("span", {}, isNeeded ? tOr(`act.words_of_${name}`, t("act.words_reason")) : t("act.words_optional")), input) };
}

function recategorise(actions, { category = "" }) {
  let chosen = category;
  const picker = new CategoryPicker({ all: false, choose: (id) => { chosen = id; picker.show(id); } });
  picker.show(chosen);
  return { nodes: el("div", { class: "act__field" }, el("span", {}, t("act.new_category")), picker.node), focus: picker.button, body: () => ({ category: chosen }) };
}

function forward({ units, feature }, { unit: wanted = feature.properties.unit }) {
  const list = units.map((unit) => choice("unit", unit, unit, "", unit === wanted));
  const free = list.length ? null : el("input", { type: "text", maxlength: 64, required: true, "aria-label": t("act.which_unit"), value: units.length ? null : wanted });
  return {
    nodes: el("fieldset", { class: "act__field" }, el("legend", {}, t("act.which_unit")), list.map(({ node }) => node), free),
    focus: list[0]?.input || free, body: () => ({ unit: free ? free.value.trim() : list.find(({ input }) => input.checked)?.input.value || "" }),
  };
}

/** A pin to drag; below it where it would lie, as the server finds it. */
function move({ feature, map }, { lon, lat }) {
  const place = el("p", { class: "act__place", role: "status" }, t("act.drag_pin"));
  let at = null;
  const moved = async (lonLatNow) => {
    at = lonLatNow;
    put(place, lonLat(lonLatNow));
    try {
      const why = await get("/locate", { lon: lonLatNow[0], lat: lonLatNow[1] });
      if (at === lonLatNow) put(place, placeWords(why));
    } catch (error) {
      if (at === lonLatNow) put(place, messageOf(error));
    }
  };
  const pin = movingPin(map, lon === undefined ? feature : { ...feature, geometry: { coordinates: [lon, lat] } }, moved);
  if (lon !== undefined) moved([lon, lat]);
  return { nodes: place, body: () => (at ? { lon: at[0], lat: at[1], datum: "wgs84" } : {}), leave: () => pin.remove() };
}

function placeWords({ cell, margin_m: margin, nearest }) {
  if (cell) return t("act.would_lie", { name: cell.name, margin: distance(margin) });
  return nearest ? t("act.would_lie_outside", { name: nearest.name, distance: distance(nearest.distance_m) }) : t("panel.to_no_cell");
}
