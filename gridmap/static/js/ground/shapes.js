// Features of the answer as flat lists of world pixels at zoom 0: projected once, drawn often.

const RADIANS = Math.PI / 180;

/** `{id, kind, rank, name, shape: point|line|area, rings: [Float64Array x,y,x,y…], box}` of each feature. */
export function featuresOf(features) {
  return features.filter(({ geometry }) => geometry).map((feature) => {
    const { kind, rank, name } = feature.properties;
    const [shape, lists] = partsOf(feature.geometry);
    const rings = lists.map(projected);
    return { id: feature.id, kind, rank, name, shape, rings, box: boxAround(rings) };
  });
}

function partsOf({ type, coordinates, geometries }) {
  if (type === "Point") return ["point", [[coordinates]]];
  if (type === "MultiPoint") return ["point", coordinates.map((one) => [one])];
  if (type === "LineString") return ["line", [coordinates]];
  if (type === "MultiLineString") return ["line", coordinates];
  if (type === "Polygon") return ["area", coordinates];
  if (type === "MultiPolygon") return ["area", coordinates.flat()];
  return (geometries || []).length ? partsOf(geometries[0]) : ["point", []];
}

function projected(list) {
  const flat = new Float64Array(list.length * 2);
  list.forEach(([lon, lat], at) => {
    const sine = Math.sin(lat * RADIANS);
    flat[2 * at] = ((lon + 180) / 360) * 256;
    flat[2 * at + 1] = (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * 256;
  });
  return flat;
}

function boxAround(rings) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const ring of rings) {
    for (let at = 0; at < ring.length; at += 2) {
      box.left = Math.min(box.left, ring[at]);
      box.right = Math.max(box.right, ring[at]);
      box.top = Math.min(box.top, ring[at + 1]);
      box.bottom = Math.max(box.bottom, ring[at + 1]);
    }
  }
  return box;
}

/** Whether a feature's box touches the sheet, `margin` pixels around it included. */
export function isInView({ box }, { scale, dx, dy, size }, margin = 20) {
  return box.left * scale + dx < size.x + margin && box.right * scale + dx > -margin
    && box.top * scale + dy < size.y + margin && box.bottom * scale + dy > -margin;
}
