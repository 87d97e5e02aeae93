// Puts the leader's map together: folium's map and layers on one side, our rail, panel and live stream on the other.

import { setBase } from "../api.js";
import { put } from "../dom.js";
import { noteFirstPicture } from "../first_picture.js";
import { setClock, setLocale } from "../format.js";
import { icon } from "../icons.js";
import { leaveToSignIn } from "../signed_out.js";
import { setTexts, t } from "../texts.js";
import { BaseMap } from "../base_map.js";
import { Ground } from "../ground.js";
import { BaseChoice } from "./base_choice.js";
import { Buildings } from "./buildings.js";
import { Cells } from "./cells.js";
import { Chips } from "./chips.js";
import { ChosenPlace } from "./chosen_place.js";
import { City } from "./city.js";
import { Counts } from "./counts.js";
import { startTicking } from "./due.js";
import { follow } from "./follow.js";
import { Heat } from "./heat.js";
import { HeatBar } from "./heat_bar.js";
import { IssueLayer } from "./issue_layer.js";
import { Matters } from "./issues.js";
import { keys } from "./keys.js";
import { Labels } from "./labels.js";
import { Layers } from "./layers.js";
import { Legend } from "./legend.js";
import { Levels } from "./levels.js";
import { List } from "./list.js";
import { Live } from "./live.js";
import { Net } from "./net.js";
import { Panel } from "./panel.js";
import { face } from "./panel_area.js";
import { Rail } from "./rail.js";
import { Search } from "./search.js";
import { selection } from "./selection.js";
import { Shading } from "./shading.js";
import { Sharing } from "./sharing.js";
import { Sheet } from "./sheet.js";
import { ViewState } from "./state.js";
import { Staff } from "./staff.js";
import { Surroundings } from "./surroundings.js";
import { showWhole } from "./view.js";

const L = window.L;
const part = (name) => document.querySelector(`[data-part="${name}"]`);

function start() {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  setTexts(page.texts);
  setLocale(page.timezone, document.documentElement.lang);
  setClock(page.now);
  setBase(page.endpoints?.api);
  // Our own changes of the address do not come here: this is another link, opened in the same tab.
  window.addEventListener("hashchange", () => window.location.reload());
  window.addEventListener("gridmap:signed-out", (event) => leaveToSignIn(event.detail?.code));
  const parts = together(page);
  const goHome = (animate) => showWhole(parts.map, page.bounds, part("legend"), animate);
  controls(parts.map, parts.me);
  toDesk(parts.state);
  document.body.dataset.mode = parts.state.mode; // what lies over the map then is part of what the camera fits in
  camera(parts.map, parts.state, () => goHome(false));
  parts.net.look();
  modes(parts.state, parts);
  selection({ ...parts, units: page.units });
  keys(parts);
  follow(parts, part);
  window.addEventListener("gridmap:matter", (event) => { event.preventDefault(); parts.state.set({ selected: { kind: "issue", id: event.detail.number } }); });
  begin(parts);
}

/** Everything of the page, each knowing only what it needs. */
function together(page) {
  const { map } = window.gridmapMap;
  const state = new ViewState(window.location.hash);
  const isAnswering = () => document.body.matches(".is-moving-pin, .is-choosing-cell"); // then a click says where to, or which cell
  const choose = (kind) => (id) => { if (!isAnswering()) state.set({ selected: { kind, id } }); };
  const me = page.me || {};
  const net = new Net(page, () => map.getZoom());
  const counts = new Counts(state, () => net.counted);
  // First of all listeners: list, figures, legend and shading are drawn from the same counts.
  const shading = new Shading(net, counts, state, window.gridmapMap.legend);
  const buildings = new Buildings(map);
  // The house that is clicked, else the cell it would stand in.
  const chooseAt = (code, at) => { const house = buildings.at(at); choose(house ? "building" : "area")(house?.code || code); };
  const cells = new Cells(map, net, shading, window.gridmapMap.cellBorder, chooseAt);
  const matters = new Matters(map, state, counts, cells);
  const issues = new IssueLayer(map, { state, counts, matters, cells }, choose("issue"));
  const heat = new Heat(map, state, cells);
  const surroundings = new Surroundings(net);
  const staff = new Staff({ shading });
  const labels = new Labels(map, [() => surroundings.labels(), () => cells.labels(), () => staff.labels()]);
  const ground = new Ground(map, { sheets: false, taken: () => labels.taken, isReady: () => labels.isSettled });
  net.addEventListener("change", () => { part("baking").hidden = net.phase !== "baking"; });
  const base = new BaseMap(map, page.bases);
  const city = drawn({ map, net, shading, counts, cells, heat, buildings, surroundings, ground, labels });
  const live = new Live(page.endpoints?.stream || "/api/v1/stream", page.stream_at);
  const rail = new Rail(part("rail"), { me, counts, state });
  new Chips(part("chips"), { state, counts, frequent: () => rail.frequent() });
  const list = new List(part("list"), part("list-head"), { state, counts });
  const panel = new Panel(part("panel"), { me, state, live, map, net, door: page.door, units: page.units });
  const place = new ChosenPlace(map);
  const search = new Search(part("search"), { me, cells, state });
  new Legend(part("legend-body"), { cells, shading, heat, counts, state, live });
  new HeatBar(document.querySelector(".stage"), { map, heat, state });
  new Levels(part("levels"), { shading, state });
  new Sharing(part("sharing"), { map, state, shading, base });
  new Sheet(part("rail"), { map, state });
  const overBase = over(base, { cells, buildings, ground, city });
  const first = new BaseChoice({ base, state, source: part("base-source"), fault: part("base-fault") }).node;
  new Layers(part("layers"), { state, first, shown: {
    buildings: (wanted) => buildings.show(wanted), ground: (wanted) => overBase(wanted),
    names: (wanted) => labels.show(wanted), borders: (wanted) => { surroundings.show(wanted); labels.soon(); city.soon(); },
    staff: (wanted) => staff.show(wanted, labels) } });
  for (const source of [counts, matters]) source.addEventListener("change", () => labels.soon());
  net.addEventListener("areas", () => { issues.soon(); if (counts.level && counts.level !== net.counted) counts.load(); });
  cellsNeeded(state, net);
  return { map, state, me, counts, net, cells, matters, issues, heat, buildings, surroundings, labels, ground, live, rail, list, panel, place, search };
}

/** What can only be shown by cells, however far they are: where one wants them, and where they are hot or cold. */
function cellsNeeded(state, net) {
  const apply = () => {
    net.need("level", state.level === "grid" || (state.level === "community" && net.far?.level === "street"));
    net.need("spots", state.mode === "heat" && state.heatKind === "spots");
  };
  state.on(["level", "mode", "heatKind"], apply);
  apply();
}

/** Where a base map is seen our own ground gives way, and what lies over it lets it through. Answers what shows the ground or not. */
function over(base, { cells, buildings, ground, city }) {
  let isWanted = true;
  const apply = () => {
    ground.show(isWanted && !base.isSeen);
    cells.setOver(base.isSeen);
    buildings.setOver(base.isSeen);
    city.soon();
  };
  base.addEventListener("change", apply);
  return (wanted) => { isWanted = wanted; apply(); };
}

/** The canvas of all surfaces and lines, drawn anew whenever one of them has changed. */
function drawn({ map, net, shading, counts, cells, heat, buildings, surroundings, ground, labels }) {
  const city = new City(map, [
    (context, view) => ground.paint(context, view, "areas"),
    (context, view) => cells.paintFills(context, view),
    (context, view) => heat.paint(context, view),
    (context, view) => ground.paint(context, view, "roads"),
    (context, view) => cells.paintLines(context, view),
    (context, view) => buildings.paint(context, view),
    (context, view) => surroundings.paintOwn(context, view),
    (context, view) => surroundings.paintBorders(context, view),
    () => { if (net.source.isWhole && net.directory && counts.totals && (shading.showsCells || !net.isNear) && heat.isSettled) { city.opened(); noteFirstPicture(); } },
  ], (view) => [net.isReady(view), ground.isReady(view)].every(Boolean));
  for (const source of [cells, heat, buildings]) source.addEventListener("repaint", () => city.soon());
  for (const source of [net, ground.source]) source.addEventListener("change", () => city.soon());
  for (const kind of ["areas", "change", "level"]) net.addEventListener(kind, () => labels.soon());
  heat.addEventListener("repaint", () => labels.soon());
  labels.addEventListener("drawn", () => ground.redraw());
  return city;
}

function begin({ rail, counts, list, panel, state, live }) {
  startTicking();
  rail.load();
  if (rail.hasNothing) {
    put(part("list"), rail.nothingHere());
    document.body.classList.add("has-nothing");
  } else {
    counts.load();
    list.load();
    live.start();
  }
  if (state.selected) panel.open();
}

function controls(map, me) {
  L.control.zoom({ position: "bottomright", zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out") }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 90 }).addTo(map);
  for (const node of document.querySelectorAll("[data-icon]")) node.append(icon(node.dataset.icon));
  part("me")?.append(me.name ? face({ person: me }) : icon("person"));
  part("language")?.addEventListener("click", (event) => { event.currentTarget.hash = window.location.hash; });
  foldPages(part("pages"));
  part("legend-toggle").addEventListener("click", (event) => {
    const open = document.body.classList.toggle("has-legend");
    event.currentTarget.setAttribute("aria-expanded", String(open));
  });
}

/** The other pages are folded away again by a click elsewhere, and by Escape before that means anything else. */
function foldPages(menu) {
  if (!menu) return;
  document.addEventListener("click", ({ target }) => { if (!menu.contains(target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

/** The matter goes along to the desk. */
function toDesk(state) {
  const link = part("to-desk");
  if (!link) return;
  const carry = () => { link.hash = state.selected?.kind === "issue" ? `#at=${state.selected.id}` : ""; };
  state.on(["selected"], carry);
  carry();
}

function camera(map, state, goHome) {
  if (state.camera) map.setView([state.camera.lat, state.camera.lon], state.camera.zoom, { animate: false });
  else goHome();
  map.on("moveend", () => {
    const { lat, lng } = map.getCenter();
    state.set({ camera: { zoom: Number(map.getZoom().toFixed(2)), lon: Number(lng.toFixed(6)), lat: Number(lat.toFixed(6)) } });
  });
}

function modes(state, { cells, issues, heat, buildings, labels }) {
  const buttons = [...part("modes").querySelectorAll("[data-mode]")];
  const apply = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.mode === state.mode));
    document.body.dataset.mode = state.mode;
    cells.setMode(state.mode);
    buildings.setMode(state.mode);
    issues.show(state.mode !== "heat");
    heat.show(state.mode === "heat");
    labels.draw();
  };
  for (const button of buttons) button.addEventListener("click", () => state.set({ mode: button.dataset.mode }));
  state.on(["mode"], apply);
  apply();
}

start();
