// Where the map looks from: tilted and turned, as near as the whole district fits into the free window.

export const PITCH = 42;
export const BEARING = -35;
const ROUNDS = 5;

/** Has `points` ([lon, lat]) fill the window {left, top, right, bottom} (pixels of the map's own box). */
export function frame(map, points, free) {
  const width = free.right - free.left;
  const height = free.bottom - free.top;
  for (let round = 0; round < ROUNDS; round += 1) {
    const box = seen(map, points);
    const zoom = map.getZoom() + Math.log2(Math.min(width / (box.right - box.left), height / (box.bottom - box.top)));
    map.jumpTo({ zoom: Math.min(Math.max(zoom, 8), 17), pitch: PITCH, bearing: BEARING });
    const now = seen(map, points);
    const across = (now.left + now.right) / 2 - (free.left + free.right) / 2;
    const down = (now.top + now.bottom) / 2 - (free.top + free.bottom) / 2;
    const middle = map.project(map.getCenter());
    map.jumpTo({ center: map.unproject([middle.x + across, middle.y + down]) });
  }
}

function seen(map, points) {
  const places = points.map((point) => map.project(point));
  const xs = places.map(({ x }) => x);
  const ys = places.map(({ y }) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Every corner of the outlines of a collection of polygons. */
export function corners({ features }) {
  return features.flatMap(({ geometry }) => {
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    return polygons.flatMap((rings) => rings[0]);
  });
}
