// The chosen matter on the map: a pin, its accuracy circle to scale, and the cells it could be in with their shares.

import { get } from "../api.js";
import { el } from "../dom.js";
import { distance, percent } from "../format.js";
import { t } from "../texts.js";
import { nearestOnBorder } from "./margin.js";
import { mark } from "./marks.js";
import { uncovered } from "./view.js";
import { bestOf } from "./why.js";

const L = window.L;
const LEAST_SHARE = 0.001;
const LABEL_PX = { x: 150, y: 96 };
const LABEL_BOX = { x: 164, y: 34 };
const CHOSEN = [{ color: "#FFFFFF", weight: 7 }, { color: "#1D5A9E", weight: 4 }];
const OTHER = [{ color: "#FFFFFF", weight: 4, opacity: 0.7 }, { color: "#1B2430", weight: 2, dashArray: "6 4" }];
const LEAST_TURN = 0.7; // radians between two labels around the point

export class ChosenPlace {
  constructor(map) {
    Object.assign(this, { map, shapes: new Map() });
    const pane = map.createPane("chosen");
    pane.style.zIndex = 640;
    pane.style.pointerEvents = "none";
    map.createPane("chosen-lines").style.zIndex = 635;
    map.getPane("chosen-lines").style.pointerEvents = "none";
    this.layer = L.layerGroup().addTo(map);
    this.shares = L.layerGroup().addTo(map);
    map.on("zoomend", () => this.drawShares());
  }

  clear() {
    this.why = null;
    this.layer.clearLayers();
    this.shares.clearLayers();
  }

  /** Draws the matter of one GeoJSON feature with properties of the full answer. */
  async show(feature) {
    this.clear();
    if (!feature.geometry) return;
    const [lon, lat] = feature.geometry.coordinates;
    const { why, accuracy_m: accuracy } = feature.properties;
    this.at = L.latLng(lat, lon);
    this.why = why;
    if (accuracy) this.circle(accuracy);
    L.marker(this.at, {
      icon: L.divIcon({ className: "chosen-pin", html: el("span", {}, mark(feature.properties, 30)), iconSize: [48, 60], iconAnchor: [24, 58] }),
      pane: "chosen", interactive: false, keyboard: false,
    }).addTo(this.layer);
    await Promise.all([this.outline(), this.margin()]);
    if (this.why !== why) return;
    this.drawShares();
  }

  circle(radius) {
    L.circle(this.at, { radius, color: "#1D5A9E", weight: 2, fillColor: "#1D5A9E", fillOpacity: 0.14, interactive: false, pane: "selected" }).addTo(this.layer);
    this.label(below(this.at, radius), t("map.accuracy", { distance: distance(radius) }), "accuracy", this.layer);
  }

  /** The way to the border, where the circle reaches over it: the margin that the finding states. */
  async margin() {
    const { why } = this;
    const { cell, margin_m: margin, sent } = why || {};
    if (!cell || margin === null || margin === undefined || !(sent?.accuracy_m > margin)) return;
    const own = await this.shapeOf(cell.code);
    if (!own || this.why !== why) return;
    const [lon, lat] = nearestOnBorder(own, [this.at.lng, this.at.lat]);
    L.polyline([this.at, [lat, lon]], { color: "#D7263D", weight: 2.5, interactive: false, pane: "chosen-lines" }).addTo(this.layer);
    // Beneath the words of the accuracy: the shares stand to the sides.
    this.label(below(this.at, sent.accuracy_m), t("panel.margin_short", { margin: distance(margin) }), "margin", this.layer);
  }

  /** The exact border of an area, fetched once; null where it cannot be had. */
  shapeOf(code) {
    if (!this.shapes.has(code)) {
      const asked = get(`/areas/${encodeURIComponent(code)}`).then(({ geometry }) => geometry, () => { this.shapes.delete(code); return null; });
      this.shapes.set(code, asked);
    }
    return this.shapes.get(code);
  }

  others() {
    const list = (this.why?.candidates || []).filter((one) => one.code && one.share >= LEAST_SHARE);
    return bestOf(list, this.why?.cell); // of a place known only coarsely there are dozens
  }

  async outline() {
    const { why } = this;
    const list = this.others();
    if (list.length < 2 && why?.cell) return;
    const isChosen = (one) => Boolean(why.cell && one.code === why.cell.code);
    for (const one of [...list].sort((a, b) => isChosen(a) - isChosen(b))) {
      const geometry = await this.shapeOf(one.code);
      if (!geometry || this.why !== why) continue;
      one.geometry = geometry;
      for (const style of isChosen(one) ? CHOSEN : OTHER) {
        L.geoJSON(geometry, { style: { ...style, fill: false }, interactive: false, pane: "selected" }).addTo(this.layer);
      }
    }
  }

  /** Shares stand around the point, each on the side where its cell lies, never on one another. */
  drawShares() {
    this.shares.clearLayers();
    const list = this.others().filter((one) => one.geometry);
    if (list.length < 2) return;
    const middle = this.map.latLngToLayerPoint(this.at);
    const turned = list.map((one) => {
      const away = this.map.latLngToLayerPoint(L.geoJSON(one.geometry).getBounds().getCenter()).subtract(middle);
      return { one, angle: Math.atan2(away.y, away.x) };
    }).sort((a, b) => a.angle - b.angle);
    spread(turned);
    const room = this.room();
    const placed = turned.map(({ one, angle }) => ({ one, point: middle.add([Math.cos(angle) * room, Math.sin(angle) * LABEL_PX.y]) }));
    keepApart(placed, middle);
    for (const { one, point } of placed) {
      const chosen = this.why.cell && one.code === this.why.cell.code;
      this.label(this.map.layerPointToLatLng(point), `${one.name}  ${percent(one.share)}`, chosen ? "share is-chosen" : "share", this.shares);
    }
  }

  /** How far to the side a label may stand: the panel leaves less than the map is wide. */
  room() {
    const { paddingTopLeft: [left], paddingBottomRight: [right] } = uncovered(this.map);
    return Math.min(LABEL_PX.x, (this.map.getSize().x - left - right) * 0.3);
  }

  label(at, words, kind, layer) {
    L.marker(at, { icon: L.divIcon({ className: `place-label place-label--${kind}`, html: el("span", {}, words), iconSize: null }), pane: "chosen", interactive: false, keyboard: false }).addTo(layer);
  }
}

/** The lowest point of a circle of so many metres. */
function below(at, radius) {
  return L.latLng(at.lat - (radius * 360) / 40_075_017, at.lng);
}

/** Moves labels up or down, away from the middle, until none lies on one before it. */
function keepApart(placed, middle) {
  placed.forEach(({ point }, at) => {
    const step = point.y < middle.y ? -LABEL_BOX.y : LABEL_BOX.y;
    const meets = () => placed.slice(0, at).some(({ point: other }) =>
      Math.abs(other.x - point.x) < LABEL_BOX.x && Math.abs(other.y - point.y) < LABEL_BOX.y);
    while (meets()) point.y += step;
  });
}

function spread(turned) {
  for (let i = 1; i < turned.length; i += 1) {
    turned[i].angle = Math.max(turned[i].angle, turned[i - 1].angle + LEAST_TURN);
  }
}
