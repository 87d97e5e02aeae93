// Whether a place lies inside a drawn shape.

/** Whether a GeoJSON Polygon or MultiPolygon covers a Leaflet LatLng; holes are outside. */
export function covers(geometry, { lng, lat }) {
  const polygons = geometry.type === "MultiPolygon" ? geometry.coordinates : [geometry.coordinates];
  return polygons.some((rings) => rings.filter((ring) => crosses(ring, lng, lat)).length % 2 === 1);
}

function crosses(ring, x, y) {
  let inside = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
