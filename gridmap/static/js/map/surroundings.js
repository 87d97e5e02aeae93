// What lies around and above the cells: borders and names of communities and streets.

import { collect } from "../api.js";

const L = window.L;
const BORDERS = {
  community: { color: "#465160", weight: 1.5, opacity: 0.75, dashArray: "6 4" },
  street: { color: "#1B2430", weight: 2, opacity: 0.8 },
};
const NAMED_FROM = { street: 10, community: 13 };

export class Surroundings {
  constructor(map, bounds) {
    Object.assign(this, { map, bounds });
    const pane = map.createPane("borders");
    pane.style.zIndex = 430;
    pane.style.pointerEvents = "none";
    this.names = [];
    this.borders = L.layerGroup().addTo(map);
  }

  /** Fetches and draws them once; the map is whole without them, so a failure is silent. */
  async load() {
    for (const level of ["street", "community"]) {
      const { features } = await collect("/areas", { level, geometry: 1, bbox: widened(this.bounds).join(","), limit: 500 }, 2000)
        .catch(() => ({ features: [] }));
      this.draw(level, features.filter((feature) => feature.geometry));
    }
  }

  draw(level, features) {
    L.geoJSON(features, { style: { ...BORDERS[level], fill: false }, interactive: false, pane: "borders" }).addTo(this.borders);
    for (const { properties: p, geometry } of features) {
      if (p.label) this.names.push({ at: L.latLng(p.label[1], p.label[0]), text: p.name, kind: level, inside: geometry });
    }
  }

  show(wanted) {
    if (wanted) this.borders.addTo(this.map);
    else this.borders.remove();
  }

  labels() {
    const zoom = this.map.getZoom();
    return this.names.filter(({ kind }) => zoom >= NAMED_FROM[kind] && zoom < 17);
  }
}

function widened([west, south, east, north]) {
  const [dx, dy] = [(east - west) / 2, (north - south) / 2];
  return [west - dx, south - dy, east + dx, north + dy].map((degrees) => Number(degrees.toFixed(6)));
}
