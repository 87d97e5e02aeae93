// The nearest point of a cell's border, so that the margin a finding states can be shown on the map.

const METRES_PER_DEGREE = 111_320;

/** The point of the borders of a GeoJSON Polygon or MultiPolygon that is nearest to [lon, lat], as [lon, lat]; on a plane, good within some km. */
export function nearestOnBorder(geometry, [lon, lat]) {
  const across = Math.cos((lat * Math.PI) / 180);
  const plane = ([x, y]) => [(x - lon) * across * METRES_PER_DEGREE, (y - lat) * METRES_PER_DEGREE];
  const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  let best = null;
  for (const ring of polygons.flat()) {
    for (let at = 1; at < ring.length; at += 1) {
      const [x, y] = nearestOnSegment(plane(ring[at - 1]), plane(ring[at]));
      const off = Math.hypot(x, y);
      if (!best || off < best.off) best = { off, x, y };
    }
  }
  return best && [lon + best.x / (across * METRES_PER_DEGREE), lat + best.y / METRES_PER_DEGREE];
}

/** Nearest to the origin. */
function nearestOnSegment([ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? Math.min(Math.max(-(ax * dx + ay * dy) / length, 0), 1) : 0;
  return [ax + share * dx, ay + share * dy];
}
