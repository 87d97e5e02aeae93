// Puts the wall together: one answer for all panels, each on its own; says how old it is, and comes back by itself.

import { setBase } from "../api.js";
import { el, put } from "../dom.js";
import { serverNow, setLocale, setNow } from "../format.js";
import { Live } from "../map/live.js";
import { setTexts, t } from "../texts.js";
import { redrawCharts, trendPanel, weekPanel } from "./charts.js";
import { Figures } from "./data.js";
import { Ground } from "./ground.js";
import { drawKpis } from "./kpis.js";
import { drawCategories, drawLoop, drawOpen, latePanel, newestPanel, rankingPanel } from "./lists.js";
import { Panel, STALE_S, clockSign } from "./panels.js";
import { Pulses } from "./pulses.js";
import { Stage } from "./stage.js";
import { steering } from "./steering.js";
import { ageOf, ago, clockParts, longDay, setZone, span } from "./words.js";

const SECOND_MS = 1000;
const CUT_AFTER_S = 3; // a hiccup is not worth an amber bar
const WORDS_EVERY = 30; // seconds after which “how long ago” is said again
const RELOADED = "gridmap-wall-reloaded-for";
const STRIP = 64; // pixels of the strip a seat steers by
const TILES_EVERY = 600; // seconds after which the tiles are asked for without being told
const part = (name) => document.querySelector(`[data-part="${name}"]`);

function start() {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  setTexts(page.texts);
  setLocale(page.timezone, document.documentElement.lang);
  setZone(page.timezone, document.documentElement.lang);
  setNow(page.now);
  setBase(page.endpoints.api);
  const stage = new Stage(part("stage"), page.steers ? STRIP : 0);
  const figures = new Figures();
  const live = new Live(page.endpoints.stream, page.stream_at);
  const ground = new Ground(stage, page, partsOf("map"));
  const pulses = new Pulses(part("links"), stage, () => ground.relief);
  const strip = page.steers ? steering(part("steer")) : null;
  ground.onMoved = () => pulses.draw();
  const panels = [
    new Panel("kpis", drawKpis), new Panel("trend", trendPanel(stage)), new Panel("week", weekPanel(stage)),
    new Panel("categories", drawCategories), new Panel("open", drawOpen), new Panel("loop", drawLoop), new Panel("ranking", rankingPanel(stage)),
    new Panel("late", latePanel(stage)), new Panel("newest", newestPanel((number) => pulses.isNew(number))), new Panel("map", ground.draw),
  ];
  const show = () => {
    for (const panel of panels) if (panel.figures) panel.show(panel.figures.figures, panel.figures.at);
  };
  stage.addEventListener("change", () => { redrawCharts(stage); show(); });
  figures.addEventListener("data", () => {
    if (isOther(page.version, figures.figures.version)) return;
    pulses.take(Array.isArray(figures.figures.newest) ? figures.figures.newest : []);
    for (const panel of panels) panel.show(figures.figures, figures.at);
    strip?.take(figures.figures);
    pulses.draw();
    document.body.dataset.figures = "shown";
    tick();
  });
  const again = panels.filter(({ name }) => name === "late" || name === "newest");
  let seconds = 0;
  const tick = () => {
    seconds += 1;
    if (seconds % WORDS_EVERY === 0) for (const panel of again) if (panel.figures && !panel.failedAt) panel.show(panel.figures.figures, panel.figures.at);
    if (seconds % TILES_EVERY === 0) ground.sets.start();
    for (const panel of panels) panel.tick();
    ground.tick();
    clock();
    connection(figures, live);
  };
  figures.addEventListener("link", tick);
  follow(live, figures, ground);
  pointed();
  setInterval(tick, SECOND_MS);
  tick();
  figures.load();
  live.start();
}

function partsOf(name) {
  const node = document.querySelector(`[data-panel="${name}"]`);
  return Object.fromEntries([...node.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
}

/** The stream only says that something happened; what, the figures say. */
function follow(live, figures, ground) {
  const told = {
    "signed-out": ended,
    tiles: ({ set }) => ground.sets.ask(set),
    steer: (wish) => ground.steer(wish),
    reset: () => { ground.sets.start(); figures.soon(); },
  };
  live.addEventListener("message", ({ detail: { kind, data } }) => (told[kind] || (() => figures.soon()))(data));
  let wasGone = false;
  live.addEventListener("link", () => {
    figures.soon(0); // what came between the first figures and the stream is not told
    if (wasGone && !live.goneSince) ground.sets.start();
    wasGone = Boolean(live.goneSince);
  });
  window.addEventListener("online", () => figures.soon(0));
  window.addEventListener("gridmap:signed-out", ended);
}

/** A session that was ended from elsewhere: said in full, with the way back. */
function ended() {
  part("ended").hidden = false;
}

/** Whether the server speaks for another version of this page: then it is loaded anew, once. */
function isOther(ours, theirs) {
  if (!theirs || theirs === ours || sessionStorage.getItem(RELOADED) === theirs) return false;
  sessionStorage.setItem(RELOADED, theirs);
  window.location.reload();
  return true;
}

function clock() {
  const now = serverNow();
  const [hours, minutes, seconds] = clockParts(now);
  put(part("clock"), `${hours}:${minutes}`, el("small", {}, `:${seconds}`));
  const day = longDay(now);
  if (part("day").textContent !== day) part("day").textContent = day;
}

/** What the head says of the data, and the amber bar while the server is gone. */
function connection(figures, live) {
  const age = figures.at ? ageOf(figures.at) : null;
  const isLate = age !== null && age > STALE_S;
  const state = part("state");
  state.classList.toggle("head__state--late", isLate || Boolean(figures.goneSince) || Boolean(live.goneSince));
  state.textContent = words(age, isLate, live);
  const gone = figures.goneSince && ageOf(figures.goneSince) > CUT_AFTER_S;
  part("cut").hidden = !gone;
  document.querySelector('[data-panel="map"]').classList.toggle("has-cut", Boolean(gone));
  if (!gone) return;
  const since = figures.at || figures.goneSince;
  put(part("cut"), clockSign(), el("strong", {}, t("wall.cut", { span: span(ageOf(figures.goneSince)) })),
    el("span", {}, t("wall.cut_since", { clock: clockParts(since).join(":") })), el("span", {}, t("wall.cut_tries", { n: figures.tries })));
}

function words(age, isLate, live) {
  if (age === null) return t("wall.waiting");
  if (isLate) return t("wall.delayed", { span: span(age) });
  return t(live.goneSince ? "wall.live_polling" : "wall.live", { age: age < 60 ? t("wall.seconds_ago", { n: Math.max(0, Math.floor(age)) }) : ago(age) });
}

/** Whoever has a mouse sees the ways to other pages while it moves. */
function pointed() {
  let timer = null;
  window.addEventListener("pointermove", () => {
    document.body.classList.add("wall--pointed");
    clearTimeout(timer);
    timer = setTimeout(() => document.body.classList.remove("wall--pointed"), 4000);
  });
}

start();
