// Puts the leader's map together: folium's map and layers on one side, our rail, panel and live stream on the other.

import { setBase } from "../api.js";
import { el, put } from "../dom.js";
import { clock, setLocale, setNow } from "../format.js";
import { icon } from "../icons.js";
import { setTexts, t } from "../texts.js";
import { Buildings } from "./buildings.js";
import { Cells } from "./cells.js";
import { ChosenPlace } from "./chosen_place.js";
import { Heat } from "./heat.js";
import { IssueLayer, reducedMotion } from "./issue_layer.js";
import { IssueStore } from "./issues.js";
import { Labels } from "./labels.js";
import { Legend } from "./legend.js";
import { Live } from "./live.js";
import { Panel } from "./panel.js";
import { Rail } from "./rail.js";
import { Search } from "./search.js";
import { Sheet } from "./sheet.js";
import { ViewState } from "./state.js";
import { Surroundings } from "./surroundings.js";
import { fitArea, showArea, showMatter, showWhole } from "./view.js";

const L = window.L;
const BURST = 25; // more changes than this at once: load everything anew instead of one by one
const RETRY_MS = 20_000;
const part = (name) => document.querySelector(`[data-part="${name}"]`);

function start() {
  const page = JSON.parse(document.getElementById("page-data").textContent);
  setTexts(page.texts);
  setLocale(page.timezone, document.documentElement.lang);
  setNow(page.now);
  setBase(page.endpoints?.api);
  const { map } = window.gridmapMap;
  const state = new ViewState(window.location.hash);
  const choose = (kind) => (id) => state.set({ selected: { kind, id } });
  const store = new IssueStore(state);
  const cells = new Cells(window.gridmapMap, choose("area"));
  // First of all listeners: list, figures, legend and shading are drawn from the same counts.
  store.addEventListener("change", () => cells.setCounts(store.countsByCell()));
  const me = page.me || {};
  const issues = new IssueLayer(map, store, cells, choose("issue"));
  const heat = new Heat(map, state, store);
  const buildings = new Buildings(map);
  const surroundings = new Surroundings(map, page.bounds);
  const labels = new Labels(map, [() => surroundings.labels(), () => cells.labels()]);
  const live = new Live(page.endpoints?.stream || "/api/v1/stream");
  const panel = new Panel(part("panel"), { me, state, live });
  const place = new ChosenPlace(map, cells);
  const goHome = (animate = !reducedMotion()) => showWhole(map, page.bounds, part("legend"), animate);
  const rail = new Rail(part("rail"), { map, me, store, state, goHome: () => goHome() });
  const search = new Search(part("search"), { me, cells, state });
  new Legend(part("legend"), { cells, heat, store, state, live });
  new Sheet(part("rail"), { map, state });

  controls(map);
  camera(map, state, () => goHome(false));
  modes(state, { cells, issues, heat, buildings, labels });
  selection({ map, state, panel, place, cells });
  keys({ state, panel, search });
  follow({ live, store, panel });
  recovery({ live, store, panel, rail, heat });
  store.addEventListener("change", () => labels.draw());
  window.addEventListener("gridmap:signed-out", () => window.location.assign(page.endpoints?.sign_in || "/sign-in"));

  rail.load();
  store.load();
  surroundings.load().then(() => labels.draw());
  if (state.selected) panel.open();
  live.start();
}

function controls(map) {
  L.control.zoom({ position: "bottomright", zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out") }).addTo(map);
  L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 90 }).addTo(map);
  part("search-icon").append(icon("search"));
  part("leave-icon")?.append(icon("leave"));
  part("legend-icon").append(icon("legend"));
  part("language")?.addEventListener("click", (event) => { event.currentTarget.hash = window.location.hash; });
  part("legend-toggle").addEventListener("click", (event) => {
    const open = document.body.classList.toggle("has-legend");
    event.currentTarget.setAttribute("aria-expanded", String(open));
  });
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

function selection({ map, state, panel, place, cells }) {
  const animate = !reducedMotion();
  panel.addEventListener("closed", () => { place.clear(); cells.select(null); });
  panel.addEventListener("shown", ({ detail: { kind, feature } }) => {
    const fresh = panel.shownFor !== state.selected;
    panel.shownFor = state.selected;
    if (kind === "area") {
      place.clear();
      cells.select(cells.geometryOf(feature.properties.code) || feature.geometry);
      const cell = cells.boundsOf(feature.properties.code);
      if (fresh && cell) showArea(map, cell, animate);
      else if (fresh && feature.geometry) fitArea(map, L.geoJSON(feature.geometry).getBounds(), animate);
      return;
    }
    cells.select(null);
    place.show(feature);
    if (fresh && feature.geometry) showMatter(map, feature, animate);
  });
}

function keys({ state, panel, search }) {
  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && state.selected) panel.close();
  });
}

function follow({ live, store, panel }) {
  const waiting = new Set();
  let timer = null;
  const settle = async () => {
    timer = null;
    const numbers = [...waiting];
    waiting.clear();
    if (numbers.length > BURST) await store.load();
    else await Promise.all(numbers.map((number) => store.refresh(number).catch(() => {})));
    await panel.refresh();
  };
  const soon = () => { timer ||= setTimeout(settle, 400); };
  const react = {
    issue: ({ number }) => { waiting.add(number); soon(); },
    gone: ({ number }) => { store.remove(number); panel.refresh(); },
    areas: () => notice(t("map.areas_changed"), t("map.reload_page"), () => window.location.reload()),
    imported: () => { store.load(); panel.refresh(); },
    reset: () => { store.load(); panel.refresh(); },
    "signed-out": () => window.dispatchEvent(new Event("gridmap:signed-out")),
  };
  live.addEventListener("message", ({ detail: { kind, data } }) => react[kind]?.(data));
  live.addEventListener("link", () => connection(live));
}

/** What failed is loaded again as soon as the server can be reached, and now and then while it cannot. */
function recovery({ live, store, panel, rail, heat }) {
  const recover = () => {
    if (store.error) store.load();
    if (heat.phase === "error") heat.soon();
    rail.recover();
    panel.recover();
  };
  live.addEventListener("link", () => { if (!live.goneSince) recover(); });
  window.addEventListener("online", recover);
  setInterval(recover, RETRY_MS);
}

/** An amber line while nothing new can arrive: since when, and that it is being tried. */
function connection({ goneSince }) {
  const node = part("connection");
  node.hidden = !goneSince;
  if (goneSince) put(node, el("span", {}, t("map.link_gone", { clock: clock(goneSince) })));
}

function notice(words, action, act) {
  const node = part("news");
  node.hidden = false;
  put(node, el("span", {}, words), el("button", { type: "button", class: "button button--plain", onclick: act }, action));
}

start();
