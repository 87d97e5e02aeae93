// The density of open matters as filled isopleths, always for what is in view, with its unit.

import { get } from "../api.js";
import { basicQuery, statusQuery } from "./filters.js";
import { FILTERS } from "./state.js";

const L = window.L;
const SETTLE_MS = 250;

/** Emits `change` when `answer` (the last good one), `phase` (idle, loading, ready, error) or `error` changed. */
export class Heat extends EventTarget {
  constructor(map, state) {
    super();
    Object.assign(this, { map, state, phase: "idle", answer: null, error: null });
    const pane = map.createPane("heat");
    pane.style.zIndex = 390; // under the borders of cells, so that it can be opaque as in the legend
    pane.style.pointerEvents = "none";
    this.fills = readRamp();
    this.layer = L.geoJSON(null, { pane: "heat", interactive: false, style: ({ properties }) => this.style(properties.level) });
    map.on("moveend", () => this.soon());
    state.on(FILTERS, () => this.soon());
  }

  show(wanted) {
    this.wanted = wanted;
    if (wanted) {
      this.layer.addTo(this.map);
      this.load();
    } else this.layer.remove();
  }

  soon(settle = SETTLE_MS) {
    if (!this.wanted) return;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.load(), settle);
  }

  async load() {
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    this.become("loading");
    const query = {
      bbox: this.map.getBounds().toBBoxString(), zoom: Math.round(this.map.getZoom()),
      ...basicQuery(this.state), ...statusQuery(this.state.status),
    };
    try {
      this.answer = await get("/heat", query, { signal: this.withdraw.signal });
      this.layer.clearLayers();
      this.layer.addData(this.answer.features);
      this.become("ready");
    } catch (error) {
      if (error.name === "AbortError") return;
      this.error = error;
      this.become("error");
    }
  }

  become(phase) {
    this.phase = phase;
    this.dispatchEvent(new Event("change"));
  }

  style(level) {
    return { stroke: false, fillColor: this.fills[Math.min(level, this.fills.length - 1)], fillOpacity: 0.92 };
  }
}

/** The ramp of the tokens, low to high. */
function readRamp() {
  const tokens = getComputedStyle(document.documentElement);
  return Array.from({ length: 6 }, (_, i) => tokens.getPropertyValue(`--heat-${i}`).trim());
}
