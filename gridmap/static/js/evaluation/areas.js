// The figures of areas, departments, categories and months: choices above, the table, the trend and the meaning beside it.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { fullTime } from "../format.js";
import { failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { choice, segments } from "./bits.js";
import { closeDrawer } from "./drawer.js";
import { meaning } from "./meaning.js";
import { monthBefore, remember, state } from "./state.js";
import { figureTable, KEY, SCORES } from "./table.js";
import { trend } from "./trend.js";

const SPANS = ["1", "3", "6", "12"];
const BELOW = { street: "community", community: "cell" };
const chosen = { indicator: null, row: null };
let asked = 0;

/** Fills the view with the tab. */
export function areasTab(view, data) {
  const parts = { tools: el("div", { class: "tools" }), main: el("div", { class: "card sheet" }), side: el("div", { class: "side" }) };
  put(view, parts.tools, el("div", { class: "split" }, parts.main, parts.side));
  const again = (changes = {}) => {
    remember(changes);
    chosen.row = null;
    closeDrawer();
    draw(parts, data, again);
  };
  draw(parts, data, again);
}

function wanted(data) {
  const by = data.levels.includes(state.by) ? state.by : data.first;
  const to = data.months.includes(state.month) ? state.month : data.months[0];
  const span = SPANS.includes(state.span) ? state.span : "1";
  return { by, to, span, from: monthBefore(to, Number(span) - 1), area: state.area };
}

async function draw(parts, data, again) {
  const query = wanted(data);
  const mine = ++asked;
  put(parts.tools, tools(query, data, again));
  put(parts.main, skeleton(12));
  put(parts.side);
  try {
    const answer = await get("/evaluation", { by: query.by, area: query.area, from: query.from, to: query.to });
    if (mine === asked) fillIn(parts, answer, query, data, again);
  } catch (error) {
    if (mine === asked) put(parts.main, failure(error, () => again()), query.area ? backButton(again) : null);
  }
}

function backButton(again) {
  return el("button", { class: "button", type: "button", onclick: () => again({ area: null }) }, t("evaluation.all_area"));
}

function tools(query, data, again) {
  const sheet = `/api/v1/evaluation/export.xlsx?${new URLSearchParams({ by: query.by, from: query.from, to: query.to, lang: document.documentElement.lang, ...(query.area ? { area: query.area } : {}) })}`;
  return [
    choice(t("evaluation.month"), data.months.map((month) => [month, month]), query.to, (month) => again({ month })),
    choice(t("evaluation.span_of"), SPANS.map((n) => [n, t(`evaluation.months_${n}`)]), query.span, (span) => again({ span })),
    segments(t("evaluation.by"), data.levels.map((by) => [by, t(`evaluation.by_${by}`)]), query.by, (by) => again({ by })),
    el("span", { class: "tools__rest" },
      el("a", { class: "button", href: sheet, download: "" }, t("evaluation.export")),
      el("button", { class: "button", type: "button", onclick: () => window.print() }, t("evaluation.print"))),
  ];
}

function fillIn(parts, answer, query, data, again) {
  const redraw = () => fillIn(parts, answer, query, data, again);
  const themes = [KEY, ...new Set(answer.indicators.map((one) => one.theme)), ...(["cell", "unit", "category"].includes(query.by) ? [] : [SCORES])];
  const theme = themes.includes(state.theme) ? state.theme : KEY;
  const named = Object.fromEntries(answer.indicators.map((one) => [one.theme, one.theme_name]));
  const words = (one) => named[one] || t(`evaluation.theme_${one}`);
  const choose = (changes) => { Object.assign(chosen, changes); redraw(); };
  put(parts.main,
    el("div", { class: "sheet__head" },
      segments(t("evaluation.themes"), themes.map((one) => [one, words(one)]), theme, (one) => { remember({ theme: one }); chosen.indicator = null; redraw(); }),
      el("p", { class: "sheet__said" }, el("span", { class: "sheet__what" }, [data.me.name, t(`evaluation.by_${query.by}`), words(theme)].join(" · ")), span(answer), answer.is_final ? null : el("span", { class: "tag tag--handling" }, t("evaluation.running")))),
    query.area ? el("p", { class: "sheet__area" }, el("b", {}, state.areaName || query.area), backButton(again)) : null,
    figureTable(answer, theme, chosen, {
      choose,
      into: BELOW[query.by] && data.levels.includes(BELOW[query.by]) ? (row) => { state.areaName = row.name; again({ area: row.group, by: BELOW[query.by] }); } : null,
    }),
    el("p", { class: "sheet__swipe", "aria-hidden": "true" }, t("evaluation.swipe")),
    el("p", { class: "sheet__foot" }, t("evaluation.dash"), " ", t("evaluation.no_counts")));
  beside(parts.side, answer, query, theme);
}

function span(answer) {
  const [first, last] = [answer.months[0], answer.months[answer.months.length - 1]];
  return `${first === last ? first : `${first} – ${last}`} · ${t("evaluation.computed", { clock: fullTime(answer.computed_at).slice(0, 16) })}`;
}

/** The trend of the chosen figure, and what it means. */
function beside(side, answer, query, theme) {
  const shown = chosen.indicator && answer.indicators.find((one) => one.code === chosen.indicator);
  if (theme === SCORES || !shown) {
    put(side, theme === SCORES ? meaning.composites(answer) : null);
    return;
  }
  const row = answer.rows.find((one) => one.group === chosen.row) || answer.total;
  put(side, trend(shown, row, query), meaning.indicator(shown));
}
