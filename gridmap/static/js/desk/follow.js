// Keeps the desk in step with what happens: counts, list and matter follow the stream, and a server that went comes back.

import { put } from "../dom.js";
import { clock } from "../format.js";
import { t } from "../texts.js";
import { goneWords } from "./matter.js";

const SETTLE_MS = 250;
const RETRY_MS = 20_000;
const NOTE_MS = 6000;
const COUNT_EVERY_MS = 60_000; // what passes its deadline is told by nobody

/** `parts`: {live, queues, list, matter, deskMap, state}; `node(name)`: a part of the page by name. */
export function follow(parts, node) {
  const { live, queues, list, matter, deskMap, state } = parts;
  const waiting = new Map();
  let timer = null;
  const settle = async () => {
    timer = null;
    const touched = [...waiting.keys()];
    list.remember();
    await Promise.all([queues.load(), list.refresh(touched), touched.includes(state.at) ? matter.refresh() : null]);
  };
  const everything = () => Promise.all([queues.load(), list.load(), matter.refresh()]);
  const soon = (number, data) => { waiting.set(number, data); timer ||= setTimeout(() => settle().finally(() => waiting.clear()), SETTLE_MS); };
  const react = {
    issue: (data) => soon(data.number, data), gone: (data) => soon(data.number, data), tiles: ({ set }) => deskMap.renew(set),
    areas: everything, imported: everything, reset: everything,
    "signed-out": () => window.dispatchEvent(new Event("gridmap:signed-out")),
  };
  live.addEventListener("message", ({ detail: { kind, data } }) => react[kind]?.(data));
  live.addEventListener("link", () => connection(node, live));
  list.addEventListener("gone", ({ detail: { features } }) => note(node("note"), goneWords(features, waiting.get(features[0].id)?.status)));
  list.addEventListener("gone", ({ detail: { features } }) => {
    if (features.some(({ id }) => id === state.at)) matter.tell(goneWords(features.filter(({ id }) => id === state.at), waiting.get(state.at)?.status));
  });
  const recover = () => {
    if (queues.error) queues.load();
    if (list.error) list.load();
    matter.recover();
  };
  live.addEventListener("link", () => { if (!live.goneSince) recover(); });
  window.addEventListener("online", recover);
  setInterval(recover, RETRY_MS);
  setInterval(() => { if (!live.goneSince) queues.load(); }, COUNT_EVERY_MS);
  connection(node, live);
}

/** A quiet line above the list, which goes by itself. */
export function note(node, words) {
  node.hidden = false;
  put(node, words);
  clearTimeout(note.timer);
  note.timer = setTimeout(() => { node.hidden = true; }, NOTE_MS);
}

function connection(node, { goneSince }) {
  const banner = node("connection");
  banner.hidden = !goneSince;
  if (goneSince) put(banner, t("map.link_gone", { clock: clock(goneSince) }));
  put(node("live"), goneSince ? t("desk.not_live") : t("desk.live"));
  node("live").classList.toggle("is-gone", Boolean(goneSince));
}
