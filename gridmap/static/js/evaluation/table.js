// The table of figures: one row for each group, a column for each indicator of the theme, sorted by any of them.

import { el } from "../dom.js";
import { edged } from "../edges.js";
import { NOTHING } from "../format.js";
import { t } from "../texts.js";
import { empty } from "../states.js";
import { figureButton } from "./bits.js";
import { openMatters } from "./drawer.js";

export const KEY = "key";
export const SCORES = "scores";
const OF_KEY = ["opened_on_time", "sent_on_time", "handled_on_time", "reworked", "closed_on_time", "content"];
const sorted = { column: null, falls: true };

/** Builds it. `chosen` names the column and row whose trend is shown; `choose` changes that, `into` goes one level down. */
export function figureTable(answer, theme, chosen, { choose, into }) {
  if (!answer.rows.length) return empty(t("evaluation.no_rows"));
  const columns = columnsOf(answer, theme);
  if (!columns.some((one) => one.code === chosen.indicator)) chosen.indicator = columns[0]?.code ?? null;
  if (!columns.some((one) => one.code === sorted.column)) sorted.column = null;
  const isSortable = answer.by !== "cell"; // cells in the order of a figure would rank their leaders
  const rows = inOrder(answer.rows, columns, isSortable);
  return edged(el("div", { class: "table", tabindex: "0", role: "region", "aria-label": t("evaluation.tab_areas") }, el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, t(`evaluation.by_${answer.by}`)), columns.map((one) => head(one, chosen, choose, isSortable)))),
    el("tbody", {}, rows.map((row) => line(row, columns, chosen, choose, into)), answer.elsewhere ? line(answer.elsewhere, columns, chosen) : null),
    el("tfoot", {}, line(answer.total, columns, chosen, choose)))));
}

function columnsOf(answer, theme) {
  if (theme === SCORES) return answer.composites.map((one) => ({ ...one, is_composite: true, name: t("evaluation.composite", { name: one.name }) }));
  if (theme !== KEY) return answer.indicators.filter((one) => one.theme === theme);
  return OF_KEY.map((code) => answer.indicators.find((one) => one.code === code)).filter(Boolean);
}

function valueOf(row, column) {
  return column.is_composite ? row.composites[column.code]?.value ?? null : row.figures[column.code].value;
}

function inOrder(rows, columns, isSortable) {
  const column = columns.find((one) => one.code === sorted.column);
  if (!column || !isSortable) return rows;
  const told = rows.filter((row) => valueOf(row, column) !== null);
  told.sort((a, b) => (valueOf(a, column) - valueOf(b, column)) * (sorted.falls ? -1 : 1));
  return [...told, ...rows.filter((row) => valueOf(row, column) === null)];
}

function head(column, chosen, choose, isSortable) {
  const isSorted = isSortable && sorted.column === column.code;
  const sort = () => {
    sorted.falls = isSorted ? !sorted.falls : true;
    sorted.column = column.code;
    choose({ indicator: column.code });
  };
  return el("th", { scope: "col", class: chosen.indicator === column.code ? "is-chosen" : null, "aria-sort": isSorted ? (sorted.falls ? "descending" : "ascending") : null },
    el("button", { type: "button", onclick: sort, title: isSortable ? t("evaluation.sort_by", { name: column.name }) : null }, column.name,
      column.lower_is_better ? el("small", {}, t("evaluation.lower")) : null));
}

function line(row, columns, chosen, choose = null, into = null) {
  const isChosen = choose && chosen.row === row.group;
  const name = choose ? el("button", { type: "button", "aria-pressed": String(Boolean(isChosen)), onclick: () => choose({ row: row.group }) }, row.name) : row.name;
  const down = into && row.group ? el("button", { class: "into", type: "button", "aria-label": row.name, onclick: () => into(row) }, "›") : null;
  return el("tr", { class: isChosen ? "is-chosen" : null, dataset: { group: row.group || "" } },
    el("th", { scope: "row" }, el("span", {}, name, down)),
    columns.map((column) => el("td", { class: chosen.indicator === column.code ? "is-chosen" : null }, column.is_composite ? score(row, column) : figure(row, column))));
}

function figure(row, column) {
  return figureButton(row.figures[column.code], column, row.name, () => openMatters({
    path: "/evaluation/matters", query: Object.fromEntries(new URLSearchParams(row.matters)), indicator: column, place: row.name, figure: row.figures[column.code],
  }));
}

function score(row, column) {
  const found = row.composites[column.code];
  if (!found) return el("span", { class: "figure figure--none", title: t("evaluation.empty_base") }, NOTHING);
  const basis = found.basis < 0.999 ? t("evaluation.composite_basis", { share: `${Math.round(found.basis * 100)}%` }) : null;
  return el("span", { class: "score", title: basis }, el("b", { class: `grade grade--${found.grade}` }, found.grade), found.value.toFixed(1), basis ? el("small", {}, basis) : null);
}
