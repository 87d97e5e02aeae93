// How the ground looks: fields, greens, grounds of places and water as surfaces, then roads with their casing.

import { isInView } from "./shapes.js";

export const COLOURS = {
  field: "#EEF0DF", furrow: "#E2E6CC", green: "#DDEBD3", water: "#CFE3F1", bank: "#B4D0E4", casing: "#D5D0C4", road: "#FFFFFF",
  rail: "#A7ABB1",
};
const GROUNDS = {
  school: "#F3ECDC", hospital: "#F8E8E5", market: "#F7ECD2", mall: "#F4E8EE", government: "#EBEAF3", station: "#E6E9EE",
  site: "#EBE2D0", village: "#EFEBDF", square: "#EDEBE6",
};
const ROADS = [["lane", 2.2], ["minor", 4.5], ["main", 7]];
const AT_ZOOM = 15.5; // the widths above are those of about this zoom
const GROWTH = 0.72; // roads grow a little slower than the map
const LEAST_PX = 0.7;

/** The width of a road's white in pixels. */
export function widthOf(rank, zoom) {
  const base = (ROADS.find(([name]) => name === rank) || ROADS[1])[1];
  return Math.max(LEAST_PX, base * 2 ** ((zoom - AT_ZOOM) * GROWTH));
}

/** Draws items in their order from the ground up, in steps; `part`: all, areas or roads. */
export function* paintGround(context, view, items, part = "all") {
  const seen = items.filter((item) => isInView(item, view));
  context.lineJoin = "round";
  if (part !== "roads") paintAreas(context, view, seen);
  yield;
  if (part !== "areas") yield* paintRoads(context, view, seen.filter(({ kind, shape }) => kind === "road" && shape === "line"));
}

function paintAreas(context, view, items) {
  const of = (kind) => items.filter((item) => item.kind === kind && item.shape === "area");
  for (const item of of("field")) fill(context, view, item, COLOURS.field, COLOURS.furrow);
  for (const item of of("place")) fill(context, view, item, GROUNDS[item.rank] || GROUNDS.square);
  for (const item of of("green")) fill(context, view, item, COLOURS.green);
  for (const item of of("water")) fill(context, view, item, COLOURS.water, COLOURS.bank);
  for (const item of items) {
    if (item.kind === "water" && item.shape === "line") stroke(context, view, [item], COLOURS.water, Math.max(1, widthOf("lane", view.zoom) * 1.6));
  }
}

function fill(context, view, item, colour, edge) {
  trace(context, view, item.rings, true);
  context.fillStyle = colour;
  context.fill("evenodd");
  if (!edge) return;
  context.strokeStyle = edge;
  context.lineWidth = 0.75;
  context.stroke();
}

/** Small roads first; all casings of a rank before its whites, so that crossings are open. */
function* paintRoads(context, view, roads) {
  const of = (rank) => roads.filter((road) => (ROADS.some(([name]) => name === road.rank) ? road.rank : "minor") === rank);
  const rails = roads.filter(({ rank }) => rank === "rail");
  for (const [rank] of ROADS) {
    const some = of(rank).filter((road) => road.rank !== "rail");
    const width = widthOf(rank, view.zoom);
    stroke(context, view, some, COLOURS.casing, width < 1.5 ? width : width + 2);
    yield;
    if (rank === "lane" && width < 1.5) continue;
    if (width >= 1.5) stroke(context, view, some, COLOURS.road, width);
    yield;
  }
  if (rails.length) paintRails(context, view, rails);
}

function paintRails(context, view, rails) {
  const width = Math.max(1.2, widthOf("lane", view.zoom));
  stroke(context, view, rails, COLOURS.rail, width + 1);
  context.setLineDash([8, 8]);
  stroke(context, view, rails, COLOURS.road, width - 0.4, "butt");
  context.setLineDash([]);
}

function stroke(context, view, items, colour, width, cap = "round") {
  trace(context, view, items.flatMap(({ rings }) => rings), false);
  context.lineCap = cap;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke();
}

/** One path of all rings. */
function trace(context, { scale, dx, dy }, rings, isClosed) {
  context.beginPath();
  for (const ring of rings) {
    context.moveTo(ring[0] * scale + dx, ring[1] * scale + dy);
    for (let at = 2; at < ring.length; at += 2) context.lineTo(ring[at] * scale + dx, ring[at + 1] * scale + dy);
    if (isClosed) context.lineTo(ring[0] * scale + dx, ring[1] * scale + dy); // as in tiles/paint.js
  }
}
