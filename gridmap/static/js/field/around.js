// What lies around: cells, who leads them, where a point lies; answers are kept for when there is no network.

import { get } from "../api.js";
import { covers } from "./inside.js";
import { keepers } from "./kept_answers.js";
import { data } from "./page.js";
import { metres } from "./sides.js";

const MOST_KEPT = 80;
const cells = new Map();
const people = new Map();

/** Reads what was kept, so that the first picture needs no network. */
export async function restore() {
  for (const feature of (await keepers.recall("cells")) || []) cells.set(feature.id, feature);
  for (const [code, known] of (await keepers.recall("people")) || []) people.set(code, known);
}

/** Every cell known on this phone. */
export const known = () => [...cells.values()];

/** A cell's feature by code; undefined while it is not known. */
export const cellOf = (code) => cells.get(code);

/** The cells in a box [w, s, e, n], fresh where the server answers, kept ones where not. */
export async function cellsIn(box) {
  try {
    const { features } = await get("/areas", { level: "grid", bbox: box.join(","), limit: 300 });
    for (const feature of features) cells.set(feature.id, feature);
    await keepers.remember("cells", nearest(box));
    return features;
  } catch (error) {
    if (error.status > 0 && error.status < 500 && error.status !== 401) throw error;
    return known();
  }
}

function nearest([west, south, east, north]) {
  const middle = [(west + east) / 2, (south + north) / 2];
  return known().sort((a, b) => metres(middle, a.properties.label) - metres(middle, b.properties.label)).slice(0, MOST_KEPT);
}

/** {name, vacant, often, feature} of a cell or area: its leader (null where not ours to know), what is often open there. */
export async function about(code) {
  const held = people.get(code);
  if (held && Date.now() - held.at < 300_000 && (held.geometry || cells.has(code))) return { ...held, geometry: held.geometry || cells.get(code).geometry };
  try {
    const { properties: p, geometry } = await get(`/areas/${encodeURIComponent(code)}`);
    const leader = p.staff?.["1"]?.[0] || null;
    const found = { at: Date.now(), area: p.name, level: p.level, name: leader?.person?.name || null, vacant: Boolean(leader?.vacant),
      often: (p.counts?.by_category || []).map(({ category }) => category), parent: p.breadcrumb?.at(-2)?.name || p.breadcrumb?.at(-1)?.name || null, geometry };
    people.set(code, found);
    keepers.remember("people", [...people].map(([key, one]) => [key, { ...one, geometry: null }]).slice(-MOST_KEPT));
    return found;
  } catch (error) {
    return held || { at: 0, name: null, vacant: false, often: [], parent: null, geometry: null, error };
  }
}

/** Where a place lies, as the server explains it; without it, by the cells kept here (`offline` true), or null. */
export async function locate({ lon, lat, accuracy_m }, signal) {
  try {
    return await get("/locate", { lon, lat, accuracy_m }, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return byKept(lon, lat);
  }
}

function byKept(lon, lat) {
  const cell = cellAt(lon, lat);
  if (!cell) return null;
  const { code, name, version } = cell.properties;
  return { status: "inside", cell: { code, name, version }, margin_m: null, candidates: [], offline: true };
}

/** The kept cell that covers a place. */
export function cellAt(lon, lat) {
  return known().find(({ geometry }) => geometry && covers(geometry, { lng: lon, lat }));
}

/** The areas one answers for: cells first, where there are any. */
export function ownAreas() {
  const { posts, areas } = data.me;
  const held = posts.map(({ area, role, role_name: roleName }) => ({ ...area, role, roleName }));
  const inCells = held.filter(({ level }) => level === "grid");
  const list = inCells.length ? inCells : held.length ? held : areas.map((area) => ({ ...area, roleName: "" }));
  return [...new Map(list.map((area) => [area.code, area])).values()];
}
