// The map in the field: own cells bright with a thick border, the rest dimmed; my place, tasks, a pin to drag.

import { get } from "../api.js";
import { BaseMap } from "../base_map.js";
import { el } from "../dom.js";
import { drawGround } from "../ground.js";
import { about, cellsIn, known } from "./around.js";
import { data, isStill, part, words } from "./page.js";
import { grade } from "./position.js";
import { pinSign, shape, shapeOf } from "./signs.js";

const L = window.L;
const NUMBERED = 5; // those after it are small marks without a number, and rings where many lie together
const TOGETHER_PX = 30;
const MOST_BUILDINGS = 1500;
const MOST_LARGER = 6;
const BUILDINGS_FROM_ZOOM = 15;
const EARTH = [[[-179, -85], [179, -85], [179, 85], [-179, 85], [-179, -85]]];
const PANES = { buildings: 310, veil: 320, hairlines: 330, tint: 340, own: 430, accuracy: 435 };
const BUILDING = { color: "#CFC8B9", weight: 1, fillColor: "#E3DFD6", fillOpacity: 1 };
const OVER_BASE = { color: "#FFFFFF", weight: 1, fillColor: "#E3DFD6", fillOpacity: 0 };
const ACCURACY = { good: "#0A5C43", fair: "#8A5A00", poor: "#A51328" };

export class FieldMap {
  /** `own`: codes of one's own areas; `still`: a picture that does not move under the finger. */
  constructor(node, { own = [], still = false, label } = {}) {
    this.own = own;
    this.larger = []; // own areas that are no cells: their border is not a cell's
    this.map = L.map(node, {
      zoomControl: false, attributionControl: false, zoomSnap: 0.25, minZoom: 10, maxZoom: 20, keyboard: !still,
      fadeAnimation: !isStill(), zoomAnimation: !isStill(), markerZoomAnimation: !isStill(), tap: false,
      ...(still ? { dragging: false, touchZoom: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false } : {}),
    });
    node.setAttribute("role", "group");
    if (label) node.setAttribute("aria-label", label);
    for (const [name, z] of Object.entries(PANES)) {
      const pane = this.map.createPane(name);
      pane.style.zIndex = z;
      pane.style.pointerEvents = "none";
    }
    this.layers = { cells: L.layerGroup().addTo(this.map), tint: L.layerGroup().addTo(this.map), tasks: L.layerGroup().addTo(this.map), line: L.layerGroup().addTo(this.map) };
    this.buildings = L.geoJSON(null, { pane: "buildings", renderer: L.canvas({ pane: "buildings", padding: 0.3 }), interactive: false,
      style: BUILDING, pointToLayer: () => null });
    this.buildings.addTo(this.map);
    const notice = part("notice").textContent;
    this.source = el("p", { class: "map-source" });
    node.append(el("div", { class: "map-note" }, this.source, notice ? el("p", {}, notice) : null));
    this.base = new BaseMap(this.map, data.bases);
    this.base.addEventListener("change", () => this.overBase());
    this.map.whenReady(() => this.follow());
    this.watcher = new ResizeObserver(() => this.map.invalidateSize({ animate: false }));
    this.watcher.observe(node);
  }

  /** Where a base map is seen our own ground gives way; where none comes it is back. */
  overBase() {
    const { isSeen, isFaulty, chosen } = this.base;
    this.source.textContent = isSeen ? words("base_source", { source: chosen.attribution }) : isFaulty ? words("base_fault") : "";
    this.ground?.show(!isSeen);
    this.buildings.setStyle(isSeen ? OVER_BASE : BUILDING);
    this.buildings.options.style = isSeen ? OVER_BASE : BUILDING;
  }

  close() {
    this.watcher.disconnect();
    this.ground?.close();
    this.isClosed = true;
    this.map.off("moveend"); // Leaflet says it once more some time after a change of size, and there is no map then
    this.map.remove();
  }

  follow() {
    this.findLarger();
    this.ground = drawGround(this.map, { zIndex: 240, taken: () => this.taken() });
    this.base.choose(this.base.kept);
    this.map.on("moveend", () => this.load());
    this.map.on("zoomend", () => this.drawTasks());
    this.load();
  }

  /** The borders of communities and streets one answers for. */
  async findLarger() {
    const shapes = await Promise.all(this.own.filter((code) => !/^\d{15}$/.test(code)).slice(0, MOST_LARGER).map(about));
    this.larger = shapes.filter(({ geometry, level }) => geometry && level !== "grid").map(({ geometry }) => ({ type: "Feature", properties: {}, geometry }));
    if (this.larger.length && !this.isClosed) this.drawCells(known());
  }

  async load() {
    this.drawCells(known());
    if (this.loaded?.zoom === Math.round(this.map.getZoom()) && this.loaded.bounds.contains(this.map.getBounds())) return;
    const bounds = this.map.getBounds().pad(0.3);
    this.loaded = { zoom: Math.round(this.map.getZoom()), bounds };
    await pause(); // a map that is put in its place first moves several times
    if (this.isClosed || this.loaded?.bounds !== bounds) return;
    const box = boxOf(bounds);
    if (this.map.getZoom() >= BUILDINGS_FROM_ZOOM) this.loadBuildings(box);
    else this.buildings.clearLayers();
    if (this.map.getZoom() < 13) return;
    await cellsIn(box).catch(() => []);
    if (!this.isClosed) this.drawCells(known());
  }

  async loadBuildings(box) {
    try {
      const found = await get("/buildings", { bbox: box.join(","), limit: MOST_BUILDINGS });
      if (this.isClosed) return;
      this.buildings.clearLayers();
      this.buildings.addData(found.features.filter(({ geometry }) => geometry?.type.endsWith("Polygon")));
    } catch {
      this.loaded = null; // a map without buildings is still a map; the next movement tries again
    }
  }

  drawCells(features) {
    const group = this.layers.cells;
    const bounds = this.map.getBounds().pad(0.5);
    const near = features.filter(({ geometry, properties: { label: [lon, lat] } }) => geometry && bounds.contains([lat, lon]));
    const print = [this.larger.length, ...near.map(({ id }) => id)].join();
    if (print === this.print) return;
    this.print = print;
    group.clearLayers();
    const mine = features.filter(({ id }) => this.own.some((code) => id.startsWith(code)));
    if (mine.length && this.own.length) L.geoJSON(veil(mine), { pane: "veil", interactive: false, style: { stroke: false, fillColor: "#EDEDE9", fillOpacity: 0.66 } }).addTo(group);
    L.geoJSON(near, { pane: "hairlines", interactive: false, style: { fill: false, color: "#0F1F2B", opacity: 0.28, weight: 1 } }).addTo(group);
    const borders = [...mine.filter(({ id }) => this.own.includes(id)), ...this.larger];
    L.geoJSON(borders, { pane: "own", interactive: false, style: { fill: false, color: "#FFFFFF", weight: 7, opacity: 0.9 } }).addTo(group);
    L.geoJSON(borders, { pane: "own", interactive: false, className: "own-border", style: { fill: false, color: "#0E4DA4", weight: 3.5 } }).addTo(group);
  }

  /** The cells a place could be in: the chosen one filled, the others hatched, each with its share. */
  showCandidates(list) {
    const group = this.layers.tint;
    group.clearLayers();
    for (const { feature, share, name, isChosen, at, isSouth } of list) {
      if (feature?.geometry) {
        const style = isChosen ? { color: "#0E4DA4", weight: 3.5, fillColor: "#0E4DA4", fillOpacity: 0.1 } : { color: "#0F1F2B", weight: 2, dashArray: "5 5", fillColor: "#43525D", fillOpacity: 0.08 };
        L.geoJSON(feature, { pane: "tint", interactive: false, style }).addTo(group);
      }
      if (!at) continue;
      const html = el("span", { class: `share${isChosen ? " share--chosen" : ""}` }, el("b", {}, `${Math.round(share * 100)}%`), name);
      L.marker([at[1], at[0]], { icon: L.divIcon({ className: `share-icon${isSouth ? " share-icon--south" : ""}`, html, iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(group);
    }
  }

  /** My own place: a dot, and the circle I am in for 95 % drawn to scale. */
  showMe(fix, { circle = true } = {}) {
    if (!fix) return;
    const at = [fix.lat, fix.lon];
    const colour = ACCURACY[grade(fix.accuracy_m)];
    if (!this.me) {
      this.me = L.marker(at, { icon: L.divIcon({ className: "me", html: el("span", {}), iconSize: [22, 22] }), interactive: false, keyboard: false, zIndexOffset: -100 }).addTo(this.map);
      this.circle = L.circle(at, { pane: "accuracy", interactive: false, weight: 2, fillOpacity: 0.16 });
      if (circle) this.circle.addTo(this.map);
    }
    this.me.setLatLng(at);
    this.circle.setLatLng(at).setRadius(fix.accuracy_m).setStyle({ color: colour, fillColor: colour === ACCURACY.fair ? "#F2A100" : colour });
  }

  /** Tasks as shapes, the first ones numbered, the rest as rings where they lie together; a tap calls `choose(number)`. */
  showTasks(tasks, now, choose) {
    this.shown = { tasks: tasks.filter(({ geometry }) => geometry), now, choose };
    this.drawTasks();
  }

  drawTasks() {
    if (!this.shown || this.isClosed) return;
    this.layers.tasks.clearLayers();
    for (const group of this.together(this.shown.tasks).reverse()) this.layers.tasks.addLayer(this.mark(group));
    this.ground?.redraw();
  }

  /** One task as its shape, several as a ring; the first few keep their number, with how many more lie there. */
  mark(group) {
    const { now, choose } = this.shown;
    const [task] = group;
    const [lon, lat] = task.geometry.coordinates;
    const isNumbered = !(task.rank > NUMBERED);
    const label = group.length > 1 ? words("n_tasks_here", { n: group.length }) : `${task.rank || ""} ${task.category_name}`.trim();
    const html = isNumbered ? numbered(group, now) : group.length > 1 ? ring(group, now) : shape(shapeOf(task, now), null, 16);
    const icon = L.divIcon({ className: "task-mark", html, iconSize: [44, 44] });
    const marker = L.marker([lat, lon], { icon, keyboard: Boolean(choose), interactive: Boolean(choose), alt: label, title: label, zIndexOffset: 500 - (task.rank || 0) });
    if (choose) marker.on("click", () => (group.length > 1 && this.map.getZoom() < this.map.getMaxZoom() ? this.nearer(group) : choose(task.number)));
    return marker;
  }

  nearer(group) {
    const spread = L.latLngBounds(group.map(({ geometry: { coordinates: [lon, lat] } }) => [lat, lon]));
    this.map.setView(spread.getCenter(), Math.min(Math.max(this.map.getBoundsZoom(spread.pad(0.2)), this.map.getZoom() + 1), this.map.getMaxZoom()), { animate: false });
  }

  /** Tasks in groups of those that would lie upon one another at this zoom; each by the first of it. */
  together(tasks) {
    const groups = [];
    for (const task of tasks) {
      const [lon, lat] = task.geometry.coordinates;
      const at = this.map.project([lat, lon]);
      const group = groups.find((one) => one.at.distanceTo(at) < TOGETHER_PX);
      if (group) group.tasks.push(task);
      else groups.push({ at, tasks: [task] });
    }
    return groups.map((group) => group.tasks);
  }

  /** A straight line from me to a task with how far it is. */
  showWay(from, to, said) {
    this.layers.line.clearLayers();
    if (!from || !to) return;
    const line = [[from.lat, from.lon], [to[1], to[0]]];
    L.polyline(line, { pane: "accuracy", color: "#0E4DA4", weight: 3, interactive: false }).addTo(this.layers.line);
    const middle = [(line[0][0] + line[1][0]) / 2, (line[0][1] + line[1][1]) / 2];
    L.marker(middle, { icon: L.divIcon({ className: "share-icon", html: el("span", { class: "share share--way" }, said), iconSize: [0, 0] }), interactive: false, keyboard: false }).addTo(this.layers.line);
  }

  /** The pin of a report; `moved` hears [lon, lat] when somebody drags it or taps elsewhere. */
  showPin([lon, lat], moved) {
    if (this.pin) {
      this.pin.setLatLng([lat, lon]);
      return;
    }
    const icon = L.divIcon({ className: "pin-icon", html: pinSign(), iconSize: [44, 56], iconAnchor: [22, 54] });
    this.pin = L.marker([lat, lon], { icon, draggable: Boolean(moved), keyboard: false, alt: words("pin"), zIndexOffset: 900, autoPan: false }).addTo(this.map);
    if (!moved) return;
    this.pin.on("dragend", () => { const at = this.pin.getLatLng(); moved([at.lng, at.lat]); });
    this.map.on("click", ({ latlng }) => { this.pin.setLatLng(latlng); moved([latlng.lng, latlng.lat]); });
  }

  /** Shows all of a GeoJSON geometry or a box; `above`: pixels at the top that badges cover. */
  fit(what, { padding = [16, 16], maxZoom = 18, above = 0 } = {}) {
    const bounds = Array.isArray(what) ? L.latLngBounds([what[1], what[0]], [what[3], what[2]]) : L.geoJSON(what).getBounds();
    this.map.fitBounds(bounds, { paddingTopLeft: [padding[0], Math.max(padding[1], above)], paddingBottomRight: padding, maxZoom, animate: false });
  }

  goTo([lon, lat], zoom, animate = false) {
    this.map.setView([lat, lon], zoom ?? this.map.getZoom(), { animate: animate && !isStill() });
  }

  /** Moves the map so that a place stands above the middle, by `up` pixels. */
  lift(up) {
    this.map.panBy([0, up], { animate: false });
  }

  taken() {
    const boxes = [];
    this.layers.tasks.eachLayer((marker) => {
      const { x, y } = this.map.latLngToLayerPoint(marker.getLatLng());
      boxes.push({ left: x - 16, right: x + 16, top: y - 16, bottom: y + 16 });
    });
    return boxes;
  }
}

/** How many tasks lie where one mark stands. */
function ring(group, now) {
  const isLate = group.some((task) => shapeOf(task, now) === "late");
  return el("span", { class: `ring${isLate ? " ring--late" : ""}` }, group.length > 99 ? "99+" : String(group.length));
}

function numbered([task, ...more], now) {
  return el("span", { class: "heap" }, shape(shapeOf(task, now), task.rank, 30), more.length ? el("b", {}, more.length > 99 ? "99+" : `+${more.length}`) : null);
}

const pause = () => new Promise((resolve) => { setTimeout(resolve, 60); });

function boxOf(bounds) {
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((degrees) => Number(degrees.toFixed(6)));
}

/** All of the earth but the areas in `features`. */
function veil(features) {
  const holes = features.flatMap(({ geometry: { type, coordinates } }) => (type === "MultiPolygon" ? coordinates : [coordinates]).map(([outer]) => outer));
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [...EARTH, ...holes] } };
}
