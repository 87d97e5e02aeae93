// The form of the action “whistle”: which units, which kind, which of the four levels, and what they should do.

import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { choice } from "./choice.js";
import { choices } from "./loop_forms.js";
import { whistleLimits } from "./whistle_words.js";

const KINDS = ["daily", "key", "emergency"];
const LEVELS = [1, 2, 3, 4];
const SEARCH_FROM = 9; // so many to choose from want a search
const WORDS_LIMIT = 4000;

/** {nodes, focus, body()} for `actions` {feature, me, units}; `draft`: a body to begin with. */
export function whistleForm({ feature, me, units }, draft = {}) {
  const { properties: p } = feature;
  const who = unitsField(units, busyUnits(p.whistles), draft.units || []);
  const kind = oneOf("kind", t("whistle.which_kind"), KINDS.map((name) => [name, t(`whistle.${name}`)]), draft.kind || KINDS[0]);
  const usual = usualLevel(p, me);
  const level = oneOf("level", t("whistle.which_level"), LEVELS.map((at) => [at, t(`whistle.level_${at}`), at === usual ? t("whistle.level_usual") : "", at > p.whistle_level]), draft.level || usual);
  const words = el("textarea", { rows: 2, maxlength: WORDS_LIMIT, placeholder: t("whistle.words_hint") });
  words.value = draft.words || "";
  const times = el("div", { class: "act__place whistle__limits", role: "status" });
  const limits = choices(feature, ({ whistle = [] }) => {
    const say = () => put(times, whistleLimits(whistle.find((one) => one.kind === kind.value() && one.level === Number(level.value())), p).map(([label, said]) => el("p", {}, label ? el("b", {}, label) : null, ` ${said}`)));
    for (const node of [kind.node, level.node]) node.addEventListener("change", say);
    say();
    return times;
  });
  return {
    nodes: [who.node, kind.node, level.node, limits, el("label", { class: "act__field" }, el("span", {}, t("act.words_optional")), words)],
    focus: who.focus || words,
    body: () => ({ units: who.value(), kind: kind.value(), level: Number(level.value()), words: words.value.trim() }),
  };
}

/** Units that were called and have not done their part yet. */
function busyUnits(whistles = []) {
  const live = whistles.filter(({ ended_at: ended }) => !ended);
  return live.flatMap(({ calls }) => calls.filter(({ status }) => status !== "done").map(({ unit }) => unit));
}

/** A leader's own level; for a seat that of the matter's tier. */
function usualLevel({ tier, whistle_level: highest }, me) {
  return me.kind === "staff" ? highest : Math.max(1, Math.min(tier || 1, highest));
}

function unitsField(units, busy, chosen) {
  const rows = units.map((unit) => {
    const isBusy = busy.includes(unit);
    const input = el("input", { type: "checkbox", name: "units", value: unit, checked: chosen.includes(unit) && !isBusy, disabled: isBusy, onchange: () => check() });
    return { unit, input, node: el("label", { class: "act__choice" }, input, el("span", {}, unit), el("small", {}, isBusy ? t("whistle.called") : "")) };
  });
  const value = () => rows.filter(({ input }) => input.checked).map(({ unit }) => unit);
  const first = rows.find(({ input }) => !input.disabled)?.input;
  const check = () => first?.setCustomValidity(value().length ? "" : t("whistle.which_units"));
  check();
  const search = rows.length < SEARCH_FROM ? null : el("input", { type: "text", maxlength: 64, dataset: { find: "" }, placeholder: t("act.find_one"), "aria-label": t("act.find_one"), oninput: ({ target }) => {
    const wanted = target.value.trim().toLowerCase();
    for (const { unit, node } of rows) node.hidden = !unit.toLowerCase().includes(wanted);
  } });
  const list = rows.length ? el("div", { class: "act__list whistle__units" }, rows.map(({ node }) => node)) : el("p", { class: "act__error" }, t("whistle.no_units"));
  return { value, focus: first, node: el("fieldset", { class: "act__field" }, el("legend", {}, t("whistle.which_units")), search, list) };
}

/** Several radios under a title; `rows`: [value, words, what stands beside them, whether it is not offered]. */
function oneOf(name, title, rows, chosen) {
  const parts = rows.map(([value, words, side = "", isClosed = false]) => {
    const one = choice(name, value, words, side, value === chosen && !isClosed);
    one.input.disabled = isClosed;
    return one;
  });
  return { value: () => parts.find(({ input }) => input.checked)?.input.value, node: el("fieldset", { class: `act__field whistle__choices whistle__choices--${rows.length}` }, el("legend", {}, title), el("div", {}, parts.map(({ node }) => node))) };
}
