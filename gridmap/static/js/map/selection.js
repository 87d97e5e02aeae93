// Brings onto the map what the panel shows: an area's border, a matter's pin and shares, a building's outline.

import { reducedMotion } from "./issue_layer.js";
import { fitArea, showArea, showMatter, uncovered } from "./view.js";

const L = window.L;
const MAX_ZOOM = 16; // of a cell that was too small to be seen

/** Follows the panel; only what was newly chosen moves the map. */
export function selection({ map, state, panel, place, cells, net }) {
  const animate = !reducedMotion();
  const show = {
    area({ properties, geometry }, fresh) {
      place.clear();
      cells.select(geometry);
      const cell = cells.boundsOf(properties.code);
      if (fresh && geometry && properties.level === "grid" && !net.isNear) map.fitBounds(L.geoJSON(geometry).getBounds(), { ...uncovered(map), maxZoom: MAX_ZOOM, animate });
      else if (fresh && cell) showArea(map, cell, animate);
      else if (fresh && geometry) fitArea(map, L.geoJSON(geometry).getBounds(), animate);
    },
    building({ geometry }, fresh) {
      place.clear();
      cells.select(geometry?.type === "Point" ? null : geometry);
      if (fresh && geometry) showMatter(map, { geometry: middleOf(geometry), properties: {} }, animate);
    },
    issue(feature, fresh) {
      cells.select(null);
      place.show(feature);
      if (fresh && feature.geometry) showMatter(map, feature, animate);
    },
  };
  panel.addEventListener("closed", () => { place.clear(); cells.select(null); });
  panel.addEventListener("shown", ({ detail: { kind, feature } }) => {
    const fresh = panel.shownFor !== state.selected;
    panel.shownFor = state.selected;
    show[kind](feature, fresh);
  });
}

function middleOf(geometry) {
  const { lng, lat } = L.geoJSON(geometry).getBounds().getCenter();
  return { type: "Point", coordinates: [lng, lat] };
}
