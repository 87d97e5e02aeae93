// Buildings from zoom 15 on: their shapes from baked tiles, what is known of one when it is pointed at.

import { get } from "../api.js";
import { el } from "../dom.js";
import { count } from "../format.js";
import { t } from "../texts.js";
import { covers } from "../tiles/decode.js";
import { eachTile, trace } from "../tiles/paint.js";
import { TileSource, worldOf } from "../tiles/source.js";

const L = window.L;
const FROM_ZOOM = 15;
const POINTED_FROM = 16;
const ASK_MS = 180;
const POINT_PX = 5;
const STYLES = {
  classes: { fill: "rgb(27 36 48 / 10%)", line: "rgb(27 36 48 / 12%)" },
  heat: { fill: null, line: "rgb(27 36 48 / 18%)" },
  plain: { fill: "#E3DFD6", line: "#CFC8B9" },
  over: { fill: null, line: "rgb(255 255 255 / 70%)" }, // a base map shows them itself
};
const POINTED = "#CFC8B9";

/** Emits `repaint`. */
export class Buildings extends EventTarget {
  constructor(map) {
    super();
    Object.assign(this, { map, mode: "classes", wanted: true, under: null, known: new Map() });
    this.source = new TileSource("buildings");
    this.source.addEventListener("change", () => this.repaint());
    this.source.open();
    this.tip = L.tooltip({ direction: "top", offset: [0, -4], className: "tip" });
    map.on("mousemove", ({ latlng }) => { this.pointed = latlng; this.pending ||= requestAnimationFrame(() => this.light()); });
    map.on("mouseout zoomstart", () => { this.pointed = null; this.leave(); });
  }

  repaint() {
    this.dispatchEvent(new Event("repaint"));
  }

  setMode(mode) {
    this.mode = mode;
    this.repaint();
  }

  /** Whether a base map lies below. */
  setOver(isOver) {
    this.isOver = isOver;
    this.repaint();
  }

  show(wanted) {
    this.wanted = wanted;
    this.leave();
    this.repaint();
  }

  * paint(context, view) {
    this.drawn = this.wanted && view.zoom >= FROM_ZOOM ? this.source.tiles(view) : [];
    const { fill, line } = (this.isOver && STYLES.over) || STYLES[this.mode] || STYLES.plain;
    Object.assign(context, { strokeStyle: line, lineWidth: 0.75, lineJoin: "round" });
    yield* eachTile(context, view, this.drawn, ({ building = [] }) => {
      this.fill(context, view, building, fill);
      context.stroke();
      const pointed = building.filter((item) => this.under && item.code === this.under.code);
      if (pointed.length) this.fill(context, view, pointed, POINTED);
    });
  }

  fill(context, view, items, colour) {
    context.beginPath();
    for (const { rings, shape } of items) {
      if (shape === "point") square(context, view, rings[0]);
      else trace(context, view, rings, true);
    }
    if (!colour) return;
    context.fillStyle = colour;
    context.fill();
  }

  light() {
    this.pending = null;
    const found = this.pointed && this.at(this.pointed);
    if (!found) this.leave();
    else if (found.code !== this.under?.code) this.enter(found);
  }

  enter(found) {
    this.under = found;
    this.map.getContainer().classList.add("over-building");
    const { box } = found;
    const place = L.CRS.EPSG3857.pointToLatLng(L.point((box.left + box.right) / 2, box.top), 0);
    this.tip.setLatLng(place).setContent(words({ ...found, ...this.known.get(found.code) })).addTo(this.map);
    this.repaint();
    clearTimeout(this.asking);
    if (!this.known.has(found.code)) this.asking = setTimeout(() => this.ask(found, place), ASK_MS);
  }

  leave() {
    clearTimeout(this.asking);
    if (!this.under) return;
    this.under = null;
    this.map.getContainer().classList.remove("over-building");
    this.tip.remove();
    this.repaint();
  }

  /** What tiles do not carry: the address, and households where they are the reader's to know. */
  async ask(found, { lat, lng }) {
    const near = 0.0004;
    const bbox = [lng - near, lat - near, lng + near, lat + near].map((degrees) => degrees.toFixed(6)).join(",");
    const { features } = await get("/buildings", { bbox, limit: 50 }).catch(() => ({ features: [] }));
    for (const { properties } of features) this.known.set(properties.code, properties);
    if (this.under?.code === found.code && this.known.has(found.code)) this.tip.setContent(words(this.known.get(found.code)));
  }

  /** The building at a place, where buildings are large enough to be meant; null for none. */
  at({ lat, lng }) {
    if (this.map.getZoom() < POINTED_FROM) return null;
    const point = worldOf(lng, lat);
    const tile = this.drawn?.find(({ box }) => point.x >= box.left && point.x < box.right && point.y >= box.top && point.y < box.bottom);
    return tile?.layers.building?.find((item) => covers(item, point)) || null;
  }
}

function square(context, { scale, dx, dy }, [x, y]) {
  context.rect(x * scale + dx - POINT_PX / 2, y * scale + dy - POINT_PX / 2, POINT_PX, POINT_PX);
}

function words(p) {
  const facts = [
    p.floors ? t("map.floors", { n: p.floors }) : null,
    p.households ? t("map.households", { n: count(p.households) }) : null,
  ].filter(Boolean);
  return el("div", { class: "tip__building" }, el("strong", {}, p.name || p.address || p.code),
    p.name && p.address ? el("div", { class: "tip__quiet" }, p.address) : null, facts.length ? el("div", {}, facts.join(" · ")) : null);
}
