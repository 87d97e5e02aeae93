// After sending: the number large, which cell and why, who, by when, and what comes next; or that it waits on this phone.

import { el, put } from "../dom.js";
import { clock, percent, serverNow } from "../format.js";
import { failure } from "../states.js";
import { t, tOr } from "../texts.js";
import { bestOf } from "../map/why.js";
import { ownAreas } from "./around.js";
import { startReport } from "./begin.js";
import { act, side } from "./bits.js";
import { FieldMap } from "./drawing.js";
import { matters } from "./matters.js";
import { sessionEnded } from "./entry.js";
import * as keep from "./keep.js";
import { outbox } from "./outbox.js";
import { go, toast, words } from "./page.js";
import { clockOf, far, moment, shortNumber, timeLeft } from "./say.js";
import { sign } from "./signs.js";

export function sent(id) {
  const body = el("div", { class: "sent__body" });
  const node = el("div", { class: "sent" }, body, el("div", { class: "bar" }, side(words("to_home"), null, () => go("home")), act(words("report_again"), "camera", startReport)));
  let map = null;
  let print = "";

  async function draw() {
    const item = outbox.items.find((one) => one.id === id) || (await keep.item(id));
    if (!item) { put(body, failure({ code: "issue_not_found" }, () => go("home"))); return; }
    if (item.phase === "refused") { go("queue", { replace: true }); return; }
    const known = matters.find(item.number)?.properties.status; // newer than the answer to sending it
    const now = [known, item.phase, item.number, item.steps.filter(({ done }) => done).length, Math.round((item.progress || 0) * 20), Boolean(outbox.goneSince), sessionEnded()].join();
    if (now === print) return;
    print = now;
    map?.close();
    map = null;
    const p = item.answer?.properties;
    put(body, head(item), ...(p && item.kind === "report" ? details(item, { ...p, status: known || p.status }) : waitingWords(item)));
    const ground = body.querySelector(".sent__map");
    if (ground) map = drawMap(ground, item);
  }

  draw();
  const sources = [outbox, matters];
  for (const source of sources) source.addEventListener("change", draw);
  return { node, close() { for (const source of sources) source.removeEventListener("change", draw); map?.close(); } };
}

function head(item) {
  const photos = item.steps.filter(({ kind }) => kind === "photo");
  const arrived = photos.filter(({ done }) => done).length;
  const all = photos.length ? words(arrived === photos.length ? "photos_arrived" : "photos_arriving", { n: arrived, all: photos.length }) : words("without_photos");
  if (!item.number || (item.kind === "act" && item.phase !== "sent")) {
    const isOut = sessionEnded();
    const isGone = isOut || Boolean(outbox.goneSince);
    return el("header", { class: `sent__head sent__head--${isGone ? "waiting" : "sending"}` }, el("p", { class: "sent__line" }, sign(isGone ? "disk" : "cloud", 28), el("b", {}, words(isGone ? "kept_here" : "sending"))),
      el("p", {}, words(isOut ? "kept_here_sign_in" : isGone ? "kept_here_hint" : "sending_hint")));
  }
  const at = item.answer?.properties?.reported_at;
  return el("header", { class: "sent__head" },
    el("p", { class: "sent__line", role: "status" }, sign("check", 28), el("b", {}, words(item.kind === "report" ? "sent" : "added")), el("span", {}, [at ? clock(at) : clockOf(item.answered || serverNow().getTime()), all].join(" · "))),
    el("div", { class: "sent__number" }, el("strong", { dataset: { part: "number" } }, shortNumber(item.number)), el("button", { type: "button", class: "round", "aria-label": words("copy_number"), onclick: () => copy(item.number) }, sign("copy"))),
    el("p", {}, item.number));
}

async function copy(number) {
  try {
    await navigator.clipboard.writeText(number);
    toast(words("copied"));
  } catch {
    toast(number, { lasts: 8000 });
  }
}

function waitingWords(item) {
  const where = item.place && (item.place.why?.candidates?.find(({ code }) => code === item.choice)?.name || item.place.why?.cell?.name || words("cell_unknown"));
  return [item.place ? el("div", { class: "sent__map" }) : null, el("div", { class: "pad" }, el("h2", {}, item.categoryName), where ? el("p", {}, where) : null, ownPart(item), el("p", { class: "quiet" }, words("ids_hint")), item.kind === "act" ? el("a", { class: "link", href: `#/task/${encodeURIComponent(item.number)}` }, words("near_look")) : null)];
}

function details(item, p) {
  const { cell } = p;
  const why = p.why || {};
  const choice = item.choice ? words("you_chose") : item.place?.unsure ? words("community_decides") : null;
  const margin = why.margin_m !== null && why.margin_m !== undefined ? words("margin", { metres: far(why.margin_m) }) : null;
  const owner = p.assignment?.owner;
  const handler = p.assignment?.handler;
  return [
    el("div", { class: "sent__map" }),
    el("details", { class: "sent__why" }, el("summary", {}, el("span", {}, el("b", {}, cell?.name || words("place_outside")), el("small", {}, [choice, margin || (cell ? null : words("outside_hint"))].filter(Boolean).join(" · "))), el("em", {}, words("why"))), whyBody(why)),
    ...people(owner, handler),
    dueBar(p), stages(p.status), ownPart(item),
  ];
}

function whyBody({ candidates = [], cell, rule, sent: place, nearest }) {
  const shown = bestOf(candidates, cell);
  return el("div", { class: "why-body" },
    shown.length ? el("ul", {}, shown.map(({ code, name, share }) => el("li", {}, el("span", {}, code ? name : words("place_outside")), el("b", {}, percent(share))))) : null,
    candidates.length > shown.length ? el("p", {}, t("panel.more_cells", { n: candidates.length - shown.length })) : null,
    nearest ? el("p", {}, words("outside_nearest", { name: nearest.name, metres: far(nearest.distance_m) })) : null,
    rule ? el("p", {}, tOr(`rule.${rule}`, rule)) : null,
    place ? el("p", {}, place.accuracy_m === null ? words("manual") : words("accuracy_short", { n: Math.round(place.accuracy_m) })) : null);
}

/** One's own words and photos once more: they have arrived as they were meant. */
function ownPart({ words: said, steps }) {
  const photos = steps.filter(({ small }) => small);
  if (!said && !photos.length) return null;
  return el("section", { class: "sent__own" }, said ? el("p", { class: "sent__words" }, said) : null,
    photos.length ? el("div", { class: "sent__photos" }, photos.map(({ small: src }) => el("img", { src, alt: words("photos"), loading: "lazy" }))) : null);
}

/** Who answers for it, and who handles it where that is somebody else. */
function people(owner, handler) {
  if (!handler?.person || handler.person.id === owner?.person?.id) return [person(owner, words("waits_for"))];
  return [person(owner, words("answers_for")), person(handler, words("waits_for"))];
}

function person(part, said) {
  if (!part) return null;
  const name = part.person?.name;
  return el("div", { class: "sent__person" }, el("span", { class: "face", "aria-hidden": "true" }, name ? name.slice(0, 1) : "?"),
    el("span", {}, el("b", {}, name || words("nobody")), " ", part.role_name, el("small", {}, name ? said : words("nobody_hint"))));
}

/** From now to the deadline as a bar that fills as time goes. */
function dueBar({ due_at: due, reported_at: from }) {
  if (!due) return null;
  const share = Math.min(Math.max((serverNow() - new Date(from)) / (new Date(due) - new Date(from)), 0), 1);
  return el("div", { class: "sent__due" }, el("p", {}, el("b", {}, words("due_by", { moment: moment(due) })), el("span", {}, timeLeft(due))),
    el("div", { class: "due-bar", "aria-hidden": "true" }, el("i", { css: { width: `${share * 100}%` } })), el("p", { class: "due-bar__ends" }, el("span", {}, words("now")), el("span", {}, clock(due))));
}

const STEPS = ["reported", "accepted", "handled", "verified", "closed"];
/** How many of the steps are behind a matter in each state; while it stands still, or was dropped, its own word says so. */
const DONE = { received: 1, reported: 1, accepted: 2, dispatched: 2, handling: 2, handled: 3, verified: 4, closed: 5, rated: 5, suspended: 2 };

/** Where a matter stands on its way, as dots with words. */
export function stages(status) {
  const isOut = DONE[status] === undefined;
  const done = isOut ? 2 : DONE[status];
  const names = isOut ? ["reported", status] : STEPS.map((name, i) => (i === 2 && status === "suspended" ? status : name));
  return el("ol", { class: "stages", "aria-label": words("stages") }, names.map((name, i) => el("li", { class: i < done ? "is-done" : i === done ? "is-now" : "", "aria-current": i === done ? "step" : null }, el("i", {}), el("span", {}, tOr(`field.stage_${name}`, name)))));
}

function drawMap(ground, { place, answer }) {
  const cell = answer?.properties.cell?.code || place.why?.cell?.code;
  const map = new FieldMap(ground, { own: cell ? [cell] : ownAreas().map(({ code }) => code), still: true, label: words("map_place") });
  const at = answer?.geometry?.coordinates || [place.lon, place.lat];
  map.goTo(at, 17.5);
  map.showPin(at);
  return map;
}
