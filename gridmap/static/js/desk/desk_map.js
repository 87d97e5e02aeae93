// The map beside the matter: the ground and cells of /map, the pin with its accuracy, and what may be the same around it.

import { el } from "../dom.js";
import { noteFirstPicture } from "../first_picture.js";
import { distance } from "../format.js";
import { t } from "../texts.js";
import { BaseMap } from "../base_map.js";
import { Ground } from "../ground.js";
import { Buildings } from "../map/buildings.js";
import { Cells } from "../map/cells.js";
import { ChosenPlace } from "../map/chosen_place.js";
import { City } from "../map/city.js";
import { reducedMotion } from "../map/issue_layer.js";
import { Labels } from "../map/labels.js";
import { mark } from "../map/marks.js";
import { Net } from "../map/net.js";
import { Surroundings } from "../map/surroundings.js";
import { shortNumber } from "./duplicates.js";

const L = window.L;
const NEAR_M = 50;
const AROUND_M = 240;
const FURTHEST_M = 50000; // a circle as wide as a country has no bounds on a map
const CIRCLE = { color: "#8A5A00", weight: 1.5, dashArray: "5 5", fillColor: "#F2A100", fillOpacity: 0.08, interactive: false };

/** Cells are not shaded here. */
const plain = (net) => Object.defineProperty(Object.assign(new EventTarget(), {
  level: "grid", showsCells: true, counts: { level: "grid" }, areasOf: () => net.cells, has: () => false, isDark: () => false, fillOf: () => null,
}), "units", { get: () => net.cells });

export class DeskMap {
  /** `page`: {bounds, roots, bases}; `open(number)` is called on a click on another matter. */
  constructor({ map, cellBorder }, page, open) {
    Object.assign(this, { map, page, open, twins: L.layerGroup().addTo(map) });
    map.createPane("twins").style.zIndex = 645; // over the words at the pin
    this.net = new Net({ roots: page.roots }, () => map.getZoom());
    this.place = new ChosenPlace(map);
    this.draw(cellBorder);
    L.control.zoom({ position: "bottomright", zoomInTitle: t("map.zoom_in"), zoomOutTitle: t("map.zoom_out") }).addTo(map);
    L.control.scale({ position: "bottomleft", imperial: false, maxWidth: 90 }).addTo(map);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    this.whole();
  }

  /** The same painters as on /map, without what is shaded or counted there. */
  draw(border) {
    const { map, net } = this;
    const cells = new Cells(map, net, plain(net), border, () => {});
    const buildings = new Buildings(map);
    const surroundings = new Surroundings(net);
    const labels = new Labels(map, [() => surroundings.labels(), () => cells.labels()]);
    const ground = new Ground(map, { sheets: false, taken: () => labels.taken });
    const base = new BaseMap(map, this.page.bases);
    const city = new City(map, [
      (context, view) => ground.paint(context, view, "areas"), (context, view) => ground.paint(context, view, "roads"),
      (context, view) => cells.paintLines(context, view), (context, view) => buildings.paint(context, view),
      (context, view) => surroundings.paintOwn(context, view), (context, view) => surroundings.paintBorders(context, view),
      () => { if (net.source.isWhole && net.directory) { city.opened(); noteFirstPicture(); } },
    ]);
    cells.setMode("issues");
    buildings.setMode("issues");
    for (const source of [cells, buildings]) source.addEventListener("repaint", () => city.soon());
    for (const source of [net, ground.source]) source.addEventListener("change", () => city.soon());
    for (const kind of ["areas", "change"]) net.addEventListener(kind, () => labels.soon());
    labels.addEventListener("drawn", () => ground.redraw());
    base.addEventListener("change", () => { ground.show(!base.isSeen); cells.setOver(base.isSeen); buildings.setOver(base.isSeen); city.soon(); });
    base.choose(base.kept);
    Object.assign(this, { cells, buildings, ground, city });
  }

  /** Other tiles are there. */
  renew(set) {
    ({ areas: this.net, buildings: this.buildings, ground: this.ground })[set]?.source.open();
  }

  /** All of one's own area. */
  whole() {
    const [west, south, east, north] = this.page.bounds;
    this.map.fitBounds([[south, west], [north, east]], { padding: [16, 16], animate: false });
  }

  clear() {
    this.place.clear();
    this.twins.clearLayers();
  }

  /** The matter with its cell, and around it what may be the same; `isNew`: it is brought into the middle. */
  async show({ feature, twins, isNew }) {
    this.twins.clearLayers();
    if (isNew && feature.geometry) this.near(feature, twins);
    await this.place.show(feature);
    this.twins.clearLayers();
    if (feature.geometry && twins.length) this.around(feature, twins);
  }

  near({ geometry, properties: p }, twins) {
    const [lon, lat] = geometry.coordinates;
    const bounds = L.latLng(lat, lon).toBounds(Math.min(Math.max((p.accuracy_m || 0) * 5, AROUND_M), FURTHEST_M));
    for (const { geometry: other } of twins) bounds.extend([other.coordinates[1], other.coordinates[0]]);
    this.map.fitBounds(bounds, { maxZoom: 18, animate: !reducedMotion(), padding: [24, 32] });
  }

  around({ geometry }, twins) {
    const at = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
    const radius = Math.max(NEAR_M, ...twins.map(({ properties }) => properties.radius_m));
    L.circle(at, { ...CIRCLE, radius }).addTo(this.twins);
    for (const twin of twins) this.twin(at, twin);
  }

  twin(at, { geometry, properties: p }) {
    const there = L.latLng(geometry.coordinates[1], geometry.coordinates[0]);
    L.polyline([at, there], { color: "#8A5A00", weight: 2, interactive: false }).addTo(this.twins);
    const html = el("span", { class: "twin-mark" }, mark(p, 24), el("b", {}, shortNumber(p.number)), el("i", {}, distance(p.distance_m)));
    const words = t("desk.twin_at", { number: p.number, distance: distance(p.distance_m) });
    const pin = L.marker(there, { icon: L.divIcon({ className: "twin-icon", html, iconSize: null }), alt: words, title: words, keyboard: true, pane: "twins" }).addTo(this.twins);
    pin.on("click", () => this.open(p.number));
  }
}
