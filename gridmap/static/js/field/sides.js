// Plane geometry around one place, in metres: distances, the nearest point of a border, which side it is.

const M_PER_DEGREE = 111_320;
const NAMES = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];

/** Metres east and north of `from` ([lon, lat]) at which `to` lies; good for a district. */
export function offset(from, to) {
  const squeeze = Math.cos((from[1] * Math.PI) / 180);
  return [(to[0] - from[0]) * M_PER_DEGREE * squeeze, (to[1] - from[1]) * M_PER_DEGREE];
}

/** Metres between two places. */
export function metres(from, to) {
  return Math.hypot(...offset(from, to));
}

/** {distance_m, at: [east, north]} of the border of a GeoJSON (Multi)Polygon nearest to `from`. */
export function nearestBorder(from, geometry) {
  const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  let best = { distance_m: Infinity, at: [0, 0] };
  for (const ring of polygons.flat()) {
    const line = ring.map((place) => offset(from, place));
    for (let i = 1; i < line.length; i += 1) {
      const at = nearestOn(line[i - 1], line[i]);
      const distance = Math.hypot(...at);
      if (distance < best.distance_m) best = { distance_m: distance, at };
    }
  }
  return best;
}

function nearestOn([ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length ? Math.max(0, Math.min(1, -(ax * dx + ay * dy) / length)) : 0;
  return [ax + share * dx, ay + share * dy];
}

/** The one of eight winds that [east, north] points to. */
export function wind([east, north]) {
  const turn = Math.atan2(east, north) / (2 * Math.PI);
  return NAMES[(Math.round(turn * 8) + 8) % 8];
}

/** The opposite wind. */
export function opposite(name) {
  return NAMES[(NAMES.indexOf(name) + 4) % 8];
}

/** The place `[east, north]` metres away from `from`. */
export function moved(from, [east, north]) {
  const squeeze = Math.cos((from[1] * Math.PI) / 180);
  return [from[0] + east / (M_PER_DEGREE * squeeze), from[1] + north / M_PER_DEGREE];
}
