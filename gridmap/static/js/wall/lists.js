// The panels made of rows: categories, what is open, ranking, late matters, newest reports.

import { el, put, svg } from "../dom.js";
import { count, percent, serverNow } from "../format.js";
import { classWord } from "../status.js";
import { t } from "../texts.js";
import { triangle } from "./kpis.js";
import { empty } from "./panels.js";
import { roll } from "./roll.js";
import { ago, span } from "./words.js";

const RANKS = 8; // more areas than this in one column: the best three and the last ones
const BEST = 3;
const LATE_ROWS = { narrow: 6, wide: 8 };

/** The ten most frequent categories as bars. */
export function drawCategories({ categories }, { body, aside }) {
  const { rows, total, period } = categories;
  if (!rows.length) {
    put(aside);
    put(body, empty(t("wall.nothing_reported")));
    return;
  }
  const sum = rows.reduce((all, row) => all + row.count, 0);
  const key = period === "today" ? "wall.top_share" : "wall.top_share_week";
  aside.textContent = t(key, { n: count(sum), share: percent(sum / total) });
  const list = body.querySelector(".bars") || put(body, el("ol", { class: "bars" })).firstChild;
  rows.forEach((row, at) => {
    const item = list.children[at] || list.appendChild(el("li", {}, el("span", {}), el("i", {}), el("b", {})));
    const [name, bar, number] = item.children;
    name.textContent = row.name;
    name.title = row.name;
    bar.style.setProperty("--share", row.count / rows[0].count);
    roll(number, row.count, (value) => count(Math.round(value)));
  });
  while (list.children.length > rows.length) list.lastChild.remove();
}

const CLASSES = [
  ["reported", "#5AA2F5", () => svg("circle", { cx: 12, cy: 12, r: 10 })],
  ["handling", "#F2A100", () => svg("rect", { x: 2, y: 2, width: 20, height: 20, rx: 5 })],
  ["handled", "#37C99B", () => svg("circle", { cx: 12, cy: 12, r: 10 })],
  ["late", "#FF5C6C", () => svg("path", { d: "M12 0 24 12 12 24 0 12z" })],
];

/** The open matters by class: the four exclude each other and add up. */
export function drawOpen({ open }, { body, aside }) {
  aside.textContent = t("wall.open_total", { n: count(open.total) });
  if (!open.total) {
    put(body, empty(t("wall.nothing_open")));
    return;
  }
  if (!body.querySelector(".makeup")) put(body, makeup());
  const [bar, parts] = body.querySelector(".makeup").children;
  CLASSES.forEach(([name], at) => {
    bar.children[at].style.setProperty("--n", open[name]);
    roll(parts.children[at].lastChild, open[name], (value) => count(Math.round(value)));
  });
}

function makeup() {
  const fill = (colour) => ({ css: { "--fill": colour } });
  return el("div", { class: "makeup" },
    el("div", { class: "makeup__bar" }, CLASSES.map(([, colour]) => el("i", fill(colour)))),
    el("ul", { class: "makeup__parts" }, CLASSES.map(([name, colour, sign]) => {
      const word = classWord(name === "late" ? "overdue" : name);
      return el("li", fill(colour), el("span", {}, svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, sign()), word), el("b", {}));
    })));
}

const STEPS = ["reported", "accepted", "dispatched", "handled", "verified", "closed"];

/** How far the reports of today have come: each step is no wider than the one before. */
export function drawLoop({ loop }, { body, aside }) {
  aside.textContent = t("wall.loop_share", { share: percent(loop.reported ? loop.closed / loop.reported : null) });
  if (!body.querySelector(".loop")) put(body, el("ol", { class: "loop" }, STEPS.map((name) => el("li", {}, el("i", {}), el("span", {}, t(`wall.loop_${name}`)), el("b", {})))));
  STEPS.forEach((name, at) => {
    const step = body.querySelector(".loop").children[at];
    step.firstChild.style.setProperty("--share", loop.reported ? loop[name] / loop.reported : 0);
    roll(step.lastChild, loop[name], (value) => count(Math.round(value)));
  });
}

/** The areas by how much was closed in time; on a wide wall the communities too. */
export function rankingPanel(stage) {
  return ({ ranking, communities, kpis }, { body, aside }) => {
    const hasBoth = stage.isWide && ranking.level === "street" && communities.length > 0;
    const level = hasBoth ? "both" : ranking.level;
    body.parentElement.querySelector(".panel__title").textContent = t(`wall.ranking_${level}`);
    const { now, of } = kpis.on_time;
    put(aside, stage.isWide ? t("wall.on_time_base", { n: count(of), share: percent(now) }) : t("wall.on_time_short", { share: percent(now) }));
    const rows = stage.isWide ? ranking.rows.map((row) => [row, false]) : shortened(ranking.rows);
    const lines = rows.map(([row, place]) => (row.others ? rest(t("wall.others", { n: row.others })) : areaRow(row, place, hasBoth)));
    const more = hasBoth ? [...communities].sort(byShare).slice(0, 22 - rows.length).map((row) => areaRow(row)) : [];
    put(body, el("table", { class: "table" }, el("thead", {}, heads(level)), el("tbody", {}, lines, elsewhere(ranking.elsewhere), more)));
  };
}

function byShare(a, b) {
  return (b.on_time ?? -1) - (a.on_time ?? -1) || a.late - b.late || (a.code < b.code ? -1 : 1);
}

/** All areas with their places, or the first and the last of many: those are what is looked for. */
function shortened(rows) {
  const placed = rows.map((row, at) => [row, at + 1]);
  if (rows.length <= RANKS) return placed;
  const last = RANKS - BEST - 1;
  return [...placed.slice(0, BEST), [{ others: rows.length - BEST - last }], ...placed.slice(-last)];
}

function heads(level) {
  const wide = { class: "only-wide" };
  const name = level === "street" ? "wall.area" : `wall.area_${level}`;
  return el("tr", {}, el("th", {}, t(name)), el("th", wide, t("wall.cells")), el("th", wide, t("wall.reported")),
    el("th", {}, t("wall.open")), el("th", {}, t("status.overdue")), el("th", {}, t("wall.on_time")));
}

function areaRow(row, place = 0, isStreet = false) {
  const wide = { class: "only-wide" };
  return el("tr", { class: isStreet ? "is-street" : null },
    el("td", { title: row.name }, place ? el("span", { class: "place" }, String(place)) : null, row.name),
    el("td", wide, count(row.cells)), el("td", wide, count(row.reported)), el("td", {}, count(row.open)),
    el("td", { class: row.late ? "is-late" : null }, count(row.late)), el("td", {}, percent(row.on_time)));
}

function rest(words) {
  return el("tr", { class: "is-rest" }, el("td", { colspan: 6 }, words));
}

function elsewhere(counts) {
  if (!counts) return null;
  const wide = { class: "only-wide" };
  return el("tr", { class: "is-rest" }, el("td", {}, t("wall.elsewhere")), el("td", wide), el("td", wide, count(counts.reported)),
    el("td", {}, count(counts.open)), el("td", {}, count(counts.late)), el("td", {}));
}

/** What is late the longest; how late is said again every minute. */
export function latePanel(stage) {
  return ({ late, open }, { body, aside }) => {
    aside.textContent = late.length ? t("wall.late_total", { n: count(open.late) }) : "";
    const rows = late.slice(0, stage.isWide ? LATE_ROWS.wide : LATE_ROWS.narrow);
    put(body, rows.length ? el("ul", { class: "rows rows--late" }, rows.map(lateRow)) : empty(t("wall.nothing_late")));
  };
}

function lateRow(row) {
  const late = span((serverNow() - Date.parse(row.due_at)) / 1000);
  return el("li", { title: row.number }, triangle(), el("span", { class: "rows__what" }, row.category_name),
    el("span", { class: "rows__cell" }, cellOf(row)), el("span", { class: "rows__late" }, t("wall.late_by", { span: late })));
}

/** The newest reports; `isNew(number)` marks those that just came. */
export function newestPanel(isNew) {
  return ({ newest, open }, { body, aside }) => {
    aside.textContent = t("wall.waiting_total", { word: classWord("reported"), n: count(open.reported) });
    const room = Math.max(1, Math.floor((body.clientHeight + 1) / 41));
    put(body, newest.length ? el("ul", { class: "rows rows--new" }, newest.slice(0, room).map((row) => newRow(row, isNew(row.number)))) : empty(t("wall.nothing_reported")));
  };
}

function newRow(row, isNew) {
  const seconds = (serverNow() - Date.parse(row.reported_at)) / 1000;
  const when = seconds < 60 ? t("wall.now") : ago(seconds, "row");
  return el("li", { class: isNew ? "is-new" : null, dataset: { number: row.number } },
    svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("circle", { cx: 12, cy: 12, r: 9 })),
    el("span", { class: "rows__when" }, when), el("span", { class: "rows__what" }, row.category_name),
    el("span", { class: "rows__cell" }, cellOf(row)), el("span", { class: "rows__number" }, row.number.split("-").pop()));
}

function cellOf(row) {
  return row.cell ? row.cell.name : t("wall.no_cell");
}
