// One figure over the last six months, as a line; a month without a base is a gap, not a zero.

import * as echarts from "echarts";

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { percent } from "../format.js";
import { errorWords } from "../states.js";
import { t } from "../texts.js";
import { monthBefore } from "./state.js";

const MONTHS = 6;
const AREAS = ["cell", "community", "street", "district"];
let held = null;

/** A card with the trend of an indicator for a row of the table. */
export function trend(indicator, row, query) {
  const body = el("div", { class: "trend__body" });
  const card = el("section", { class: "card trend" },
    el("h2", {}, t("evaluation.trend"), el("small", {}, t("evaluation.trend_of", { name: indicator.name, place: row.name }))),
    body, el("p", { class: "trend__hint" }, t("evaluation.trend_hint"),
      isArea(query, row) ? [" ", el("a", { href: `/map#at=area:${encodeURIComponent(row.group)}` }, t("evaluation.on_map"))] : null));
  fetchAndDraw(body, indicator, row, query);
  return card;
}

async function fetchAndDraw(body, indicator, row, query) {
  try {
    const points = await pointsOf(indicator, row, query);
    requestAnimationFrame(() => draw(body, indicator, points));
  } catch (error) {
    put(body, errorWords(error, () => fetchAndDraw(body, indicator, row, query)));
  }
}

const isArea = (query, row) => AREAS.includes(query.by) && Boolean(row.group);

/** Months and their values. An area is asked for at once; what is no area, month by month. */
async function pointsOf(indicator, row, query) {
  const first = monthBefore(query.to, MONTHS - 1);
  if (isArea(query, row) || !row.group || query.by === "month") {
    const answer = await get("/evaluation", { by: "month", area: isArea(query, row) ? row.group : query.area, from: first, to: query.to });
    return answer.rows.map((one) => [one.name, one.figures[indicator.code]]);
  }
  const months = Array.from({ length: MONTHS }, (_, n) => monthBefore(first, -n));
  const answers = await Promise.all(months.map((month) => get("/evaluation", { by: query.by, area: query.area, from: month, to: month })));
  return answers.map((answer, n) => [months[n], answer.rows.find((one) => one.group === row.group)?.figures[indicator.code] || { value: null }]);
}

function draw(body, indicator, points) {
  held?.dispose();
  const style = getComputedStyle(document.body);
  const token = (name) => style.getPropertyValue(`--${name}`).trim();
  held = echarts.init(body, null, { renderer: "svg" });
  held.setOption({
    animation: false,
    textStyle: { fontFamily: style.fontFamily },
    grid: { left: 8, right: 20, top: 24, bottom: 4, containLabel: true },
    xAxis: { type: "category", data: points.map(([month]) => month.slice(2)), boundaryGap: false, axisTick: { show: false }, axisLine: { lineStyle: { color: token("line-strong") } }, axisLabel: { color: token("ink-3"), fontSize: 12 } },
    yAxis: { type: "value", min: 0, max: 1, interval: 0.5, axisLabel: { color: token("ink-3"), fontSize: 12, formatter: (value) => `${value * 100}%` }, splitLine: { lineStyle: { color: token("line") } } },
    series: [{
      type: "line", data: points.map(([, figure]) => figure.value), connectNulls: false, symbol: "circle", symbolSize: 7,
      lineStyle: { color: token("accent"), width: 2 }, itemStyle: { color: token("accent") },
      label: { show: true, position: "top", color: token("ink-2"), fontSize: 12, formatter: ({ value }) => (value === null || value === undefined ? "" : percent(value)) },
    }],
  });
  body.setAttribute("role", "img");
  body.setAttribute("aria-label", points.map(([month, figure]) => `${month} ${percent(figure.value)}`).join("; "));
  window.onresize = () => held?.resize();
}
