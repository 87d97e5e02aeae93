// Puts the desk together: queues and list at the left, the matter in hand, the map beside it, one stream for all.

import { get, setBase } from "../api.js";
import { put } from "../dom.js";
import { clock, day, serverNow, setClock, setLocale } from "../format.js";
import { icon } from "../icons.js";
import { leaveToSignIn } from "../signed_out.js";
import { setTexts, t } from "../texts.js";
import { startTicking } from "../map/due.js";
import { Live } from "../map/live.js";
import { face } from "../map/panel_area.js";
import { Bulk } from "./bulk.js";
import { DeskMap } from "./desk_map.js";
import { filters } from "./filters.js";
import { follow, note } from "./follow.js";
import { help, keys } from "./keys.js";
import { QueueList } from "./list.js";
import { Matter } from "./matter.js";
import { Queues } from "./queues.js";
import { DeskState, NARROWING } from "./state.js";
import { startTicks } from "./ticking.js";
import { Whistles } from "./whistles.js";

const WIDE = window.matchMedia("(min-width: 768px)"); // where the matter does not cover the list
const part = (name) => document.querySelector(`[data-part="${name}"]`);

function start() {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  setTexts(page.texts);
  setLocale(page.timezone, document.documentElement.lang);
  setClock(page.now);
  setBase(page.endpoints?.api);
  window.addEventListener("hashchange", () => window.location.reload());
  window.addEventListener("gridmap:signed-out", (event) => leaveToSignIn(event.detail?.code));
  const parts = together(page);
  chrome(page.me, parts.state);
  follow(parts, part);
  begin(parts);
}

function together(page) {
  const me = page.me || {};
  const state = new DeskState(window.location.hash, page.queues);
  const deskMap = new DeskMap(window.gridmapMap, page, (number) => state.set({ at: number }));
  const shared = { state, me, units: page.units, map: deskMap.map, net: deskMap.net };
  const queues = new Queues(part("queues"), { names: page.queues, state });
  const list = new QueueList(part("list"), { state, queues });
  const matter = new Matter(part("matter-body"), part("actions"), shared);
  const bulk = new Bulk(part("bulk"), { ...shared, list });
  const live = new Live(page.endpoints?.stream || "/api/v1/stream", page.stream_at);
  const search = part("search").querySelector("input");
  new Whistles(part("whistles"), { state, queues });
  filters(part("filters"), part("search"), { state, list, areas: page.areas });
  keys({ state, list, matter, bulk, queues, search, dialog: part("keys-dialog") });
  part("keys").addEventListener("click", () => help(part("keys-dialog")));
  const parts = { state, deskMap, queues, list, matter, bulk, live };
  linked(parts);
  return parts;
}

/** Whatever one of them does that the others have to know. */
function linked({ state, deskMap, queues, list, matter, bulk }) {
  matter.addEventListener("shown", ({ detail }) => deskMap.show(detail));
  matter.addEventListener("closed", () => deskMap.clear());
  list.addEventListener("loaded", () => list.remember());
  openFirst({ state, list });
  matter.addEventListener("acted", ({ detail: { number } }) => after([number]));
  bulk.addEventListener("done", ({ detail: { numbers } }) => after(numbers));
  state.on(["q"], () => elsewhere({ state, list }));

  /** One's own doing: the next matter comes into one's hands where this one has left the queue. */
  async function after(numbers) {
    for (const number of numbers) list.own.add(number);
    list.remember();
    await Promise.all([queues.load(), list.load()]);
    if (!numbers.includes(state.at)) return;
    if (list.at(state.at) !== -1) await matter.refresh();
    else {
      state.set({ at: list.nextAfter() });
      if (state.at) list.focus(state.at);
      else list.node.focus();
    }
  }
}

/** A queue that is chosen or narrowed has its most urgent matter in hand at once; who puts it down has nothing in hand. */
function openFirst({ state, list }) {
  let isWanted = !state.at;
  state.on(["queue", ...NARROWING], () => { isWanted = !state.at; });
  state.on(["at"], () => { if (state.at) isWanted = false; });
  list.addEventListener("loaded", () => {
    if (!isWanted || list.phase !== "ready" || !list.features.length || !WIDE.matches) return;
    state.set({ at: list.features[0].id });
    const { activeElement: on } = document;
    if (!on || on === document.body || on.closest(".desk-queues, .desk-search, .desk-rows")) list.focus(state.at);
  });
}

/** A number that is in no row of this queue is looked for everywhere. */
async function elsewhere({ state, list }) {
  const { q } = state;
  if (!/\d{3}/.test(q)) return;
  await new Promise((resolve) => { list.addEventListener("loaded", resolve, { once: true }); });
  if (list.features.length || state.q !== q) return;
  const { features } = await get("/issues", { q, limit: 1 }).catch(() => ({ features: [] }));
  if (!features.length || state.q !== q) return;
  state.set({ at: features[0].id });
  part("matter").focus();
  note(part("note"), t("desk.found_elsewhere"));
}

function chrome(me, state) {
  for (const node of document.querySelectorAll("[data-icon]")) node.append(icon(node.dataset.icon));
  part("me")?.append(me.name ? face({ person: me }) : icon("person"));
  part("language")?.addEventListener("click", (event) => { event.currentTarget.hash = window.location.hash; });
  const link = () => { const map = part("to-map"); if (map) map.hash = state.at ? `#at=issue:${state.at}` : ""; };
  state.on(["at"], link);
  link();
  const say = () => put(part("clock"), `${day(serverNow()).slice(5)}  ${clock(serverNow())}`);
  say();
  setInterval(say, 5000);
}

async function begin({ state, queues, list, matter, live }) {
  startTicking();
  startTicks();
  live.start();
  matter.open();
  await queues.load();
  if (!state.hasQueue && queues.busiest !== state.queue) state.set({ queue: queues.busiest });
  else list.load();
}

start();
