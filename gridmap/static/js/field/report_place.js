// The card for the place: the pin on the map, how well it is known, which cell that is; where it is not sure, one tap decides.

import { el, put } from "../dom.js";
import { about, cellOf, cellsIn, ownAreas } from "./around.js";
import { accuracyBadge, act, side } from "./bits.js";
import { FieldMap } from "./drawing.js";
import { isCoarse, next } from "./drafts.js";
import { data, go, words } from "./page.js";
import { placing, walked } from "./placing.js";
import { grade, position } from "./position.js";
import { far, shortCell } from "./say.js";
import { moved, nearestBorder, opposite, wind } from "./sides.js";
import { sign } from "./signs.js";

const ZOOM = { good: 19, fair: 18, poor: 16.5 };
const MOST_CARDS = 4;

export function placeCard(draft, { body, setBar, redraw }) {
  const ground = el("div", { class: "place__map" });
  const badge = el("div", { class: "badges" });
  const under = el("p", { class: "place__under", role: "status" });
  const sheet = el("section", { class: "card-top place__sheet" });
  const again = el("button", { type: "button", class: "round", "aria-label": words("locate_again"), onclick: relocate }, sign("locate"));
  put(body, el("div", { class: "place__ground" }, ground, badge, under, again), sheet);
  const own = ownAreas().map(({ code }) => code);
  const map = new FieldMap(ground, { own, label: words("map_place") });
  let centred = null;

  async function relocate() {
    centred = null;
    if (!position.fix) position.again();
    await placing.release();
  }

  function draw() {
    const { place } = draft;
    put(badge, place?.how === "manual" ? manualBadge() : accuracyBadge());
    map.showMe(position.fix);
    if (place) {
      map.showPin([place.lon, place.lat], (to) => { centred = "by hand"; placing.put(to); });
      if (!centred) { map.goTo([place.lon, place.lat], ZOOM[grade(place.accuracy_m ?? 0)]); centred = "once"; cellsIn(around(map)).then(draw).catch(() => {}); }
    } else if (!centred) start();
    drawCells(isCoarse(place) ? null : place?.why);
    drawUnder(place?.why);
    standUnder();
    drawSheet(place);
    redraw();
  }

  /** No place yet: the map of one's own area to put the pin by hand. */
  function start() {
    map.fit(data.bounds);
    centred = position.trouble ? "area" : null;
    if (own[0]) about(own[0]).then(({ geometry }) => { if (!draft.place && geometry && !map.isClosed) map.fit(geometry); });
    if (position.trouble) map.map.once("click", ({ latlng }) => { if (!draft.place) placing.put([latlng.lng, latlng.lat]); });
  }

  function drawCells(why) {
    const here = draft.place && [draft.place.lon, draft.place.lat];
    map.showCandidates(why && here ? candidates(why, here, draft).map(({ to, isChosen, ...rest }) => ({
      ...rest, isChosen, isSouth: to[1] < -Math.abs(to[0]), name: shortCell(rest.name), at: why.status === "ambiguous" || why.status === "near" ? moved(here, to) : null })) : []);
  }

  async function drawUnder(why) {
    const cell = why?.candidates?.find(({ code }) => code && code === draft.choice) || why?.cell;
    under.hidden = !draft.place;
    if (isCoarse(draft.place)) put(under, words("place_coarse"));
    else if (!why) put(under, words("cell_asking"));
    else if (!cell) put(under, words(why.status === "unknown" ? "cell_unknown" : "cell_none"));
    else {
      const known = await about(cell.code);
      if (draft.place?.why !== why) return;
      put(under, known.name ? el("b", {}, known.name) : null, known.name ? " · " : "", cell.name, why.offline ? ` ${words("cell_guess")}` : "");
    }
  }

  /** The words under the pin go where the pin goes. */
  function standUnder() {
    if (!draft.place) return;
    const { x, y } = map.map.latLngToContainerPoint([draft.place.lat, draft.place.lon]);
    under.style.left = `${x}px`;
    under.style.top = `${y}px`;
  }

  function drawSheet(place) {
    const why = place?.why;
    const away = walked(draft);
    if (!place) noPlace();
    else if (away) askWhere(away, why);
    else if (isCoarse(place)) tooCoarse();
    else if (why && ["ambiguous", "near"].includes(why.status)) askWhich(why);
    else settle(place, why);
  }

  /** This phone has gone on since the place was found: the matter stays where it was unless somebody says so. */
  function askWhere(away, why) {
    put(sheet, el("h1", {}, words("walked_still", { metres: far(away) })), el("p", {}, why?.cell ? words("walked_hint", { name: why.cell.name }) : words("walked_hint_nameless")));
    setBar(side(words("walked_here"), "locate", relocate, { class: "side side--wide" }), act(words("walked_there"), "pin", () => placing.stay()));
  }

  function tooCoarse() {
    put(sheet, el("h1", {}, words("place_coarse_ask")), el("p", {}, words("place_coarse_hint")));
    setBar(side(words("place_here"), null, () => decide(null)), act(words("pin_middle"), "pin", pinInTheMiddle));
  }

  function pinInTheMiddle() {
    const at = map.map.getCenter();
    centred = "by hand";
    placing.put([at.lng, at.lat]);
  }

  /** A draft gone on with has no place of its own yet: where one stands now may be another. */
  function stillNone() {
    put(sheet, el("h1", {}, words("place_missing")), el("p", {}, words("place_resumed_hint")));
    setBar(side(words("walked_here"), "locate", relocate, { class: "side side--wide" }), act(words("pin_middle"), "pin", pinInTheMiddle));
  }

  function noPlace() {
    if (position.fix && placing.isResumed) { stillNone(); return; }
    const trouble = position.trouble || "waiting";
    put(sheet, el("h1", {}, words(position.trouble ? "no_place" : "place_waiting")), el("p", {}, words("no_place_hint")),
      position.trouble ? el("div", { class: "note" }, sign("gear"), el("span", {}, words(`no_place_${trouble}`)), el("button", { type: "button", class: "link", onclick: () => position.again() }, words("retry"))) : null);
    setBar(act(words("pin_middle"), "pin", pinInTheMiddle));
  }

  function settle(place, why) {
    const hint = place.how === "manual" ? words("place_manual_hint") : why?.status === "outside" ? outside(why) : place.accuracy_m > 50 ? words("place_poor_hint") : words("place_good_hint");
    put(sheet, el("h1", {}, why?.cell ? why.cell.name : words(why ? "place_outside" : "place_asking")), el("p", {}, hint),
      position.trouble && place.how === "manual" ? el("div", { class: "note" }, sign("gear"), el("span", {}, words(`no_place_${position.trouble}`)), el("button", { type: "button", class: "link", onclick: () => position.again() }, words("retry"))) : null);
    setBar(act(words("place_here"), "check", () => decide(null)));
  }

  function askWhich(why) {
    const list = asOnTheMap(candidates(why, [place().lon, place().lat], draft).slice(0, MOST_CARDS));
    put(sheet, el("h1", {}, words("which_side")), el("p", {}, why.margin_m === null ? words("which_near") : words("which_hint", { metres: far(why.margin_m) })),
      el("div", { class: "sides" }, list.map((one) => sideCard(one))));
    setBar(side(words("unsure"), null, () => decide(null, true), { class: "side side--wide" }));
  }

  function sideCard({ code, name, share, side: at, isChosen, isHere }) {
    const leader = el("small", {}, "");
    about(code).then((known) => { leader.textContent = known.name ? words("leader", { name: known.name }) : known.vacant ? words("leader_vacant") : ""; });
    return el("button", { type: "button", class: `side-card${isChosen ? " is-chosen" : ""}${isHere ? " is-here" : ""}`, dataset: { cell: code }, "aria-pressed": String(isChosen), onclick: () => decide(code) },
      el("span", { class: "side-card__head" }, el("b", {}, words(`side_${at}`)), el("strong", {}, `${Math.round(share * 100)}%`)),
      el("span", {}, name), leader, isHere ? el("em", {}, words("pin_here")) : null);
  }

  const place = () => draft.place;

  async function decide(choice, unsure = false) {
    await placing.confirm(choice, { unsure });
    go(`report/${next(draft, "place")}`);
  }

  draw();
  map.map.on("move zoom resize", standUnder);
  placing.addEventListener("change", draw);
  return { close() { placing.removeEventListener("change", draw); map.close(); } };
}

function manualBadge() {
  return el("div", { class: "badge badge--manual" }, sign("pin", 20), el("span", {}, el("b", {}, words("manual")), el("small", {}, words("manual_hint"))));
}

function outside({ nearest }) {
  return nearest ? words("outside_nearest", { name: nearest.name, metres: far(nearest.distance_m) }) : words("outside_hint");
}

function around({ map }) {
  const bounds = map.getBounds().pad(0.3);
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
}

/** Cards as they lie on the map: west left, east right; where one is above the other the northern first. */
function asOnTheMap(list) {
  if (list.length < 2) return list;
  const [one, other] = list;
  const isAbove = list.length === 2 && Math.abs(one.to[0] - other.to[0]) < Math.abs(one.to[1] - other.to[1]) / 2;
  return [...list].sort((a, b) => (isAbove ? b.to[1] - a.to[1] : a.to[0] - b.to[0]));
}

/** The cells a place could be in, with the side each lies on, seen from the pin; nothing in doubt: its one cell. */
function candidates(why, here, { choice, place }) {
  const named = (why.candidates || []).filter(({ code }) => code);
  const list = named.length ? named : why.cell ? [{ ...why.cell, share: 1 }] : [];
  const reach = place.accuracy_m || 20;
  const borders = new Map(list.map(({ code }) => [code, cellOf(code)?.geometry]).filter(([, shape]) => shape).map(([code, shape]) => [code, nearestBorder(here, shape)]));
  const rival = list.find(({ code }) => code !== why.cell?.code && borders.has(code));
  const away = rival ? borders.get(rival.code).at : [0, 1];
  return list.map((one) => {
    const isHere = one.code === why.cell?.code;
    const at = isHere ? [-away[0], -away[1]] : borders.get(one.code)?.at || [0, 1];
    const length = Math.hypot(...at) || 1;
    const step = reach * 1.35;
    return { ...one, feature: cellOf(one.code), isHere, isChosen: choice ? choice === one.code : isHere,
      side: isHere && rival ? opposite(wind(away)) : wind(at), to: [(at[0] / length) * step, (at[1] / length) * step] };
  });
}
