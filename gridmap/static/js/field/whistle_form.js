// Blowing a whistle from the field: which units, which kind, which level, and what they should do; kept on the phone like every act.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { whistleLimits } from "../map/whistle_words.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { keepers } from "./kept_answers.js";

const KINDS = ["daily", "key", "emergency"];
const LEVELS = [1, 2, 3, 4];
const SEARCH_FROM = 9; // so many to choose from want a search

/** {units, whistle} there is to choose from; without a network the last known. Throws ApiError where nothing is known. */
export async function whistleChoices(number) {
  try {
    const { units, whistle } = await get(`/issues/${encodeURIComponent(number)}/choices`);
    keepers.remember("whistle", { units, whistle });
    return { units, whistle };
  } catch (error) {
    const kept = error.status === 0 || error.status >= 500 || error.status === 401 ? await keepers.recall("whistle") : null;
    if (!kept) throw error;
    return kept;
  }
}

/** {node, body(), isReady()} over a matter; `asked`: what was chosen before; `changed(body)` hears what is chosen. */
export function whistlePart(p, { asked = {}, me, changed }) {
  const node = el("div", { class: "whistle-form" });
  const usual = me.kind === "staff" ? p.whistle_level : Math.max(1, Math.min(p.tier || 1, p.whistle_level));
  const body = { units: asked.units || [], kind: asked.kind || KINDS[0], level: Math.min(asked.level || usual, p.whistle_level) };
  const times = el("div", { class: "quiet whistle-form__limits", role: "status" });
  const busy = busyUnits(p.whistles);

  function tell(limits) {
    const found = limits.find((one) => one.kind === body.kind && one.level === body.level);
    put(times, whistleLimits(found, p).map(([label, said]) => el("p", {}, label ? el("b", {}, label) : null, ` ${said}`)));
    changed(body);
  }

  /** Buttons of which one is pressed. */
  function row(name, label, values, wordsOf, limits, style) {
    const group = el("div", { class: style, role: "group", "aria-label": label });
    const draw = () => put(group, values.map((value) => el("button", { type: "button", "aria-pressed": String(body[name] === value), disabled: name === "level" && value > p.whistle_level,
      onclick: () => { body[name] = value; draw(); tell(limits); } }, wordsOf(value))));
    draw();
    return el("section", {}, el("h3", {}, label), group);
  }

  function unitsList(units, limits) {
    const rows = units.map((unit) => {
      const isBusy = busy.includes(unit);
      const input = el("input", { type: "checkbox", value: unit, checked: body.units.includes(unit) && !isBusy, disabled: isBusy, onchange: () => {
        body.units = rows.filter((one) => one.input.checked).map((one) => one.unit);
        tell(limits);
      } });
      return { unit, input, node: el("label", { class: "pick" }, input, el("span", {}, unit), isBusy ? el("small", {}, t("whistle.called")) : null) };
    });
    body.units = rows.filter(({ input }) => input.checked).map(({ unit }) => unit);
    const search = rows.length < SEARCH_FROM ? null : el("input", { type: "search", class: "pick__search", maxlength: 64, placeholder: t("act.find_one"), "aria-label": t("act.find_one"), oninput: ({ target }) => {
      const wanted = target.value.trim().toLowerCase();
      for (const one of rows) one.node.hidden = !one.unit.toLowerCase().includes(wanted);
    } });
    return el("section", {}, el("h3", {}, t("whistle.which_units")), rows.length ? [search, el("div", { class: "picks" }, rows.map((one) => one.node))] : el("p", { class: "quiet" }, t("whistle.no_units")));
  }

  async function load() {
    put(node, el("p", { class: "quiet", role: "status" }, t("page.loading")));
    try {
      const { units, whistle } = await whistleChoices(p.number);
      put(node, unitsList(units, whistle), row("kind", t("whistle.which_kind"), KINDS, (name) => t(`whistle.${name}`), whistle, "segments"),
        row("level", t("whistle.which_level"), LEVELS, (at) => t(`whistle.level_${at}`), whistle, "segments segments--two"), times);
      tell(whistle);
    } catch (error) {
      if (error.status === undefined) throw error;
      put(node, el("p", { class: "quiet" }, messageOf(error)), el("button", { type: "button", class: "side", onclick: load }, t("whistle.again")));
    }
  }

  load();
  return { node, body: () => body, isReady: () => body.units.length > 0 };
}

/** Units that were called and have not done their part yet. */
function busyUnits(whistles = []) {
  return whistles.filter(({ ended_at: ended }) => !ended).flatMap(({ calls }) => calls.filter(({ status }) => status !== "done").map(({ unit }) => unit));
}
