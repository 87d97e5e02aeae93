// The cells folium drew: their fill kept true while counts change, hovering, choosing, and their number on the map.

import { el } from "../dom.js";
import { count, areaCode, shortCode } from "../format.js";
import { t } from "../texts.js";

const L = window.L;

/** Wraps folium's layer of cells (null where the reader has none); `choose(code)` is called on a click. */
export class Cells {
  constructor({ map, layers, legend, cellBorder }, choose) {
    Object.assign(this, { map, layer: layers.cells || null, legend, border: cellBorder });
    this.mode = "classes";
    this.byCode = new Map();
    this.selection = L.layerGroup().addTo(map);
    map.createPane("selected").style.zIndex = 445;
    map.getPane("selected").style.pointerEvents = "none";
    if (this.layer) this.layer.eachLayer((cell) => this.prepare(cell, choose));
    // folium's own style function knows only the counts the page was made with.
    if (this.layer) this.layer.options.style = (feature) => this.styleOf(feature);
  }

  prepare(cell, choose) {
    const p = cell.feature.properties;
    this.byCode.set(p.code, cell);
    cell.bindTooltip(() => hint(p), { sticky: true, direction: "top", offset: [0, -8], className: "tip tip--cell" });
    cell.on("click", () => choose(p.code));
    cell.on("mouseover", () => cell.setStyle({ weight: 2.5, opacity: 0.9 }));
    cell.on("mouseout", () => cell.setStyle(this.styleOf(cell.feature)));
  }

  get level() {
    const first = this.byCode.values().next().value;
    return first ? first.feature.properties.level : "grid";
  }

  /** Takes over counts by cell code; cells that had none (not the reader's business) keep none. */
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

  setMode(mode) {
    this.mode = mode;
    this.paint();
  }

  paint() {
    if (this.layer) this.layer.setStyle((feature) => this.styleOf(feature));
  }

  styleOf(feature) {
    const opacity = this.mode === "classes" ? 1 : 0;
    return { ...this.border, fillColor: this.fillOf(feature.properties.open), fillOpacity: opacity };
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

  /** The width of a typical (median) cell in pixels now; null without cells. */
  typicalWidth() {
    if (!this.byCode.size) return null;
    const widths = [...this.byCode.values()].map((cell) => this.pixelWidth(cell)).sort((a, b) => a - b);
    return widths[Math.floor(widths.length / 2)];
  }

  /** The shorter side in pixels of the box around a cell now; null where it is not drawn. */
  pixelSize(code) {
    const bounds = this.boundsOf(code);
    if (!bounds) return null;
    const size = this.map.project(bounds.getSouthEast()).subtract(this.map.project(bounds.getNorthWest()));
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

  pixelWidth(cell) {
    const bounds = cell.getBounds();
    return this.map.project(bounds.getSouthEast()).x - this.map.project(bounds.getNorthWest()).x;
  }

  /** What may be written on the cells: short numbers once there is room, more important ones first. */
  labels() {
    return [...this.byCode.values()].filter((cell) => this.pixelWidth(cell) > 30).map((cell) => {
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
