// Matters on the map: single marks and rings. A ring never spans areas, so that rings add up to the area.

import { mark, ring } from "./marks.js";

const L = window.L;
const NARROWEST_CELL_PX = 44; // smaller, and rings stand for communities
const ONE_RING_PX = 150; // a cell smaller than this has room for one ring
// Rings are up to 48 px wide, and half a zoom level brings them closer by a third.
const CLUSTER_RADIUS_PX = 72;

/** Draws what the store lets through; calls `choose(number)` on a click. */
export class IssueLayer {
  constructor(map, store, cells, choose) {
    Object.assign(this, { map, store, cells, choose });
    this.drawn = new Map();
    this.holder = L.layerGroup();
    store.addEventListener("change", () => this.draw());
    map.on("zoomend", () => this.draw());
  }

  show(wanted) {
    if (wanted) this.holder.addTo(this.map);
    else this.holder.remove();
  }

  /** Draws anew only the areas where something changed. */
  draw() {
    const wanted = this.byArea();
    for (const key of [...this.drawn.keys()]) if (!wanted.has(key)) this.take(key);
    for (const [key, features] of wanted) {
      const isOne = features.length > 1 && this.hasRoomForOne(key);
      const print = `${isOne}|${features.map(fingerprint).join(";")}`;
      if (this.drawn.get(key)?.print === print) continue;
      this.take(key);
      const layer = isOne ? this.oneRing(key, features) : this.cluster(features);
      this.drawn.set(key, { print, layer });
      this.holder.addLayer(layer);
    }
  }

  take(key) {
    if (this.drawn.has(key)) this.holder.removeLayer(this.drawn.get(key).layer);
    this.drawn.delete(key);
  }

  /** The matters with a place by the area they are clustered in. */
  byArea() {
    const depth = this.depthNow();
    const areas = new Map();
    for (const feature of this.store.filtered()) {
      if (!feature.geometry) continue;
      const key = keyOf(feature.properties, depth);
      if (!areas.has(key)) areas.set(key, []);
      areas.get(key).push(feature);
    }
    return areas;
  }

  hasRoomForOne(key) {
    const size = this.cells.pixelSize(key);
    return size === null ? this.cells.labelPointOf(key) !== null : size < ONE_RING_PX;
  }

  /** Everything of one area in one ring, where its label would stand; a click goes closer. */
  oneRing(key, features) {
    const marker = L.marker(this.cells.labelPointOf(key), { icon: ringIcon(features.map((feature) => feature.properties)), keyboard: false });
    marker.on("click", () => {
      const bounds = this.cells.boundsBelow(key);
      const zoom = Math.max(this.map.getBoundsZoom(bounds.pad(0.1)), this.map.getZoom() + 0.5);
      this.map.setView(bounds.getCenter(), zoom, { animate: !reducedMotion() });
    });
    return marker;
  }

  cluster(features) {
    const group = L.markerClusterGroup({
      maxClusterRadius: CLUSTER_RADIUS_PX, showCoverageOnHover: false, animate: !reducedMotion(), spiderLegPolylineOptions: { weight: 1, color: "#465160", opacity: 0.6 },
      iconCreateFunction: (cluster) => ringIcon(cluster.getAllChildMarkers().map((m) => m.properties)),
    });
    group.addLayers(features.map((feature) => this.marker(feature)));
    return group;
  }

  marker({ geometry: { coordinates: [lon, lat] }, properties: p }) {
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ className: "mark-icon", html: mark(p), iconSize: [24, 24] }), keyboard: false,
    });
    marker.properties = p;
    marker.bindTooltip(() => words(p), { direction: "top", offset: [0, -12], className: "tip" });
    marker.on("click", () => this.choose(p.number));
    return marker;
  }

  /** How many digits of the code a cluster may not span: 15 cell, 12 community, 9 street. */
  depthNow() {
    const width = this.cells.typicalWidth();
    if (width === null || width >= NARROWEST_CELL_PX) return 15;
    return width >= NARROWEST_CELL_PX / 5 ? 12 : 9;
  }
}

/** The area a matter is clustered in: its cell, or where cells are too small to see, what contains it. */
function keyOf(p, depth) {
  if (!p.cell) return "none";
  return /^\d{15}$/.test(p.cell.code) ? p.cell.code.slice(0, depth) : p.cell.code;
}

function ringIcon(list) {
  const drawn = ring(list);
  const size = Number(drawn.getAttribute("width"));
  return L.divIcon({ className: "mark-icon", html: drawn, iconSize: [size, size] });
}

function words(p) {
  const node = document.createElement("span");
  node.textContent = [p.category_name, p.description].filter(Boolean).join(" · ").slice(0, 60);
  return node;
}

function fingerprint({ properties: p, geometry }) {
  return [p.number, p.status, p.category, p.due_at, p.description, ...geometry.coordinates].join("|");
}

export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
