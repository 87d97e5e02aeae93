// Which part of the map can be seen between rail, legend and panel, and how something is brought there.

const L = window.L;
const MATTER_ZOOM = 17;
const LEGEND_GROWS_TO = 250; // pixels, once its figures have come: the area is fitted in before

/** Shows all of one's area beside the legend. */
export function showWhole(map, bounds, legend, animate) {
  map.fitBounds(corners(bounds), { ...besideLegend(map, bounds, legend.getBoundingClientRect()), animate });
}

/** Shows all of a shape that is not chosen, between what lies over the map. */
export function goTo(map, geometry) {
  fitArea(map, L.geoJSON(geometry).getBounds(), !window.matchMedia("(prefers-reduced-motion: reduce)").matches);
}

/** Shows all of an area above the cells. */
export function fitArea(map, bounds, animate) {
  map.fitBounds(bounds, { ...uncovered(map), animate });
}

/** Shows a cell. Pans as little as possible; only what is too large or far away changes the zoom. */
export function showArea(map, bounds, animate) {
  const { paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] } = uncovered(map);
  const size = map.getSize();
  const from = map.latLngToContainerPoint(bounds.getNorthWest());
  const to = map.latLngToContainerPoint(bounds.getSouthEast());
  const fits = to.x - from.x <= size.x - left - right && to.y - from.y <= size.y - top - bottom;
  if (!fits || !map.getBounds().pad(1).contains(bounds)) {
    map.fitBounds(bounds, { ...uncovered(map), maxZoom: 16, animate });
    return;
  }
  const shift = (low, high, least, most) => (low < least ? low - least : Math.max(high - most, 0));
  map.panBy([shift(from.x, to.x, left, size.x - right), shift(from.y, to.y, top, size.y - bottom)], { animate });
}

/** Shows a matter close enough to see its accuracy circle and what lies around. */
export function showMatter(map, { geometry, properties }, animate) {
  const [lon, lat] = geometry.coordinates;
  const around = L.latLng(lat, lon).toBounds(Math.max((properties.accuracy_m || 0) * 6, 240));
  const zoom = Math.max(map.getZoom(), MATTER_ZOOM);
  map.fitBounds(around, { ...uncovered(map), maxZoom: Math.min(zoom, 18), animate });
}

/** Where the panel covers the map, what is chosen is brought into what is left of it; a page may have none. */
export function uncovered(map) {
  const panel = document.querySelector("[data-part=panel]");
  return isPhone()
    ? { paddingTopLeft: [24, 120], paddingBottomRight: [24, (panel?.offsetHeight || 0) + 24] }
    : { paddingTopLeft: [48, 72], paddingBottomRight: [(panel?.offsetWidth || 0) + 48, 72] };
}

/** Room for the controls, and for the legend on the side where it costs the map least; none of it below the heat's bar. */
function besideLegend(map, bounds, legend) {
  const size = map.getSize();
  const bar = document.querySelector(".heat-bar")?.offsetHeight || 0;
  const below = bar ? bar + 60 : 24;
  if (isPhone()) return { paddingTopLeft: [16, 120], paddingBottomRight: [16, 180] };
  const ways = [
    { paddingTopLeft: [legend.width + 36, 60], paddingBottomRight: [24, below] },
    { paddingTopLeft: [24, 60], paddingBottomRight: [24, Math.max(below, Math.max(legend.height, LEGEND_GROWS_TO) + 60)] },
  ];
  const zoomOf = ({ paddingTopLeft: [left, top], paddingBottomRight: [right, bottom] }) => {
    const box = map.project(corners(bounds)[1], 0).subtract(map.project(corners(bounds)[0], 0));
    return Math.min((size.x - left - right) / Math.abs(box.x), (size.y - top - bottom) / Math.abs(box.y));
  };
  return ways.sort((a, b) => zoomOf(b) - zoomOf(a))[0];
}

function isPhone() {
  return window.matchMedia("(max-width: 767px)").matches;
}

function corners([west, south, east, north]) {
  return [[south, west], [north, east]];
}
