// Keeps the page in step with what happens: events of the stream, deadlines that pass, a server that went and came back.

import { el, put } from "../dom.js";
import { clock } from "../format.js";
import { t } from "../texts.js";
import { sayAgain } from "./due.js";

const SETTLE_MS = 250; // a burst of changes is one
const MOST_SINGLE = 25; // more at once: load everything anew instead of one by one
const AREA_EVERY_MS = 30_000; // what only an area's whole answer has
const RETRY_MS = 20_000;

/** `parts`: {live, counts, matters, list, panel, rail, heat, net, buildings, ground}; `node(name)`: a part of the page by name. */
export function follow({ live, counts, matters, list, panel, rail, heat, net, buildings, ground }, node) {
  const waiting = new Set();
  let timer = null;
  let areaTimer = null;

  const settle = async () => {
    timer = null;
    const numbers = [...waiting];
    waiting.clear();
    areaTimer ||= setTimeout(() => { areaTimer = null; rail.refresh(); }, AREA_EVERY_MS);
    await Promise.all([counts.load(), matters.refresh(numbers, MOST_SINGLE), list.load(), panel.touched(numbers)]);
    heat.soon();
  };
  const soon = () => { timer ||= setTimeout(settle, SETTLE_MS); };
  const everything = () => Promise.all([counts.load(), matters.load(), list.load(), panel.refresh(), rail.refresh()]);
  const react = {
    issue: ({ number }) => { waiting.add(number); soon(); },
    gone: ({ number }) => { waiting.add(number); matters.remove(number); soon(); },
    tiles: ({ set }) => { ({ areas: net, buildings, ground })[set]?.source.open(); },
    areas: everything,
    imported: everything,
    reset: everything,
    "signed-out": () => window.dispatchEvent(new Event("gridmap:signed-out")),
  };
  live.addEventListener("message", ({ detail: { kind, data } }) => react[kind]?.(data));
  live.addEventListener("link", () => connection(node("connection"), live));
  counts.addEventListener("passed", () => { sayAgain(); matters.load(); list.load(); panel.refresh(); });
  net.addEventListener("areas", () => matters.soon());
  recovery({ live, counts, matters, list, panel, rail, heat });
}

/** What failed is loaded again as soon as the server can be reached, and now and then while it cannot. */
function recovery({ live, counts, matters, list, panel, rail, heat }) {
  const recover = () => {
    if (counts.error) counts.load();
    if (matters.error) matters.load();
    if (list.error) list.load();
    if (heat.phase === "error") heat.soon();
    rail.recover();
    panel.recover();
  };
  live.addEventListener("link", () => { if (!live.goneSince) recover(); });
  window.addEventListener("online", recover);
  setInterval(recover, RETRY_MS);
}

/** An amber line while nothing new can arrive: since when, and that it is being tried. */
function connection(node, { goneSince }) {
  node.hidden = !goneSince;
  if (goneSince) put(node, el("span", {}, t("map.link_gone", { clock: clock(goneSince) })));
}

function notice(node, words, action, act) {
  node.hidden = false;
  put(node, el("span", {}, words), el("button", { type: "button", class: "button button--plain", onclick: act }, action));
}
