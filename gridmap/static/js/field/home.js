// The first screen: my cell and who leads it, where I stand in it, today's tasks, and one large button.

import { el, put } from "../dom.js";
import { serverNow } from "../format.js";
import { skeleton } from "../states.js";
import { about, cellAt, cellsIn, locate, ownAreas } from "./around.js";
import { accuracyBadge, taskRow } from "./bits.js";
import { startReport } from "./begin.js";
import { FieldMap } from "./drawing.js";
import { hasContent, shareOf } from "./drafts.js";
import { matters, tally } from "./matters.js";
import { outbox } from "./outbox.js";
import { data, go, strong, words } from "./page.js";
import { position } from "./position.js";
import { clockOf } from "./say.js";
import { metres } from "./sides.js";
import { sign } from "./signs.js";
import { whistleRow } from "./whistles.js";

const SHOWN = 2;
const GOOD_M = 50; // beyond this a cell is named only where it is nearly certain
const CERTAIN = 0.9;
const ASK_AGAIN_M = 15;
const BADGES_PX = 112;
const ON_MAP = 5; // more would hide the ground; the map has them all

/** The screen; `close` when it is left. */
export function home() {
  const own = ownAreas();
  const area = here(own);
  const head = el("header", { class: "home__head" });
  const badges = el("div", { class: "badges" });
  const ground = el("div", { class: "home__map" });
  const list = el("section", { class: "card-top home__tasks", "aria-live": "polite" });
  const node = el("div", { class: "home" }, head, el("div", { class: "home__ground" }, ground, badges), list, data.may.report ? bigButton() : null);
  let map = null;
  let stood = null; // the fix last asked about, with its answer

  function drawHead() {
    put(head, heading(area, own));
  }

  function drawList() {
    const tasks = matters.tasks();
    const { late, soon } = tally(tasks);
    put(list, whistleRows(),
      el("a", { class: "home__tally", href: "#/tasks" }, el("h2", {}, words("tasks_today", { n: tasks.length })),
        el("span", {}, late ? el("b", { class: "due--late" }, words("n_late", { n: late })) : null, soon ? el("b", { class: "due--soon" }, words("n_soon", { n: soon })) : null, sign("chevron"))),
      listBody(tasks));
    map?.showTasks(tasks.slice(0, ON_MAP), serverNow(), (number) => go(`task/${encodeURIComponent(number)}`));
  }

  function drawPlace() {
    put(badges, accuracyBadge({ more: position.fix ? standing(own, stood?.why) : null }), syncBadge());
    map?.showMe(position.fix, { circle: true });
    askWhere();
  }

  /** Where a fix lies, asked once for each that says something new. */
  async function askWhere() {
    const { fix } = position;
    if (!fix || (stood && metres([stood.lon, stood.lat], [fix.lon, fix.lat]) < ASK_AGAIN_M && Math.abs(stood.accuracy_m - fix.accuracy_m) < ASK_AGAIN_M)) return;
    const asked = { ...fix, why: undefined };
    stood = asked;
    asked.why = await locate(fix).catch(() => null);
    if (stood === asked) drawPlace();
  }

  async function drawMap() {
    map = new FieldMap(ground, { own: own.map(({ code }) => code), still: true, label: words("map_of", { name: area?.name || "" }) });
    map.fit(data.bounds);
    if (area) {
      const { geometry } = await about(area.code);
      if (map.isClosed) return;
      if (geometry) map.fit(geometry, { padding: [12, 12], above: BADGES_PX });
      else if (position.fix) map.goTo([position.fix.lon, position.fix.lat], 16);
    }
    await cellsIn(data.bounds).catch(() => {});
    drawList();
    drawPlace();
  }

  ground.addEventListener("click", ({ target }) => { if (!target.closest(".task-mark")) go("map"); });
  drawHead();
  if (area) about(area.code).then((known) => put(head, heading(area, own, known)));
  drawList();
  drawPlace();
  const listeners = [[matters, drawList], [position, drawPlace], [position, drawList], [outbox, drawPlace]];
  for (const [source, act] of listeners) source.addEventListener("change", act);
  return { node, start: drawMap, close() { for (const [source, act] of listeners) source.removeEventListener("change", act); map?.close(); map = { isClosed: true, showTasks() {}, showMe() {} }; } };
}

/** Of my areas, the one I stand in, else the first. */
function here(own) {
  const { fix } = position;
  const cell = fix && cellAt(fix.lon, fix.lat);
  return own.find(({ code }) => cell?.id.startsWith(code)) || own[0] || null;
}

function heading(area, own, known) {
  if (!area) return el("div", {}, el("h1", {}, data.me.name), el("p", {}, words(data.me.unit ? "unit_account" : "no_posts")));
  const leader = known && area.level === "grid" ? (known.name ? words("leader", { name: known.name }) : known.vacant ? words("leader_vacant") : null) : area.roleName;
  const rest = own.length > 1 ? words(area.level === "grid" ? "of_cells" : "of_areas", { n: own.length }) : null;
  return el("div", {}, el("h1", {}, area.name), el("p", {}, [area.level === "grid" ? known?.parent : null, leader, rest].filter(Boolean).join(" · ")));
}

/** Where one stands in words; `why`: the server's answer, undefined while it is awaited, null where nothing is known. */
function standing(own, why) {
  const { lon, lat, accuracy_m: accuracyM } = position.fix;
  const kept = cellAt(lon, lat);
  const cell = why?.cell || (kept && { code: kept.id, name: kept.properties.name });
  if (accuracyM > GOOD_M && (!why || why.offline || shareOf(why) < CERTAIN)) return words("stand_coarse");
  if (!cell) return words(why === undefined ? "place_asking" : why && ["outside", "near"].includes(why.status) ? "stand_outside" : "stand_nowhere");
  if (!own.some(({ code }) => cell.code.startsWith(code))) return own.length ? words("stand_other", { name: cell.name }) : words("stand_in", { name: cell.name });
  return own[0].level === "grid" ? words("stand_own") : words("stand_in", { name: cell.name });
}

function syncBadge() {
  const n = outbox.waiting.length;
  const at = matters.at ? words("synced", { clock: clockOf(matters.at + (serverNow() - Date.now())) }) : words("not_synced");
  return el("a", { class: "badge badge--plain", href: "#/queue" }, sign("cloud", 20), el("span", {}, el("b", {}, n ? words("waiting_n", { n }) : words("nothing_waits")), el("small", {}, at)));
}

/** Whistles come before everything: the one to answer first, and how many more. */
function whistleRows() {
  const [first, ...rest] = matters.whistles;
  if (!first) return null;
  return [whistleRow(first), rest.length ? el("a", { class: "task task--more", href: "#/tasks" }, words("whistles_more", { n: rest.length }), sign("chevron", 20)) : null];
}

function listBody(tasks) {
  if (!tasks.length && !matters.at) return matters.error ? el("p", { class: "quiet pad" }, words("tasks_not_loaded")) : skeleton(4);
  if (!tasks.length) return el("p", { class: "quiet pad" }, data.me.posts.length ? words("no_tasks") : words(data.me.unit ? "no_tasks_unit" : "no_posts_hint"));
  return tasks.slice(0, strong.on || matters.whistles.length ? 1 : SHOWN).map((task) => taskRow(task));
}

function bigButton() {
  const open = outbox.of("draft").filter(hasContent).sort((a, b) => a.touched - b.touched);
  const draft = open.at(-1);
  const said = open.length > 1 ? words("drafts_wait", { n: open.length }) : draft && words("draft_waits", { name: draft.categoryName || words("draft_nameless"), clock: clockOf(draft.created) });
  return el("div", { class: "home__act" },
    said ? el("a", { class: "home__draft", href: open.length > 1 ? "#/queue" : "#/report/words" }, sign("disk"), el("span", {}, said), sign("chevron")) : null,
    el("button", { type: "button", class: "big", dataset: { part: "report" }, onclick: startReport },
      el("span", { class: "big__line" }, sign("camera", 44), el("b", {}, words("report"))), el("small", {}, words("report_hint"))));
}
