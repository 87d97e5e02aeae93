// What the steps of the loop ask for: whom it goes to, a later deadline, a rating, the other matter, the next tier.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { dayAndClock, fromInputTime, inputTime } from "../format.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { choice } from "./choice.js";

const SEARCH_FROM = 9; // so many to choose from want a search
/** From what a cell settles to what the district does. */
export const TIERS = [1, 2, 3, 4];

/** A part of a form that is filled once the server has said what there is to choose from. */
export function choices(feature, draw) {
  const node = el("div", { class: "act__field" }, el("p", { class: "quiet", role: "status" }, t("page.loading")));
  get(`/issues/${encodeURIComponent(feature.id)}/choices`).then((found) => put(node, draw(found)), (error) => put(node, el("p", { class: "act__error" }, messageOf(error))));
  return node;
}

/** Whom it goes to: whoever the rules found, a unit, or somebody along the matter's path. */
export function dispatchField({ feature }, { unit = "", person = "" }) {
  const { handler, unit: withUnit } = feature.properties;
  let chosen = { unit, person };
  const to = (words, side, wish) => {
    const one = choice("to", "", words, side, (wish.unit || "") === chosen.unit && (wish.person || "") === chosen.person);
    one.input.addEventListener("change", () => { chosen = { unit: "", person: "", ...wish }; });
    return one.node;
  };
  const byRules = to(t("act.to_rules"), withUnit || handler?.name || t("act.to_whom_rules_find"), {});
  const more = choices(feature, ({ units, people, returned = [] }) => {
    const rowsOf = [
      [t("act.to_unit"), units.map((name) => [name, marked(to(name, name === withUnit ? t("act.has_it") : "", { unit: name }), returned.find((one) => one.unit === name))])],
      [t("act.to_person"), people.map((one) => [`${one.name} ${one.role_name} ${one.area?.name || ""}`,
        marked(to(one.name, [one.role_name, one.area?.name, one.is_handler && !withUnit ? t("act.has_it") : null].filter(Boolean).join(" · "), { person: one.code }), returned.find(({ person }) => person === one.code))])],
    ].filter(([, rows]) => rows.length);
    return [searched(rowsOf.flatMap(([, rows]) => rows)), ...rowsOf.map(([title, rows]) => group(title, rows))];
  });
  return { nodes: el("fieldset", { class: "act__field" }, el("legend", { class: "visually-hidden" }, t("act.to_whom")), byRules, more), focus: byRules.querySelector("input"), body: () => chosen };
}

/** Whoever gave it back already says so, with why: it should not go there again unread. */
function marked(node, back) {
  if (!back) return node;
  const said = back.words ? t(back.is_last ? "act.just_returned" : "act.returned_before", { words: back.words }) : t(back.is_last ? "act.just_returned_bare" : "act.returned_before_bare");
  node.classList.add("act__choice--returned");
  node.append(el("em", { title: `${dayAndClock(back.at)} ${said}` }, said));
  return node;
}

/** A search over many rows ([what is searched, node]); Enter takes the first that is left. */
function searched(rows) {
  if (rows.length < SEARCH_FROM) return null;
  const find = (words) => { for (const [said, node] of rows) node.hidden = !said.toLowerCase().includes(words.trim().toLowerCase()); };
  return el("input", { type: "text", maxlength: 64, dataset: { find: "" }, placeholder: t("act.find_one"), "aria-label": t("act.find_one"), oninput: ({ target }) => find(target.value), onkeydown: (event) => {
    // Enter here chooses; it must not send what is chosen elsewhere.
    if ((event.key !== "Enter" && event.key !== "ArrowDown") || event.isComposing || event.ctrlKey) return;
    event.preventDefault();
    const input = rows.find(([, node]) => !node.hidden)?.[1].querySelector("input");
    if (!input) return;
    if (!input.checked) input.click();
    input.focus();
  } });
}

/** A titled list of choices; `rows`: [what is searched, node]. */
function group(title, rows) {
  return el("div", { class: "act__group" }, el("b", { class: "act__of" }, title), el("div", { class: "act__list" }, rows.map(([, node]) => node)));
}

/** A later deadline, between the present one and the latest there may be. */
export function extendField({ feature }, { until }) {
  const input = el("input", { type: "datetime-local", required: true, "aria-label": t("act.until"), value: until ? inputTime(until) : null });
  const said = choices(feature, ({ extension }) => {
    if (!extension) return el("p", { class: "act__error" }, t("act.no_extension"));
    Object.assign(input, { min: inputTime(extension.due_at, 60), max: inputTime(extension.latest) });
    if (!input.value) input.value = input.max;
    return el("p", { class: "act__place" }, t("act.extend_range", { due: dayAndClock(extension.due_at), latest: dayAndClock(extension.latest) }));
  });
  return { nodes: [said, el("label", { class: "act__field" }, el("span", {}, t("act.until")), input)], focus: input, body: () => ({ until: input.value ? fromInputTime(input.value) : "" }) };
}

/** Solved or not, content or not: three and three. */
export function rateField(actions, draft) {
  const row = (name, chosen) => {
    const parts = [2, 1, 0].map((value) => {
      const input = el("input", { type: "radio", name, value, required: true, checked: chosen === value });
      return { input, node: el("label", { class: `act__rate act__rate--${value}` }, input, el("span", {}, t(`act.${name}_${value}`))) };
    });
    const value = () => parts.find(({ input }) => input.checked)?.input.value;
    return { value, first: parts[0].input, node: el("fieldset", { class: "act__field" }, el("legend", {}, t(`act.${name}`)), el("div", { class: "act__rates" }, parts.map(({ node }) => node))) };
  };
  const rows = { solved: row("solved", draft.solved), satisfaction: row("satisfaction", draft.satisfaction) };
  const told = () => Object.entries(rows).filter(([, { value }]) => value() !== undefined);
  return { nodes: Object.values(rows).map(({ node }) => node), focus: rows.solved.first, body: () => Object.fromEntries(told().map(([name, { value }]) => [name, Number(value())])) };
}

/** The number of the matter that goes on in its place. */
export function mergeField(actions, { into = "" }) {
  const input = el("input", { type: "text", required: true, maxlength: 64, autocomplete: "off", spellcheck: "false", placeholder: actions.feature.id });
  input.value = into;
  return { nodes: el("label", { class: "act__field" }, el("span", {}, t("act.into")), input), focus: input, body: () => ({ into: input.value.trim() }) };
}

/** From which tier to which, and who settles those. */
export function tierField({ feature }, by) {
  const { tier } = feature.properties;
  const named = (at) => el("span", { class: `tier${at === tier + by ? " tier--next" : at === tier ? " tier--now" : ""}` }, el("b", {}, t(`panel.tier_${at}`)), el("small", {}, t(`panel.tier_by_${at}`)));
  return { nodes: el("div", { class: "tiers" }, TIERS.map(named)), body: () => ({}) };
}
