// Charts with one theme made of the page's tokens; each is made once and given new data ever after.

import * as echarts from "echarts";

import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { shortDay, clockParts } from "./words.js";

const made = [];
let tokens = null;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

/** A token of the wall by name, such as `cyan`. */
export function token(name) {
  tokens ||= getComputedStyle(document.body);
  return tokens.getPropertyValue(`--${name}`).trim();
}

/** Has every chart drawn again, as sharp as `stage` is by now. */
export function redrawCharts(stage) {
  for (const chart of made) {
    chart.instance?.dispose();
    chart.instance = null;
    if (chart.option) chart.draw(stage, chart.option);
  }
}

class Chart {
  constructor() {
    made.push(this);
  }

  draw(stage, option) {
    this.option = option;
    if (!this.node.clientWidth) return; // its panel is not part of this layout
    const isFirst = !this.instance; // what was not there before has nothing to move from
    this.instance ||= echarts.init(this.node, theme(), { renderer: "canvas", devicePixelRatio: stage.sharpness });
    this.instance.setOption({ animation: !isFirst && !still.matches, ...option }, { replaceMerge: ["series"] });
  }
}

function theme() {
  const axis = { axisTick: { show: false }, axisLabel: { color: token("ink-2"), fontSize: 18 } };
  return {
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    categoryAxis: { ...axis, axisLine: { lineStyle: { color: "rgba(150,195,230,.35)" } }, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false }, splitLine: { lineStyle: { color: "rgba(150,195,230,.14)" } } },
  };
}

const BASE = { animationDuration: 400, animationDurationUpdate: 600, silent: true, tooltip: { show: false } };
const GRID = { left: 12, right: 12, top: 14, bottom: 4, containLabel: true };

/** The 24 hours of today beside yesterday's; the running hour is only outlined. */
export function trendPanel(stage) {
  const chart = new Chart();
  return ({ trend }, { body }) => {
    if (!chart.node) frame(chart, body, [["", "wall.reported_today"], ["is-line", "wall.closed_today"], ["is-dashed", "wall.reported_yesterday"]]);
    const { hour, reported, closed, yesterday } = trend;
    chart.draw(stage, {
      ...BASE, grid: GRID,
      xAxis: { type: "category", data: reported.map((_, at) => t("wall.hour", { n: at })), axisLabel: { interval: 5 } },
      yAxis: valueAxis([...reported, ...closed, ...yesterday]),
      series: [
        { id: "reported", type: "bar", barCategoryGap: "30%", data: reported.map((value, at) => bar(at > hour ? null : value, at === hour)) },
        line("closed", closed.map((value, at) => (at < hour ? value : null)), { color: token("closed"), width: 2.5 }),
        line("yesterday", yesterday, { color: token("yesterday"), width: 2, type: [6, 5] }),
      ],
    });
  };
}

/** Seven days of reports and closings; today is only outlined. */
export function weekPanel(stage) {
  const chart = new Chart();
  const up = el("li", {});
  return ({ week, computed_at: at }, { body }) => {
    if (!chart.node) frame(chart, body, [["", "wall.reported"], ["is-line", "wall.closed"]], up);
    up.textContent = t("wall.up_to", { clock: clockParts(new Date(at)).slice(0, 2).join(":") });
    const last = week.length - 1;
    chart.draw(stage, {
      ...BASE, grid: GRID,
      xAxis: { type: "category", data: week.map(({ day }, n) => (n === last ? t("wall.today") : shortDay(day, n === 0))), axisLabel: { interval: 0 } },
      yAxis: valueAxis(week.flatMap((day) => [day.reported, day.closed])),
      series: [
        { id: "reported", type: "bar", barWidth: "58%", label: { show: true, position: "insideBottom", color: token("ink"), fontSize: 18 }, data: week.map(({ reported }, n) => bar(reported, n === last)) },
        line("closed", week.map(({ closed }, n) => (n < last ? closed : null)), { color: token("closed"), width: 2.5 }, true),
      ],
    });
  };
}

function frame(chart, body, marks, ...more) {
  chart.node = el("div", { class: "chart" });
  put(body, el("ul", { class: "marks" }, marks.map(([look, key]) => el("li", {}, el("i", { class: look }), t(key))), more), chart.node);
}

function valueAxis(values) {
  const highest = Math.max(4, ...values);
  const step = [1, 2, 5].flatMap((n) => [n, n * 10, n * 100, n * 1000, n * 10000]).sort((a, b) => a - b).find((n) => n * 2 >= highest) || highest / 2;
  return { type: "value", min: 0, max: step * 2, interval: step };
}

function bar(value, isRunning) {
  if (!isRunning) return { value, itemStyle: { color: token("bar") } };
  return { value, itemStyle: { color: "rgba(38,198,255,.12)", borderColor: token("cyan"), borderWidth: 1.2, borderType: [4, 3] } };
}

function line(id, data, lineStyle, hasPoints = false) {
  return { id, type: "line", data, lineStyle, symbol: hasPoints ? "circle" : "none", symbolSize: 7, itemStyle: { color: lineStyle.color }, z: 3 };
}
