// Buildings from zoom 15 on, drawn on a canvas that lets clicks through to the cells below.

import { ApiError, get } from "../api.js";
import { el } from "../dom.js";
import { count } from "../format.js";
import { t } from "../texts.js";
import { covers } from "./inside.js";

const L = window.L;
const FROM_ZOOM = 15;
const MOST = 2000;
const STYLES = {
  classes: { fillColor: "#1B2430", fillOpacity: 0.1, color: "#1B2430", opacity: 0.12, weight: 0.75 },
  heat: { fillOpacity: 0, color: "#1B2430", opacity: 0.18, weight: 0.75 },
  plain: { fillColor: "#E3DFD6", fillOpacity: 1, color: "#CFC8B9", opacity: 1, weight: 0.75 },
};
const HOVER = { fillColor: "#CFC8B9", fillOpacity: 1 };

export class Buildings {
  constructor(map) {
    this.map = map;
    const pane = map.createPane("buildings");
    pane.style.zIndex = 410;
    pane.style.pointerEvents = "none";
    this.renderer = L.canvas({ pane: "buildings", padding: 0.2 });
    this.layer = L.geoJSON(null, { renderer: this.renderer, pane: "buildings", interactive: false, style: () => this.style() }).addTo(map);
    Object.assign(this, { mode: "classes", wanted: true });
    this.under = null;
    this.tip = L.tooltip({ direction: "top", offset: [0, -4], className: "tip" });
    map.on("moveend", () => this.load());
    map.on("mousemove", (event) => this.hover(event.latlng));
    map.on("mouseout", () => this.hover(null));
  }

  style() {
    return STYLES[this.mode] || STYLES.plain;
  }

  setMode(mode) {
    this.mode = mode;
    this.layer.setStyle(() => this.style());
  }

  show(wanted) {
    this.wanted = wanted;
    this.hover(null);
    this.load();
  }

  async load() {
    this.withdraw?.abort();
    if (!this.wanted || this.map.getZoom() < FROM_ZOOM) {
      this.layer.clearLayers();
      return;
    }
    this.withdraw = new AbortController();
    try {
      const bbox = this.map.getBounds().pad(0.1).toBBoxString();
      const found = await get("/buildings", { bbox, limit: MOST }, { signal: this.withdraw.signal });
      this.layer.clearLayers();
      this.layer.addData(found);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof ApiError)) throw error;
    }
  }

  hover(latlng) {
    if (this.pending) cancelAnimationFrame(this.pending);
    this.pending = requestAnimationFrame(() => this.light(latlng));
  }

  light(latlng) {
    const found = latlng && this.wanted && this.map.getZoom() >= 16 ? this.at(latlng) : null;
    if (found === this.under) return;
    if (this.under) this.under.setStyle(this.style());
    this.under = found;
    this.map.getContainer().classList.toggle("over-building", Boolean(found));
    if (!found) {
      this.tip.remove();
      return;
    }
    found.setStyle(HOVER);
    this.tip.setLatLng([found.getBounds().getNorth(), found.getBounds().getCenter().lng]);
    this.tip.setContent(buildingWords(found.feature.properties)).addTo(this.map);
  }

  /** The building at a place, or null. */
  at(latlng) {
    return this.layer.getLayers().find((layer) => layer.getBounds().contains(latlng) && covers(layer.feature.geometry, latlng)) || null;
  }
}

function buildingWords(p) {
  const facts = [
    p.floors ? t("map.floors", { n: p.floors }) : null,
    p.households ? t("map.households", { n: count(p.households) }) : null,
  ].filter(Boolean);
  return el("div", { class: "tip__building" }, el("strong", {}, p.name || p.address || p.code),
    p.name && p.address ? el("div", { class: "tip__quiet" }, p.address) : null, facts.length ? el("div", {}, facts.join(" · ")) : null);
}
