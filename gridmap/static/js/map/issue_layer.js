// Matters on the map: single marks and rings. A ring never spans areas, so that rings add up to the area.

import { CLASSES, classOf, statusOf } from "../status.js";
import { sum } from "./filters.js";
import { mark, ring, tallyOf } from "./marks.js";
import { apart } from "./apart.js";

const L = window.L;
const ONE_RING_PX = 150; // a cell smaller than this has room for one ring
// Rings are up to 48 px wide, and half a zoom level brings them closer by a third.
const CLUSTER_RADIUS_PX = 72;
const AROUND_VIEW = 0.3; // of its width and height: so far a map is dragged before its rings come

/** Draws counts by cell, and single matters where they are there; calls `choose(number)` on a click. */
export class IssueLayer {
  constructor(map, { state, counts, matters, cells }, choose) {
    Object.assign(this, { map, state, counts, matters, cells, choose, drawn: new Map(), holder: L.layerGroup() });
    for (const source of [counts, matters]) source.addEventListener("change", () => this.soon());
    map.on("moveend", () => this.draw());
    state.on(["selected"], () => this.underPin());
    state.on(["measure"], () => this.soon());
    map.on("layeradd", ({ layer }) => { if (layer.properties && state.selected) this.underPin(); });
  }

  /** The chosen matter has its pin; its own mark would only stand below it. */
  underPin() {
    const { selected } = this.state;
    for (const node of this.map.getPane("markerPane").querySelectorAll("svg[data-number]")) {
      node.classList.toggle("is-under-pin", selected?.kind === "issue" && node.dataset.number === selected.id);
    }
  }

  show(wanted) {
    this.isShown = wanted;
    if (wanted) this.holder.addTo(this.map);
    else this.holder.remove();
    this.draw();
  }

  /** What changes at one time is drawn once. */
  soon() {
    this.waiting ||= requestAnimationFrame(() => { this.waiting = null; this.draw(); });
  }

  /** Draws anew only the areas in view where something changed. */
  draw() {
    if (!this.isShown) return;
    const parts = this.parts();
    apart(parts, (at) => this.map.latLngToLayerPoint(at), (point) => this.map.layerPointToLatLng(point));
    const wanted = new Map(parts.map((part) => [part.key, part]));
    for (const key of [...this.drawn.keys()]) if (!wanted.has(key)) this.take(key);
    for (const part of parts) {
      const print = `${part.kind}|${part.at ? `${part.at.lat},${part.at.lng}` : ""}|${part.counts || ""}|${(part.features || []).map(fingerprint).join(";")}`;
      if (this.drawn.get(part.key)?.print === print) continue;
      this.take(part.key);
      const layer = part.kind === "ring" ? this.oneRing(part) : this.cluster(part.features);
      this.drawn.set(part.key, { print, layer });
      this.holder.addLayer(layer);
    }
  }

  take(key) {
    if (this.drawn.has(key)) this.holder.removeLayer(this.drawn.get(key).layer);
    this.drawn.delete(key);
  }

  /** What is drawn, by area: a ring of its counts, or its matters one by one; those without a cell always so. */
  parts() {
    const classes = this.classesCounted;
    if (this.counts.phase !== "ready" || !classes) return [];
    const single = this.singleByKey(classes);
    const view = this.map.getBounds().pad(AROUND_VIEW);
    const parts = [];
    for (const [key, counts] of this.countsByKey(classes)) {
      const features = single.get(key) || [];
      const part = { key, counts, features };
      if (!sum(counts) || (!features.length && !this.hasPlace(key))) continue;
      if (!this.isRing(key, counts, features)) parts.push(Object.assign(part, { kind: "single", counts: null }));
      else {
        const at = this.cells.labelPointOf(key);
        if (view.contains(at)) parts.push(Object.assign(part, { kind: "ring", at, features: null }));
      }
    }
    if (single.has("none")) parts.push({ key: "none", kind: "single", features: single.get("none") });
    return parts;
  }

  /** What the shading counts: a ring beside it says the same. Null for a rate, of which a ring says nothing. */
  get classesCounted() {
    const measure = this.state.mode === "classes" ? this.cells.shading.measure : "open";
    return { open: CLASSES, late: ["overdue"], rate: null, discontent: null }[measure];
  }

  hasPlace(key) {
    return this.cells.labelPointOf(key) !== null;
  }

  isRing(key, counts, features) {
    if (!this.hasPlace(key)) return false;
    if (this.cells.depthNow() !== "cell") return true;
    const size = this.cells.pixelSize(key);
    if (sum(counts) === 1 || size >= ONE_RING_PX) return !features.length;
    return true;
  }

  countsByKey(classes) {
    const found = new Map();
    for (const code of Object.keys(this.counts.areas)) {
      const key = this.cells.keyOf(code);
      const more = this.counts.of(code).map((n, at) => (classes.includes(CLASSES[at]) ? n : 0));
      found.set(key, (found.get(key) || [0, 0, 0, 0]).map((n, at) => n + more[at]));
    }
    return found;
  }

  singleByKey(classes) {
    const found = new Map();
    for (const feature of this.matters.shown()) {
      if (!classes.includes(classOf(feature.properties))) continue;
      const { cell } = feature.properties;
      const key = cell ? this.cells.keyOf(cell.code) : "none";
      if (!found.has(key)) found.set(key, []);
      found.get(key).push(feature);
    }
    return found;
  }

  /** Everything of one area in one ring, where its label would stand; a click goes closer. */
  oneRing({ key, counts, at }) {
    const marker = L.marker(at, { icon: ringIcon(Object.fromEntries(CLASSES.map((name, i) => [name, counts[i]]))), keyboard: false });
    marker.on("click", () => this.closer(key));
    return marker;
  }

  closer(key) {
    const bounds = this.cells.boundsBelow(key);
    const zoom = Math.max(this.map.getBoundsZoom(bounds.pad(0.1)), this.map.getZoom() + 0.5);
    this.map.setView(bounds.getCenter(), zoom, { animate: !reducedMotion() });
  }

  cluster(features) {
    if (features.length === 1) return this.marker(features[0]);
    const group = L.markerClusterGroup({
      maxClusterRadius: CLUSTER_RADIUS_PX, showCoverageOnHover: false, animate: !reducedMotion(), spiderLegPolylineOptions: { weight: 1, color: "#465160", opacity: 0.6 },
      iconCreateFunction: (cluster) => ringIcon(tallyOf(cluster.getAllChildMarkers().map((m) => m.properties))),
    });
    group.addLayers(features.map((feature) => this.marker(feature)));
    return group;
  }

  marker({ geometry: { coordinates: [lon, lat] }, properties: p }) {
    const drawn = mark(p);
    drawn.dataset.number = p.number;
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ className: "mark-icon", html: drawn, iconSize: [24, 24] }), keyboard: false,
    });
    marker.properties = p;
    marker.bindTooltip(() => words(p), { direction: "top", offset: [0, -12], className: "tip" });
    marker.on("click", () => this.choose(p.number));
    return marker;
  }
}

function ringIcon(counts) {
  const drawn = ring(counts);
  const size = Number(drawn.getAttribute("width"));
  return L.divIcon({ className: "mark-icon", html: drawn, iconSize: [size, size] });
}

function words(p) {
  const node = document.createElement("span");
  node.textContent = [p.category_name, p.description].filter(Boolean).join(" · ").slice(0, 60);
  return node;
}

function fingerprint({ properties: p, geometry }) {
  return [p.number, statusOf(p), p.category, p.due_at, p.description, ...geometry.coordinates].join("|");
}

export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
