// The cells folium drew: their fill kept true while counts change, hovering, choosing, and their number on the map.

import { el } from "../dom.js";
import { count, areaCode, shortCode } from "../format.js";
import { t } from "../texts.js";

const L = window.L;
const NARROWEST_PX = { cell: 44, 12: 56, 9: 56 }; // narrower, and rings stand for what contains them
const OPACITIES = [[16.5, 0.42], [15, 0.68], [0, 0.88]]; // from a zoom on: near by, roads and houses are looked for
const HAIRLINE_BELOW = 13;
const HOVER = { color: "#1B2430", weight: 2.5, opacity: 0.9, fill: false };
const DEPTHS = ["cell", 12, 9];

/** Wraps folium's layer of cells (null where the reader has none); `choose(code)` is called on a click. */
export class Cells {
  constructor({ map, layers, legend, cellBorder }, choose) {
    Object.assign(this, { map, layer: layers.cells || null, legend, border: cellBorder });
    this.mode = "classes";
    this.byCode = new Map();
    this.selection = L.layerGroup().addTo(map);
    map.createPane("selected").style.zIndex = 445;
    map.getPane("selected").style.pointerEvents = "none";
    map.createPane("cell-lines").style.zIndex = 408;
    map.getPane("cell-lines").style.pointerEvents = "none";
    this.hovered = L.layerGroup().addTo(map);
    map.on("zoomend", () => { if (this.painted !== this.opacity) this.paint(); });
    if (this.layer) this.layer.eachLayer((cell) => this.prepare(cell, choose));
    // folium's own style function knows only the counts the page was made with.
    if (this.layer) this.layer.options.style = (feature) => this.styleOf(feature);
    if (this.layer) this.lines = this.drawnLines();
  }

  prepare(cell, choose) {
    const p = cell.feature.properties;
    this.byCode.set(p.code, cell);
    cell.bindTooltip(() => hint(p), { sticky: true, direction: "top", offset: [0, -8], className: "tip tip--cell" });
    cell.on("click", () => choose(p.code));
    cell.on("mouseover", () => this.hovered.clearLayers().addLayer(L.geoJSON(cell.feature, { style: HOVER, interactive: false, pane: "selected" })));
    cell.on("mouseout", () => this.hovered.clearLayers());
  }

  /** Borders lie over the roads, which run along them; the cells' own shapes lie below. */
  drawnLines() {
    const renderer = L.canvas({ pane: "cell-lines", padding: 0.3 });
    const style = () => ({ ...this.border, fill: false, weight: this.map.getZoom() < HAIRLINE_BELOW ? 0.75 : this.border.weight });
    const lines = L.geoJSON([...this.byCode.values()].map((cell) => cell.feature), { style, renderer, interactive: false, pane: "cell-lines" }).addTo(this.map);
    this.map.on("zoomend", () => lines.setStyle(style));
    return lines;
  }

  get level() {
    const first = this.byCode.values().next().value;
    return first ? first.feature.properties.level : "grid";
  }

  /** Takes over counts by cell code (null: not known yet); cells that had none (not the reader's business) keep none. */
  setCounts(counts) {
    if (!counts || !this.layer) return;
    for (const [code, cell] of this.byCode) {
      const p = cell.feature.properties;
      if (p.open !== null) p.open = counts[code] || 0;
    }
    this.firstClasses();
    this.paint();
  }

  /** A page made while nothing was open has no classes: the first matters get some of equal frequency. */
  firstClasses() {
    if (this.legend.classes.length > 1) return;
    const opens = this.opens().filter((open) => open > 0).sort((a, b) => a - b);
    const most = this.legend.ramp.length - 1;
    const uppers = [...new Set(Array.from({ length: most }, (_, at) => opens[Math.ceil(((at + 1) * opens.length) / most) - 1]))];
    if (!opens.length) return;
    const rest = uppers.map((to, at) => ({ from: (uppers[at - 1] || 0) + 1, to, fill: this.legend.ramp[at + 1] }));
    Object.assign(this.legend, { classes: [...this.legend.classes, ...rest], method: this.legend.method_later });
  }

  opens() {
    return [...this.byCode.values()].map((cell) => cell.feature.properties.open);
  }

  /** How much of the ground the shading covers at this zoom; the legend shows it so. */
  get opacity() {
    const zoom = this.map.getZoom();
    return OPACITIES.find(([from]) => zoom >= from)[1];
  }

  setMode(mode) {
    this.mode = mode;
    this.paint();
  }

  paint() {
    this.painted = this.opacity;
    if (this.layer) this.layer.setStyle((feature) => this.styleOf(feature));
  }

  styleOf(feature) {
    const opacity = this.mode === "classes" ? this.opacity : 0;
    return { stroke: false, fillColor: this.fillOf(feature.properties.open), fillOpacity: opacity };
  }

  fillOf(open) {
    return open === null ? this.legend.unknown_fill : this.legend.classes[this.classOf(open)].fill;
  }

  classOf(open) {
    const classes = this.legend.classes;
    if (open <= 0) return 0;
    const index = classes.findIndex((entry, at) => at > 0 && open <= entry.to);
    return index === -1 ? classes.length - 1 : index;
  }

  /** The legend's classes with how many cells are in each now. */
  classesNow() {
    const opens = this.opens();
    const known = opens.filter((open) => open !== null);
    const classes = this.legend.classes.map((entry, index) => ({
      ...entry, cells: known.filter((open) => this.classOf(open) === index).length,
    }));
    const last = classes[classes.length - 1];
    last.to = Math.max(last.to, ...known);
    return { classes, unknown: opens.length - known.length, cells: opens.length, open: known.reduce((a, b) => a + b, 0) };
  }

  /** Draws the border of the chosen area over everything; null takes it away. */
  select(geometry) {
    this.selection.clearLayers();
    if (!geometry) return;
    for (const style of [{ color: "#FFFFFF", weight: 9 }, { color: "#1D5A9E", weight: 4.5 }]) {
      L.geoJSON(geometry, { style: { ...style, fill: false }, interactive: false, pane: "selected" }).addTo(this.selection);
    }
  }

  geometryOf(code) {
    return this.byCode.get(code)?.feature.geometry || null;
  }

  boundsOf(code) {
    return this.byCode.get(code)?.getBounds() || null;
  }

  /** Code, name and level of every cell drawn. */
  all() {
    return [...this.byCode.values()].map((cell) => cell.feature.properties);
  }

  /** What one ring stands for at this zoom: a cell, or the areas whose codes have 12, 9 or 6 digits. */
  depthNow() {
    const zoom = this.map.getZoom();
    if (this.depth?.zoom !== zoom) {
      const found = DEPTHS.find((depth) => this.typicalWidth(depth) >= NARROWEST_PX[depth]);
      this.depth = { zoom, is: this.byCode.size ? found || 6 : "cell" };
    }
    return this.depth.is;
  }

  /** The area a cell is counted in at this zoom: itself, or the code above it. Codes of others stand for themselves. */
  keyOf(code) {
    const depth = this.depthNow();
    return depth !== "cell" && /^\d{15}$/.test(code) ? code.slice(0, depth) : code;
  }

  /** The width of a typical (median) area of that depth in pixels now. */
  typicalWidth(depth) {
    const boxes = new Map();
    for (const [code, cell] of this.byCode) {
      const key = depth === "cell" ? code : code.slice(0, depth);
      const box = boxes.get(key);
      if (box) box.extend(cell.getBounds());
      else boxes.set(key, L.latLngBounds(cell.getBounds().getSouthWest(), cell.getBounds().getNorthEast()));
    }
    const widths = [...boxes.values()].map((box) => this.pixelSpan(box).x).sort((a, b) => a - b);
    return widths[Math.floor(widths.length / 2)];
  }

  pixelSpan(box) {
    return this.map.project(box.getSouthEast()).subtract(this.map.project(box.getNorthWest()));
  }

  /** The shorter side in pixels of the box around a cell now; null where it is not drawn. */
  pixelSize(code) {
    const bounds = this.boundsOf(code);
    if (!bounds) return null;
    const size = this.pixelSpan(bounds);
    return Math.min(size.x, size.y);
  }

  /** The middle of the label points of the cells whose code begins so; null without any. */
  labelPointOf(prefix) {
    const points = [...this.byCode].filter(([code]) => code.startsWith(prefix)).map(([, cell]) => labelPoint(cell));
    if (!points.length) return null;
    const mean = (pick) => points.reduce((sum, point) => sum + pick(point), 0) / points.length;
    return L.latLng(mean((point) => point.lat), mean((point) => point.lng));
  }

  /** The box around those cells; null without any. */
  boundsBelow(prefix) {
    const found = [...this.byCode].filter(([code]) => code.startsWith(prefix)).map(([, cell]) => cell.getBounds());
    return found.length ? found.reduce((whole, bounds) => whole.extend(bounds), L.latLngBounds([])) : null;
  }

  /** What may be written on the cells: short numbers once there is room, more important ones first. */
  labels() {
    if (this.depthNow() !== "cell" || (this.mode === "heat" && this.map.getZoom() < 15)) return [];
    return [...this.byCode.values()].filter((cell) => this.pixelSpan(cell.getBounds()).x > 30).map((cell) => {
      const p = cell.feature.properties;
      return { at: labelPoint(cell), text: shortCode(p.code), kind: "cell", within: cell.feature.geometry, dark: this.mode === "classes" && this.classOf(p.open || 0) >= 4 };
    });
  }
}

function labelPoint(cell) {
  const label = cell.feature.properties.label;
  return label ? L.latLng(label[1], label[0]) : cell.getBounds().getCenter();
}

function hint(p) {
  const open = p.open === null ? t("map.open_unknown") : t("map.open_count", { n: count(p.open) });
  return el("div", {}, el("strong", {}, p.name), el("div", { class: "tip__quiet" }, areaCode(p.code)), el("div", {}, open));
}
