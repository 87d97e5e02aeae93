// Matters on the map: single marks and rings. A ring never spans areas, so that rings add up to the area.

import { mark, ring } from "./marks.js";

const L = window.L;
const NARROWEST_CELL_PX = 34;

/** Draws what the store lets through; calls `choose(number)` on a click. */
export class IssueLayer {
  constructor(map, store, cells, choose) {
    Object.assign(this, { map, store, cells, choose });
    this.groups = new Map();
    this.marks = new Map();
    this.holder = L.layerGroup();
    this.depth = null;
    store.addEventListener("change", () => this.draw());
    map.on("zoomend", () => { if (this.depthNow() !== this.depth) this.redraw(); });
  }

  show(wanted) {
    if (wanted) this.holder.addTo(this.map);
    else this.holder.remove();
  }

  /** Adds, moves and takes away only what changed. */
  draw() {
    if (this.depth === null) this.depth = this.depthNow();
    const wanted = new Map(this.store.filtered().filter((f) => f.geometry).map((f) => [f.properties.number, f]));
    for (const [number, entry] of this.marks) {
      const feature = wanted.get(number);
      if (feature && fingerprint(feature) === entry.fingerprint) wanted.delete(number);
      else this.take(number, entry);
    }
    const fresh = new Map();
    for (const [number, feature] of wanted) this.add(number, feature, fresh);
    for (const [key, markers] of fresh) this.group(key).addLayers(markers);
  }

  redraw() {
    this.depth = this.depthNow();
    this.groups.forEach((group) => this.holder.removeLayer(group));
    this.groups.clear();
    this.marks.clear();
    this.draw();
  }

  add(number, feature, fresh) {
    const [lon, lat] = feature.geometry.coordinates;
    const p = feature.properties;
    const marker = L.marker([lat, lon], {
      icon: L.divIcon({ className: "mark-icon", html: mark(p), iconSize: [24, 24] }), keyboard: false,
    });
    marker.properties = p;
    marker.bindTooltip(() => words(p), { direction: "top", offset: [0, -12], className: "tip" });
    marker.on("click", () => this.choose(number));
    const key = this.keyOf(p);
    this.marks.set(number, { marker, key, fingerprint: fingerprint(feature) });
    if (!fresh.has(key)) fresh.set(key, []);
    fresh.get(key).push(marker);
  }

  take(number, { marker, key }) {
    this.groups.get(key)?.removeLayer(marker);
    this.marks.delete(number);
  }

  group(key) {
    if (!this.groups.has(key)) {
      const group = L.markerClusterGroup({
        maxClusterRadius: 44, showCoverageOnHover: false, animate: !reducedMotion(), spiderLegPolylineOptions: { weight: 1, color: "#465160", opacity: 0.6 },
        iconCreateFunction: (cluster) => ringIcon(cluster.getAllChildMarkers().map((m) => m.properties)),
      });
      this.groups.set(key, group);
      this.holder.addLayer(group);
    }
    return this.groups.get(key);
  }

  /** The area a matter is clustered in: its cell, or where cells are too small to see, what contains it. */
  keyOf(p) {
    if (!p.cell) return "none";
    return /^\d{15}$/.test(p.cell.code) ? p.cell.code.slice(0, this.depth) : p.cell.code;
  }

  /** How many digits of the code a cluster may not span: 15 cell, 12 community, 9 street. */
  depthNow() {
    const width = this.cells.typicalWidth();
    if (width === null || width >= NARROWEST_CELL_PX) return 15;
    return width >= NARROWEST_CELL_PX / 5 ? 12 : 9;
  }
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
  return [p.status, p.category, p.due_at, p.cell && p.cell.code, p.description, ...geometry.coordinates].join("|");
}

export function reducedMotion() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
