// A vector tile as flat lists of world pixels at zoom 0: decoded once, drawn often.

import { VectorTile } from "@mapbox/vector-tile";
import { PbfReader } from "pbf";

const WORLD = 256;
const SHAPES = { 1: "point", 2: "line", 3: "area" };

/** The layers of a tile by name; each a list of `{...its properties, shape: point|line|area, rings: [Float64Array x,y,x,y…], box}`. */
export function decoded(bytes, { z, x, y }) {
  const layers = {};
  for (const [name, layer] of Object.entries(new VectorTile(new PbfReader(bytes)).layers)) {
    const unit = WORLD / 2 ** z / layer.extent;
    const [left, top] = [x * layer.extent * unit, y * layer.extent * unit];
    layers[name] = Array.from({ length: layer.length }, (_, at) => itemOf(layer.feature(at), unit, left, top));
  }
  return layers;
}

function itemOf(feature, unit, left, top) {
  const rings = feature.loadGeometry().map((points) => {
    const flat = new Float64Array(points.length * 2);
    points.forEach((point, at) => {
      flat[2 * at] = left + point.x * unit;
      flat[2 * at + 1] = top + point.y * unit;
    });
    return flat;
  });
  return { ...feature.properties, shape: SHAPES[feature.type] || "point", rings, box: boxAround(rings) };
}

/** The box around flat lists of points. */
export function boxAround(rings) {
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

/** Whether a surface covers a point of world pixels; holes are outside. */
export function covers({ rings, box, shape }, { x, y }) {
  if (shape !== "area" || x < box.left || x > box.right || y < box.top || y > box.bottom) return false;
  return rings.filter((ring) => crosses(ring, x, y)).length % 2 === 1;
}

function crosses(ring, x, y) {
  let inside = false;
  for (let at = 0, before = ring.length - 2; at < ring.length; before = at, at += 2) {
    const [xi, yi, xj, yj] = [ring[at], ring[at + 1], ring[before], ring[before + 1]];
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
