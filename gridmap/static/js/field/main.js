// Starts the page in the field: what it was given, the screens behind their addresses, what follows live.

import { setBase } from "../api.js";
import { el, put } from "../dom.js";
import { setLocale, setNow } from "../format.js";
import { Live } from "../map/live.js";
import { setTexts } from "../texts.js";
import { areaMap } from "./area_map.js";
import * as around from "./around.js";
import { categories } from "./catalogue.js";
import { onSession, sessionEnded, sessionOver } from "./entry.js";
import { home } from "./home.js";
import * as keep from "./keep.js";
import { keepers } from "./kept_answers.js";
import { matters } from "./matters.js";
import { mine } from "./mine.js";
import { outbox } from "./outbox.js";
import { data, go, isKept, part, route, strong, words } from "./page.js";
import { placing } from "./placing.js";
import { position } from "./position.js";
import { queue } from "./queue.js";
import { report } from "./report.js";
import { sent } from "./sent.js";
import { sign } from "./signs.js";
import { drawStrip } from "./strip.js";
import { guardTaps } from "./taps.js";
import { task } from "./task.js";
import { tasks } from "./tasks.js";
import { waitsForMe } from "./whistles.js";

const SCREENS = { home, tasks, map: areaMap, mine, queue, report, sent, task };
const TABS = [["home", "camera"], ["tasks", "tasks"], ["map", "map"], ["mine", "person"]];
const TICK_MS = 30_000;
let shown = null;
let live = null;

async function start() {
  setBase(data.endpoints.api);
  setTexts(data.texts);
  setLocale(data.timezone, document.documentElement.lang);
  strong.restore();
  await rightTheClock();
  await Promise.all([around.restore(), matters.restore(), keep.tidy()]).catch(() => {});
  await outbox.start().catch(() => {});
  window.addEventListener("hashchange", show);
  window.addEventListener("gridmap:signed-out", sessionOver);
  outbox.addEventListener("change", frame);
  outbox.addEventListener("sent", () => matters.soon());
  matters.addEventListener("change", frame);
  onSession(() => { frame(); if (!sessionEnded()) { matters.load(); follow(); if (hasFailed()) show(); } });
  position.start();
  show();
  guardTaps(document.getElementById("phone"), part("sheet"));
  matters.load();
  follow();
  setInterval(() => { frame(); matters.tell(); }, TICK_MS);
  categories().catch(() => {}); // at hand when the network is gone
  serve();
}

/** A page out of the store brings an old `now`: then this phone's last known deviation from the server counts. */
async function rightTheClock() {
  if (!isKept) {
    setNow(data.now);
    keepers.remember("ahead", Date.parse(data.now) - Date.now());
    return;
  }
  const ahead = (await keepers.recall("ahead")) || 0;
  setNow(new Date(Date.now() + ahead).toISOString());
}

function show() {
  const [name = "home", ...rest] = route();
  const screen = SCREENS[name] || home;
  shown?.close?.();
  if (name !== "report") placing.leave();
  const opened = screen(...rest);
  shown = opened;
  put(document.getElementById("screen"), opened.node);
  opened.start?.(); // maps want to know their size
  document.getElementById("phone").dataset.screen = name in SCREENS ? name : "home";
  document.getElementById("screen").scrollTop = 0;
  document.getElementById("screen").focus({ preventScroll: true });
  frame();
}

/** Whether what is shown says that it could not be had. */
const hasFailed = () => Boolean(document.querySelector("#screen .state--error"));

/** What stands around every screen: the strip and the tabs. */
function frame() {
  drawStrip(live);
  const [name = "home"] = route();
  const hasTabs = TABS.some(([tab]) => tab === name);
  part("tabs").hidden = !hasTabs;
  if (!hasTabs) return;
  const n = matters.tasks().length + matters.whistles.filter(waitsForMe).length;
  put(part("tabs"), TABS.map(([tab, icon]) => el("a", { href: `#/${tab}`, class: tab === name ? "is-open" : "", "aria-current": tab === name ? "page" : null },
    el("span", { class: "tabs__sign" }, sign(tab === "home" && !data.may.report ? "grid" : icon), tab === "tasks" && n ? el("b", {}, n > 99 ? "99+" : String(n)) : null), words(tab === "home" && !data.may.report ? "tab_start" : `tab_${tab}`))));
}

function follow() {
  if (live) return;
  live = new Live(data.endpoints.stream);
  const react = {
    issue: ({ number }) => { matters.soon(); matters.dispatchEvent(new CustomEvent("told", { detail: { number } })); },
    gone: ({ number }) => { matters.remove(number); matters.dispatchEvent(new CustomEvent("told", { detail: { number } })); },
    imported: () => matters.soon(),
    reset: () => matters.soon(),
    "signed-out": sessionOver,
  };
  live.addEventListener("message", ({ detail: { kind, data: told } }) => react[kind]?.(told));
  live.addEventListener("link", () => {
    if (!live.goneSince) { outbox.reached(); outbox.kick(); matters.soon(); } // this page may be an old one, kept for days
    frame();
  });
  live.start();
}

/** Lets the page open without a network; only where the browser allows it. */
function serve() {
  if (!("serviceWorker" in navigator) || !window.isSecureContext) return;
  navigator.serviceWorker.register(data.endpoints.worker, { scope: "/field" }).catch(() => {});
  navigator.serviceWorker.ready.then(({ active }) => active.postMessage(performance.getEntriesByType("resource").map(({ name }) => name)));
}

start().catch((error) => {
  console.error(error);
  go("home");
});
