// What the wall's map is made of, bottom to top: squares of a kilometre, cells, ground, borders, buildings, heat, signs.

const EMPTY = { type: "FeatureCollection", features: [] };
const UNDER = 0.84; // the heat lies on the ground, and a breath of it on the roofs
const OVER = 0.34;
export const HEAT_OPACITY = 1 - (1 - UNDER) * (1 - OVER);
export const NIGHT = "#081424"; // of the stage too: what lies outside is covered with it
export const STREET = "#26C6FF";
export const BAKED = ["areas", "ground", "buildings"];
const SPOTTED = ["street", "community", "grid"];
const FONT = ["bold,PingFang SC,Microsoft YaHei,Noto Sans CJK SC,sans-serif"]; // drawn by the browser itself; the first word is the weight
const STOREYS = ["max", ["coalesce", ["get", "floors"], 1], 1];
const HEIGHT = ["*", STOREYS, 6]; // floors × 3 m × 2
const ROAD_WIDTH = ["match", ["get", "rank"], "main", 3.4, "minor", 1.8, 0.9];
const geojson = (more = {}) => ({ type: "geojson", data: EMPTY, ...more });
const line = (id, of, paint, more = {}) => ({ id, ...of, type: "line", layout: { "line-join": "round", "line-cap": "round" }, paint, ...more });
const own = (source) => ({ source });
const area = (level) => ({ source: "areas", "source-layer": level });
const ground = { source: "ground", "source-layer": "ground" };
const at = (kind) => ["all", ["==", ["get", "kind"], kind], ["==", ["geometry-type"], "Polygon"]];

/** A baked set as a source; outside `bounds` nothing is asked for. */
export function source({ tiles, minzoom, maxzoom }, bounds) {
  return { type: "vector", tiles, minzoom, maxzoom, bounds, promoteId: "code" };
}

/** A base map as a source. */
export function pictures({ path, tile_size: tileSize, min_zoom: minzoom, max_zoom: maxzoom }, bounds) {
  return { type: "raster", tiles: [window.location.origin + path], tileSize, minzoom, maxzoom, bounds };
}

const BY_NIGHT = { // a photograph is dimmed, a drawing on white turned over: names and figures are read above both
  photo: { "raster-brightness-max": 0.72, "raster-saturation": -0.3, "raster-opacity": 0.92 },
  drawing: { "raster-brightness-min": 0.85, "raster-brightness-max": 0.06, "raster-hue-rotate": 180, "raster-saturation": -0.1, "raster-opacity": 0.92 },
};
export const BASE = "base-map";
export const FAR = "far-cells";
const TINTED = 0.92;
const TINT_OVER_BASE = [0.16, 0.62]; // of a cell without, of one with matters to tell
const GIVEN_WAY = ["fields", "greens", "water", "roads"];

/** A base map as a layer; what it looks like by day says how it becomes dark. */
export function baseLayer({ look }) {
  return { id: BASE, source: BASE, type: "raster", paint: { ...BY_NIGHT[look], "raster-fade-duration": 0 } };
}

/** Whether a layer of our own ground is not needed where there is a base map. */
export const givesWay = ({ id }) => GIVEN_WAY.includes(id);

/** The sources that are not baked, and how slowly what is shown turns into something else. */
export function style(isStill) {
  const sources = { squares: geojson(), outside: geojson(), outline: geojson(), heat: geojson({ tolerance: 0.2 }), late: geojson(), labels: geojson() };
  return { version: 8, transition: { duration: isStill ? 0 : 600, delay: 0 }, sources, layers: [] };
}

/**
 * All layers, bottom to top. `tints` are the colours of the cells' classes; `far` what stands for the cells below a zoom
 * ({level, below}, null: nothing does).
 */
export function layers(tints, far) {
  const tint = ["match", ["coalesce", ["feature-state", "tint"], 0], 1, tints[1], 2, tints[2], 3, tints[3], tints[0]];
  const tinted = { type: "fill", paint: { "fill-color": tint, "fill-opacity": TINTED } };
  return [
    { id: "base", ...own("outline"), type: "fill", paint: { "fill-color": tints[0] } },
    ...(far ? [{ id: FAR, ...area(far.level), ...tinted, maxzoom: far.below }] : []),
    { id: "cells", ...area("grid"), ...tinted },
    { id: "fields", ...ground, type: "fill", filter: at("field"), paint: { "fill-color": "#0C2226", "fill-opacity": 0.55 } },
    { id: "greens", ...ground, type: "fill", filter: at("green"), paint: { "fill-color": "#0E2B2A", "fill-opacity": 0.8 } },
    { id: "water", ...ground, type: "fill", filter: at("water"), paint: { "fill-color": "#0F3154", "fill-opacity": 0.95 } },
    line("roads", ground, { "line-color": "#23507A", "line-width": ROAD_WIDTH, "line-opacity": 0.8 }, { filter: ["==", ["get", "kind"], "road"] }),
    line("cell-borders", area("grid"), { "line-color": "#8FC4EA", "line-opacity": 0.22, "line-width": 0.8 }),
    line("community-borders", area("community"), { "line-color": "#8FD2F5", "line-opacity": 0.6, "line-width": 1.2 }),
    { id: "heat", ...own("heat"), type: "fill", paint: { "fill-color": ["get", "colour"], "fill-opacity": UNDER, "fill-antialias": false } },
    blocks(),
    { id: "heat-above", ...own("heat"), type: "fill", paint: { "fill-color": ["get", "colour"], "fill-opacity": OVER, "fill-antialias": false } },
    ...SPOTTED.map(veil),
    { id: "outside", ...own("outside"), type: "fill", paint: { "fill-color": NIGHT, "fill-antialias": false } },
    line("squares", own("squares"), { "line-color": "#5F8FB8", "line-opacity": 0.13, "line-width": 1 }),
    line("street-casing", area("street"), { "line-color": "#04101C", "line-width": 5, "line-opacity": 0.8 }),
    line("streets", area("street"), { "line-color": STREET, "line-width": 2 }),
    line("edge-glow", own("outline"), { "line-color": STREET, "line-width": 10, "line-blur": 10, "line-opacity": 0.28 }),
    line("edge", own("outline"), { "line-color": STREET, "line-width": 2.4 }),
    ...SPOTTED.map(spot),
    lateCells(), late(), labels(),
  ];
}

function blocks() {
  return {
    id: "blocks", source: "buildings", "source-layer": "building", type: "fill-extrusion", filter: ["==", ["geometry-type"], "Polygon"],
    paint: {
      "fill-extrusion-color": ["interpolate", ["linear"], HEIGHT, 6, "#1D3D5C", 60, "#285580", 200, "#3A78A8"],
      "fill-extrusion-height": HEIGHT, "fill-extrusion-opacity": 0.72, "fill-extrusion-vertical-gradient": true,
    },
  };
}

function veil(level) {
  return { id: `veil-${level}`, ...area(level), type: "fill", layout: { visibility: "none" }, paint: { "fill-color": NIGHT, "fill-opacity": 0.62, "fill-antialias": false } };
}

function spot(level) {
  return line(`spot-${level}`, area(level), { "line-color": "#F2F9FF", "line-width": 3 }, { layout: { visibility: "none", "line-join": "round" } });
}

function lateCells() {
  const paint = { "circle-radius": 4.5, "circle-color": "#FF5C6C", "circle-stroke-color": "#1B0A10", "circle-stroke-width": 1.5, "circle-opacity": 0.9 };
  return { id: "late-cells", ...own("late"), type: "circle", filter: ["!", ["get", "listed"]], paint };
}

function late() {
  const layout = { "icon-image": "late", "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-ignore-placement": true };
  return { id: "late", ...own("late"), type: "symbol", filter: ["get", "listed"], layout };
}

/** Names with a number; one that has no room steps aside before it gives way. */
function labels() {
  const text = ["format", ["get", "name"], {}, " ", {}, ["get", "number"], { "text-color": "#B9D2E6" }];
  return {
    id: "labels", ...own("labels"), type: "symbol",
    layout: {
      "text-field": text, "text-font": FONT, "text-size": ["case", ["get", "strong"], 23, 19], "text-padding": 1, "text-max-width": 40,
      "text-variable-anchor": ["center", "bottom", "top", "left", "right"], "text-radial-offset": 0.7, "symbol-sort-key": ["get", "rank"],
    },
    paint: { "text-color": "#F2F9FF", "text-halo-color": "rgba(5,11,20,.92)", "text-halo-width": 2.4 },
  };
}

/** What each scene brings out: how much of heat, cells' classes, buildings and late signs it shows, and which number stands by a name. */
export const STRESSED = {
  overview: { heat: 1, tint: 1, blocks: 0.72, late: 1, number: "open" },
  heat: { heat: 1, tint: 0, blocks: 0.16, late: 0, number: "open" },
  reports: { heat: 0, tint: 1, blocks: 0.28, late: 0, number: "reported" },
  late: { heat: 0, tint: 0, blocks: 0.28, late: 1, number: "late" },
  duty: { heat: 0, tint: 0, blocks: 0.28, late: 0, number: "duty" },
};

/** The paint that makes a map show what a scene brings out: [layer, property, value]. */
export function paintOf({ heat, tint, blocks: height, late: signs }, hasBase = false) {
  return [
    ["heat", "fill-opacity", UNDER * heat], ["heat-above", "fill-opacity", OVER * heat],
    ...["cells", FAR].map((id) => [id, "fill-opacity", hasBase ? overBase(tint) : TINTED * tint]),
    ["blocks", "fill-extrusion-opacity", height], ["late", "icon-opacity", signs], ["late-cells", "circle-opacity", 0.9 * signs], ["late-cells", "circle-stroke-opacity", signs],
  ];
}

function overBase(tint) {
  const [none, some] = TINT_OVER_BASE;
  return ["match", ["coalesce", ["feature-state", "tint"], 0], 0, none * tint, some * tint];
}

/** The filters that leave one's own areas only: [layer, filter]; `codes(level)` lists them, or is null for all; `far` as in `layers`. */
export function filtersOf(codes, far) {
  const mine = (level) => (codes ? ["match", ["get", "code"], codes(level).length ? codes(level) : [""], true, false] : null);
  return [...(far ? [[FAR, mine(far.level)]] : []), ["cells", mine("grid")], ["cell-borders", mine("grid")], ["community-borders", mine("community")], ["street-casing", mine("street")], ["streets", mine("street")]];
}

/** What makes one area stand out, or none (null): [layer, visibility, filter]. */
export function spotlight(found) {
  return SPOTTED.flatMap((level) => {
    const isIt = found?.level === level;
    const shown = isIt ? "visible" : "none";
    const code = isIt ? found.code : "";
    return [[`veil-${level}`, shown, ["!=", ["get", "code"], code]], [`spot-${level}`, shown, ["==", ["get", "code"], code]]];
  });
}

/** Lines a kilometre apart around a box, reaching `beyond` kilometres past it. */
export function squares([west, south, east, north], beyond = 7) {
  const perLat = 110.95;
  const perLon = 111.32 * Math.cos(((south + north) / 2) * Math.PI / 180);
  const [x, y] = [beyond / perLon, beyond / perLat];
  const lines = [];
  for (let lon = west - x; lon <= east + x; lon += 1 / perLon) lines.push([[lon, south - y], [lon, north + y]]);
  for (let lat = south - y; lat <= north + y; lat += 1 / perLat) lines.push([[west - x, lat], [east + x, lat]]);
  return { type: "Feature", properties: {}, geometry: { type: "MultiLineString", coordinates: lines } };
}

/** Everything but a multipolygon. */
export function outside({ coordinates }) {
  const world = [[-179, -80], [179, -80], [179, 80], [-179, 80], [-179, -80]];
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [world, ...coordinates.map((rings) => rings[0])] } };
}
