// My tasks: on the map and in the list under the same numbers, in the order one chooses; nothing to do is said as such.

import { el, put } from "../dom.js";
import { serverNow } from "../format.js";
import { messageOf, skeleton } from "../states.js";
import { ownAreas } from "./around.js";
import { startReport } from "./begin.js";
import { act, taskRow } from "./bits.js";
import { FieldMap } from "./drawing.js";
import { matters, tally } from "./matters.js";
import { outbox } from "./outbox.js";
import { data, go, words } from "./page.js";
import { position } from "./position.js";
import { far, isToday, spanOf } from "./say.js";
import { shape, sign } from "./signs.js";
import { whistleRow } from "./whistles.js";

const ORDERS = ["urgency", "distance", "deadline"];
const OLD_MS = 60_000;
const ON_MAP = 300;
let order = "urgency";

export function tasks() {
  const ground = el("div", { class: "tasks__map" });
  const stale = el("div", {});
  const list = el("section", { class: "card-top tasks__list" });
  const orders = el("div", { class: "segments", role: "group", "aria-label": words("order") });
  const node = el("div", { class: "tasks" }, stale, ground, list, orders);
  let map = null;
  let placed = null;

  function draw() {
    const all = matters.tasks(order);
    const { late, soon } = tally(all);
    const none = !all.length && !matters.whistles.length && matters.at;
    node.classList.toggle("is-empty", Boolean(none));
    put(stale, staleNote());
    put(list, whistles(), none ? nothing() : [
      el("header", { class: "home__tally" }, el("h1", {}, words("tasks_today", { n: all.length })), el("span", {}, late ? el("b", { class: "due--late" }, words("n_late", { n: late })) : null, soon ? el("b", { class: "due--soon" }, words("n_soon", { n: soon })) : null)),
      ...rows(all)]);
    orders.hidden = all.length < 2;
    put(orders, ORDERS.map((name) => el("button", { type: "button", "aria-pressed": String(name === order), onclick: () => { order = name; draw(); } }, words(`order_${name}`))));
    drawMap(all);
  }

  function drawMap(all) {
    if (!map) return;
    map.showMe(position.fix, { circle: false });
    map.showTasks(all.slice(0, ON_MAP), serverNow(), (number) => go(`task/${encodeURIComponent(number)}`));
    const [first] = all;
    map.showWay(position.fix, first?.geometry?.coordinates, far(first?.metres));
    const points = all.slice(0, 6).filter(({ geometry }) => geometry).map(({ geometry }) => geometry.coordinates);
    if (position.fix && points.length && first.metres < 20_000) points.push([position.fix.lon, position.fix.lat]);
    const print = points.map((point) => point.map((n) => n.toFixed(4)).join()).join(";");
    if (print === placed) return;
    placed = print;
    if (points.length) map.fit({ type: "MultiPoint", coordinates: points }, { padding: [36, 36], maxZoom: 17.5 });
    else map.fit(data.bounds);
  }

  function start() {
    map = new FieldMap(ground, { own: ownAreas().map(({ code }) => code), label: words("map_tasks") });
    draw();
  }

  const sources = [matters, position];
  for (const source of sources) source.addEventListener("change", draw);
  return { node, start, close() { for (const source of sources) source.removeEventListener("change", draw); map?.close(); } };
}

/** What one is called for, and what one has called others for. */
function whistles() {
  if (!matters.whistles.length) return null;
  return el("section", { class: "tasks__whistles" }, el("h2", { class: "queue__head" }, words("whistles_n", { n: matters.whistles.length })), matters.whistles.map(whistleRow));
}

function rows(all) {
  if (matters.at && !all.length) return [el("p", { class: "quiet pad" }, words(data.me.unit ? "no_tasks_unit" : "no_tasks"))];
  if (matters.at) return all.map((task, i) => taskRow(task, { isChosen: i === 0 }));
  return [matters.error ? el("p", { class: "quiet pad" }, messageOf(matters.error)) : skeleton(9)];
}

/** How old what is shown is, where nothing newer can be had. */
function staleNote() {
  if (!matters.error || !matters.at) return null;
  const age = Date.now() - matters.at;
  return el("div", { class: "note note--amber note--top" }, sign("clock"),
    el("span", {}, el("b", {}, age < OLD_MS ? words("tasks_just") : words("tasks_old", { span: spanOf(age) })), el("small", {}, words("tasks_retry", { n: matters.tries }))),
    el("button", { type: "button", class: "link", onclick: () => matters.load() }, words("retry")));
}

function nothing() {
  const done = outbox.of("sent").filter(({ name, answered }) => name === "finish" && isToday(new Date(answered).toISOString())).length;
  return el("div", { class: "nothing" }, el("div", { class: "nothing__marks", "aria-hidden": "true" }, Array.from({ length: 5 }, () => shape("done", "", 30))),
    el("h1", {}, words(data.me.posts.length || data.me.unit ? (done ? "all_done" : "no_tasks_title") : "no_posts_title")),
    el("p", {}, data.me.unit ? words("no_tasks_unit") : data.me.posts.length ? [done ? words("all_done_hint", { n: done }) : null, words("no_tasks_hint")].filter(Boolean).join(" ") : words("no_posts_hint")),
    data.may.report ? act(words("report"), "camera", startReport) : null);
}
