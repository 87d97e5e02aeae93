// The heat of open matters for what is in view, now or at a moment of the last 30 days: a density, or hot and cold spots.

import { get } from "../api.js";
import { el } from "../dom.js";
import { density } from "../format.js";
import { trace } from "../tiles/paint.js";
import { basicQuery, statusQuery } from "./filters.js";
import { FILTERS, HEAT } from "./state.js";

const L = window.L;
const SETTLE_MS = 250;
export const OPACITY = 0.92;
const WORLD = 256;
const MOST_FRAMES = 200;
export const SPOT_FILLS = { 2: "#C0392B", 1: "#EFA08B", "-1": "#9CC3E2", "-2": "#2F6FA7" };

/** What a status filter can mean at an earlier moment, as the API takes it; null where nothing is known of it. */
export function statusThen(status) {
  if (!status) return { status: "open" };
  if (status === "overdue") return { status: "open", due: "late" };
  return status === "triage" ? { status: "open,triage" } : null;
}

/**
 * Emits `change` when `answer` (the last good one), `phase` (idle, loading, ready, error) or `error` changed,
 * `repaint` when it is to be drawn anew. `kind` (density, spots) says what `answer` is.
 */
export class Heat extends EventTarget {
  constructor(map, state, cells) {
    super();
    Object.assign(this, { map, state, cells, phase: "idle", answer: null, error: null, kind: null, shapes: [], frames: new Map() });
    this.fills = readRamp();
    const pane = map.createPane("spots");
    Object.assign(pane.style, { zIndex: 443, pointerEvents: "none" });
    this.spots = L.layerGroup().addTo(map);
    map.on("moveend", () => this.soon());
    state.on(FILTERS, () => this.soon());
    state.on(HEAT, () => this.soon(0));
  }

  /** Whether it is drawn, or not wanted, or not to be had. */
  get isSettled() {
    return !this.wanted || this.phase === "ready" || this.phase === "error";
  }

  show(wanted) {
    this.wanted = wanted;
    if (wanted) this.load();
    else this.draw();
  }

  /** After a change of matters: what stood at an earlier moment stays. */
  soon(settle = SETTLE_MS) {
    if (!this.wanted) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.load(), settle);
  }

  /** The moment shown, as ISO; "" for now, also where a filter knows no earlier one. */
  get then() {
    return statusThen(this.state.status) ? this.state.then : "";
  }

  /** What is counted, whatever the moment. */
  counted() {
    const { per, weight } = this.state;
    return { ...basicQuery(this.state), per: per === "km2" ? "" : per, weight: weight === "none" ? "" : weight };
  }

  viewed() {
    return { bbox: this.map.getBounds().toBBoxString(), zoom: Math.round(this.map.getZoom()) };
  }

  async load() {
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const { signal } = this.withdraw;
    const kind = this.state.heatKind;
    this.become("loading");
    try {
      const answer = kind === "spots" ? await this.loadSpots(signal) : await this.loadDensity(signal);
      if (signal.aborted) return;
      Object.assign(this, { answer, kind });
      this.draw();
      this.become("ready");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error;
      this.become("error");
    }
  }

  loadSpots(signal) {
    const { then } = this;
    const status = then ? statusThen(this.state.status) : statusQuery(this.state.status);
    return get("/hotspots", { ...this.counted(), ...status, at: then }, { signal });
  }

  /** Of an earlier moment with the classes of now, so that the same colour means the same all along. */
  async loadDensity(signal) {
    const base = { ...this.viewed(), ...this.counted() };
    const status = statusQuery(this.state.status);
    const { then } = this;
    const view = JSON.stringify([base, status]);
    if (view !== this.frameView) this.frames.clear();
    this.frameView = view;
    if (!then) return this.remember("", await get("/heat", { ...base, ...status }, { signal }));
    const now = this.frames.get("") || this.remember("", await get("/heat", { ...base, ...status }, { signal }));
    const known = this.frames.get(then);
    return known || this.remember(then, await get("/heat", { ...base, ...statusThen(this.state.status), at: then, breaks: now.breaks.join(",") }, { signal }));
  }

  remember(then, answer) {
    if (this.frames.size > MOST_FRAMES) this.frames.clear();
    this.frames.set(then, answer);
    return answer;
  }

  become(phase) {
    this.phase = phase;
    this.dispatchEvent(new Event("change"));
  }

  draw() {
    const shown = this.wanted ? this.answer : null;
    this.shapes = shown && this.kind === "density" ? shown.features.map((one) => ({ fill: this.fillOf(one.properties.level), rings: ringsOf(one.geometry) })) : [];
    const kinds = shown && this.kind === "spots" ? shown.kinds : null;
    this.cells.setPaint?.(kinds && ((code) => SPOT_FILLS[kinds[code]] || null));
    this.spots.clearLayers();
    if (kinds) shown.features.forEach((one, at) => this.drawSpot(one, at + 1));
    this.dispatchEvent(new Event("repaint"));
  }

  /** The surfaces, on the canvas below roads and borders. */
  * paint(context, view) {
    for (const { fill, rings } of this.shapes) {
      context.globalAlpha = OPACITY;
      context.beginPath();
      trace(context, view, rings, true);
      context.fillStyle = fill;
      context.fill("evenodd");
      context.globalAlpha = 1;
      yield;
    }
  }

  /** A group's border: whole for 99 %, dashed for 95 %; hot ones with their number, as in the legend. */
  drawSpot({ geometry, properties: { kind, level, value } }, rank) {
    const [weight, dashArray] = level === 99 ? [3, null] : [2, "6 4"];
    const common = { pane: "spots", interactive: false };
    const outline = (style) => L.geoJSON(geometry, { ...common, style: { fill: false, ...style } }).addTo(this.spots);
    outline({ color: "#FFFFFF", weight: weight + 3, opacity: 0.9 });
    outline({ color: kind === "hot" ? "#1B2430" : "#23507A", weight, dashArray });
    if (kind !== "hot" || rank > MOST_NUMBERED) return;
    const html = el("span", {}, el("b", {}, String(rank)), `${density(value)} ${this.answer.unit}`);
    const icon = L.divIcon({ className: "spot-mark", html, iconSize: null });
    L.marker(highest(geometry), { ...common, icon, keyboard: false }).addTo(this.spots);
  }

  fillOf(level) {
    return this.fills[Math.min(level, this.fills.length - 1)];
  }
}

export const MOST_NUMBERED = 9;

/** Flat rings in pixels of the world at zoom 0, as the sheets draw them. */
function ringsOf({ coordinates }) {
  return coordinates.flat().map((ring) => ring.flatMap(([lon, lat]) => {
    const sine = Math.sin((lat * Math.PI) / 180);
    return [((lon + 180) / 360) * WORLD, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD];
  }));
}

/** The northernmost corner: there a word hides least of what it speaks of. */
function highest({ type, coordinates }) {
  const [lon, lat] = coordinates.flat(type === "Polygon" ? 1 : 2).reduce((a, b) => (b[1] > a[1] ? b : a));
  return [lat, lon];
}

/** The ramp of the tokens, low to high. */
function readRamp() {
  const tokens = getComputedStyle(document.documentElement);
  return Array.from({ length: 6 }, (_, i) => tokens.getPropertyValue(`--heat-${i}`).trim());
}
