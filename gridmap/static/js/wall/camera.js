// Where the map looks from: tilted and turned, as near as what it shows fits into the free window.

export const PITCH = 42;
export const BEARING = -35;
const ROUNDS = 5;
const FLIGHT_MS = 2400;

/** Has `points` ([lon, lat]) fill the window {left, top, right, bottom} (pixels of the map's own box), at once or gliding there. */
export function frame(map, points, free, isGliding = false) {
  const before = { center: map.getCenter(), zoom: map.getZoom() };
  for (let round = 0; round < ROUNDS; round += 1) step(map, points, free);
  if (!isGliding) return;
  const target = { center: map.getCenter(), zoom: map.getZoom() };
  map.jumpTo(before); // nothing of this was drawn yet
  map.easeTo({ ...target, pitch: PITCH, bearing: BEARING, duration: FLIGHT_MS });
}

function step(map, points, free) {
  const width = free.right - free.left;
  const height = free.bottom - free.top;
  const box = seen(map, points);
  const zoom = map.getZoom() + Math.log2(Math.min(width / (box.right - box.left), height / (box.bottom - box.top)));
  map.jumpTo({ zoom: Math.min(Math.max(zoom, 8), 17), pitch: PITCH, bearing: BEARING });
  const now = seen(map, points);
  const across = (now.left + now.right) / 2 - (free.left + free.right) / 2;
  const down = (now.top + now.bottom) / 2 - (free.top + free.bottom) / 2;
  const middle = map.project(map.getCenter());
  map.jumpTo({ center: map.unproject([middle.x + across, middle.y + down]) });
}

function seen(map, points) {
  const places = points.map((point) => map.project(point));
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Every corner of a multipolygon's outer borders. */
export function corners({ coordinates }) {
  return coordinates.flatMap((rings) => rings[0]);
}

/** The corners of a box. */
export function cornersOf([west, south, east, north]) {
  return [[west, south], [east, south], [east, north], [west, north]];
}

/** The box around points. */
export function boxOf(points) {
  const [lons, lats] = [points.map(([lon]) => lon), points.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}
