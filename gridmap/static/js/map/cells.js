// The cells: their fill kept true while counts change, hovering, choosing, and their number on the map.

import { el } from "../dom.js";
import { areaCode, shortCode } from "../format.js";
import { t } from "../texts.js";
import { sheet } from "../ground/sheet.js";
import { atOnce, eachTile, trace } from "../tiles/paint.js";

const L = window.L;
const NARROWEST_PX = { cell: 44, 12: 56, 9: 56 }; // narrower, and rings stand for what contains them
const OPACITIES = [[16.5, 0.42], [15, 0.68], [0, 0.88]]; // from a zoom on: near by, roads and houses are looked for
const OPACITIES_OVER = [[16.5, 0.26], [15, 0.42], [0, 0.62]]; // over a base map, which is looked for too
const HALO = { color: "#FFFFFF", more: 2, opacity: 0.75 }; // around borders there: they lie on anything
const FAINT_BELOW = 13;
const THICKER_FROM = 15; // thousands of lines of one pixel are drawn five times as fast as those that are wider
const HOVER = { color: "#1B2430", width: 2.5 };
const DEPTHS = ["cell", 12, 9];
const STANDARD = /^\d+$/;
const DIGITS = { grid: 15, community: 12, street: 9 };

/** `border`: how their lines look; `choose(code, latlng)` is called on a click; emits `repaint`. */
export class Cells extends EventTarget {
  constructor(map, net, shading, border, choose) {
    super();
    Object.assign(this, { map, net, shading, border, mode: "classes", own: null, widths: new Map(), groups: new Map() });
    this.selection = L.layerGroup().addTo(map);
    map.createPane("selected").style.zIndex = 445;
    map.getPane("selected").style.pointerEvents = "none";
    this.hovered = null;
    this.hoverSheet = sheet(map, "hovered", 444, (context, view) => this.paintHovered(context, view));
    this.hoverSheet.show(false);
    this.tip = L.tooltip({ direction: "top", offset: [0, -8], className: "tip tip--cell" });
    map.on("mousemove", ({ latlng }) => { this.pointed = latlng; this.pending ||= requestAnimationFrame(() => this.point()); });
    map.on("mouseout zoomstart", () => { this.pointed = null; this.hover(null); });
    map.on("zoomend", () => net.look());
    map.on("click", ({ latlng }) => { const cell = this.at(latlng); if (cell) choose(cell.code, latlng); });
    net.addEventListener("areas", () => this.renew());
    shading.addEventListener("change", () => { if (this.units !== shading.units) this.renew(); else this.repaint(); });
  }

  renew() {
    this.units = this.shading.units;
    this.widths.clear();
    this.groups.clear();
    this.depth = null;
    this.repaint();
  }

  /** Whether there is anything to shade, as far as is known. */
  get hasAny() {
    return !this.net.directory || this.shading.areasOf(this.shading.level).length > 0;
  }

  /** How much of the ground the shading covers at this zoom; the legend shows it so. */
  get opacity() {
    const zoom = this.map.getZoom();
    return (this.isOver ? OPACITIES_OVER : OPACITIES).find(([from]) => zoom >= from)[1];
  }

  setMode(mode) {
    this.mode = mode;
    this.repaint();
  }

  /** Whether a base map lies below. */
  setOver(isOver) {
    if (this.isOver === isOver) return;
    this.isOver = isOver;
    this.repaint();
  }

  /** Colours by code instead of the classes (a colour, or null for none); null ends that. */
  setPaint(colourOf) {
    this.own = colourOf;
    this.repaint();
  }

  repaint() {
    this.dispatchEvent(new Event("repaint"));
  }

  /** The surfaces, all of one colour in one go. */
  * paintFills(context, view) {
    const [level, fillOf] = this.own ? ["grid", this.own] : [this.shading.level, (code) => this.shading.fillOf(code)];
    if (!this.own && this.mode !== "classes") return;
    context.globalAlpha = this.opacity;
    yield* eachTile(context, view, this.net.tiles(view), function* fills({ [level]: items = [] }) {
      for (const [colour, some] of byColour(items, fillOf)) {
        context.beginPath();
        for (const { rings } of some) trace(context, view, rings, true);
        context.fillStyle = colour;
        context.fill();
        yield;
      }
    });
    context.globalAlpha = 1;
  }

  /** Borders lie over the roads, which run along them. */
  * paintLines(context, view) {
    if (!this.net.isNear) return;
    const { color, opacity, weight } = this.border;
    const isFaint = view.zoom < FAINT_BELOW || (this.mode === "classes" && this.shading.level !== "grid");
    const width = isFaint ? 0.75 : view.zoom < THICKER_FROM ? 1 : weight;
    const strokes = this.isOver ? [[HALO.color, width + HALO.more, HALO.opacity], [color, width, 1]] : [[color, width, opacity]];
    context.lineJoin = "round";
    yield* eachTile(context, view, this.net.tiles(view), ({ grid = [] }) => {
      context.beginPath();
      for (const { code, rings } of grid) if (this.net.isOwn(code)) trace(context, view, rings, true);
      for (const [strokeStyle, lineWidth, globalAlpha] of strokes) {
        Object.assign(context, { strokeStyle, lineWidth, globalAlpha });
        context.stroke();
      }
    });
    context.globalAlpha = 1;
  }

  paintHovered(context, view) {
    if (!this.hovered) return;
    Object.assign(context, { strokeStyle: HOVER.color, lineWidth: HOVER.width, lineJoin: "round" });
    atOnce(eachTile(context, view, this.net.tiles(view), ({ [this.level]: items = [] }) => {
      context.beginPath();
      for (const { code, rings } of items) if (code === this.hovered) trace(context, view, rings, true);
      context.stroke();
    }));
  }

  /** What is pointed at: areas of the level that is shaded. */
  get level() {
    if (this.mode === "classes") return this.shading.level;
    return this.shading.showsCells || !this.net.far ? "grid" : this.net.far.level;
  }

  /** One's own area of that level at a place, as the directory has it; null for none. */
  at(latlng) {
    const item = this.net.at(latlng, this.level);
    return (item && this.net.own(item.code)) || null;
  }

  point() {
    this.pending = null;
    this.hover(this.pointed && this.at(this.pointed));
  }

  hover(cell) {
    if (cell && this.pointed) this.tip.setLatLng(this.pointed);
    if ((cell?.code || null) === this.hovered) return;
    this.hovered = cell?.code || null;
    this.map.getContainer().classList.toggle("over-cell", Boolean(cell));
    this.hoverSheet.redraw();
    this.hoverSheet.show(Boolean(cell));
    if (cell) this.tip.setContent(hint(cell, this.shading)).addTo(this.map);
    else this.tip.remove();
  }

  /** Draws the border of the chosen area over everything; null takes it away. */
  select(geometry) {
    this.selection.clearLayers();
    if (!geometry) return;
    for (const style of [{ color: "#FFFFFF", weight: 9 }, { color: "#1D5A9E", weight: 4.5 }]) {
      L.geoJSON(geometry, { style: { ...style, fill: false }, interactive: false, pane: "selected" }).addTo(this.selection);
    }
  }

  boundsOf(code) {
    const cell = this.net.byCode.get(code);
    return cell ? boundsOf(cell.box) : null;
  }

  /** What one ring stands for at this zoom: a cell, or the areas whose codes have 12, 9 or 6 digits. */
  depthNow() {
    const zoom = this.map.getZoom();
    const areCells = this.shading.counts.level === "grid" && this.net.isNear;
    if (this.depth?.zoom !== zoom || this.depth.areCells !== areCells) {
      const found = DEPTHS.find((depth) => (areCells || depth !== "cell") && this.typicalWidth(depth) * 2 ** zoom >= NARROWEST_PX[depth]);
      this.depth = { zoom, areCells, is: this.shading.units.length ? found || 6 : "cell" };
    }
    return this.depth.is;
  }

  /** The area a cell is counted in at this zoom: itself, or the code above it. Codes of others stand for themselves. */
  keyOf(code) {
    const depth = this.depthNow();
    return depth !== "cell" && STANDARD.test(code) && [DIGITS.grid, DIGITS[this.shading.counts.level]].includes(code.length) ? code.slice(0, depth) : code;
  }

  /** The width of a typical (median) area of that depth in pixels at zoom 0. */
  typicalWidth(depth) {
    if (!this.widths.has(depth)) {
      const { units } = this.shading;
      const boxes = depth === "cell" ? units.map(({ box: [west, , east] }) => [west, east]) : spans(units, depth);
      const widths = Float64Array.from(boxes, ([west, east]) => ((east - west) / 360) * 256).sort();
      this.widths.set(depth, widths[Math.floor(widths.length / 2)]);
    }
    return this.widths.get(depth);
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
    return this.groupOf(prefix)?.at || null;
  }

  /** The box around those cells; null without any. */
  boundsBelow(prefix) {
    return this.groupOf(prefix)?.bounds || null;
  }

  groupOf(prefix) {
    if (!this.groups.has(prefix)) {
      const { units } = this.shading;
      const one = units.find(({ code }) => code === prefix);
      const cells = one ? [one] : units.filter(({ code }) => code.startsWith(prefix));
      const mean = (at) => cells.reduce((sum, { label }) => sum + label[at], 0) / cells.length;
      const bounds = cells.reduce((whole, { box }) => whole.extend(boundsOf(box)), L.latLngBounds([]));
      this.groups.set(prefix, cells.length ? { at: L.latLng(mean(1), mean(0)), bounds } : null);
    }
    return this.groups.get(prefix);
  }

  /** What may be written on the cells: short numbers once there is room, more important ones first. */
  labels() {
    if (this.depthNow() !== "cell" || (this.mode === "heat" && this.map.getZoom() < 15)) return [];
    const view = this.map.getBounds();
    const near = this.net.cells.filter(({ label: [lon, lat] }) => view.contains([lat, lon]));
    return near.filter(({ box }) => this.pixelSpan(boundsOf(box)).x > 30).map(({ code, label: [lon, lat] }) => ({
      at: L.latLng(lat, lon), text: shortCode(code), kind: "cell", isWithin: (latlng) => this.net.at(latlng)?.code === code,
      dark: this.mode === "classes" && this.shading.level === "grid" && this.shading.isDark(code),
    }));
  }
}

function byColour(items, colourOf) {
  const found = new Map();
  for (const item of items) {
    const colour = colourOf(item.code);
    if (!colour) continue;
    if (!found.has(colour)) found.set(colour, []);
    found.get(colour).push(item);
  }
  return found;
}

/** From west to east, of the areas whose codes begin alike for so many digits. */
function spans(units, digits) {
  const found = new Map();
  for (const { code, box: [west, , east] } of units) {
    const key = code.slice(0, digits);
    const known = found.get(key);
    if (!known) found.set(key, [west, east]);
    else if (west < known[0]) known[0] = west;
    if (known && east > known[1]) known[1] = east;
  }
  return [...found.values()];
}

function boundsOf([west, south, east, north]) {
  return L.latLngBounds([south, west], [north, east]);
}

function hint({ code, name }, shading) {
  const value = shading.has(code) ? shading.valueOf(code) : null;
  const figure = value === null ? null : t(`map.${shading.measure}_count`, { n: shading.said(value) });
  return el("div", {}, el("strong", {}, name), el("div", { class: "tip__quiet" }, areaCode(code)), figure ? el("div", {}, figure) : null);
}
