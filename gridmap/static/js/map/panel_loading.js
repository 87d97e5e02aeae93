// What the panel asks the server for, by kind of thing; a part that fails leaves the others alone.

import { ApiError, collect, get } from "../api.js";
import { STATES_OF } from "../status.js";
import { categories } from "./category_names.js";

const MOST_CELLS = 20_000;
const MOST_BUILDINGS = 3000;

/** By kind: what is known of the thing with this id. Throws ApiError; 404 where there is none. */
export const loaders = { issue: loadIssue, area: loadArea, building: loadBuilding };

async function loadIssue(number) {
  const [feature, known] = await Promise.all([get(`/issues/${encodeURIComponent(number)}`), categories().catch(() => [])]);
  return { feature, names: new Map(known.map(({ id, name }) => [id, name])), category: known.find(({ id }) => id === feature.properties.category) };
}

/** `rows`: how many of its matters at most. */
async function loadArea(code, rows) {
  const [feature, matters, stand] = await Promise.all([
    get(`/areas/${encodeURIComponent(code)}`),
    mattersOf(code, rows).catch(asError),
    get("/state", { area: code }).catch(asError),
  ]);
  const isCell = feature.properties.level === "grid";
  const below = isCell ? null : await collect("/areas", { level: "grid", under: code, geometry: 0, limit: 1000 }, MOST_CELLS).catch(asError);
  const buildings = isCell ? await buildingsOf(feature).catch(asError) : null;
  return { feature, matters, buildings, stand: stand.totals, cells: below?.features?.length };
}

/** Where the clock runs first, by deadline; below it what waits to be verified, or stands still. `next`: whether there are more. */
async function mattersOf(area, limit) {
  const running = await get("/issues", { area, status: STATES_OF.overdue, order: "urgency", limit });
  if (running.next) return running;
  const room = Math.max(limit - running.features.length, 1);
  const handled = await get("/issues", { area, status: STATES_OF.handled, order: "urgency", limit: room });
  return { features: [...running.features, ...handled.features], next: handled.next };
}

/** Only cells are asked for their buildings one by one. */
async function buildingsOf({ geometry, properties }) {
  const { features } = await collect("/buildings", { bbox: boxAround(geometry), limit: 1000 }, MOST_BUILDINGS);
  return features.filter((feature) => feature.properties.cell === properties.code);
}

function boxAround(geometry) {
  const bounds = window.L.geoJSON(geometry).getBounds();
  return bounds.toBBoxString();
}

async function loadBuilding(code) {
  const { features } = await get("/buildings", { q: code, limit: 50 });
  const feature = features.find(({ properties }) => properties.code === code);
  if (!feature) throw new ApiError("not_found", 404);
  const cell = feature.properties.cell ? await get(`/areas/${encodeURIComponent(feature.properties.cell)}`).catch(() => null) : null;
  return { feature, cell };
}

/** What failed stands in its place, to be told there. */
function asError(error) {
  if (error.status === undefined) throw error;
  return { error };
}
