// What the wall's map is made of, bottom to top: squares of a kilometre, cells, ground, borders, buildings, heat, signs.

const EMPTY = { type: "FeatureCollection", features: [] };
const UNDER = 0.84; // the heat lies on the ground, and a breath of it on the roofs
const OVER = 0.34;
export const HEAT_OPACITY = 1 - (1 - UNDER) * (1 - OVER);
export const NIGHT = "#081424"; // of the stage too: what lies outside is covered with it
export const STREET = "#26C6FF";
const geojson = (more = {}) => ({ type: "geojson", data: EMPTY, ...more });
const at = (kind) => ["==", ["get", "kind"], kind];
const line = (id, source, paint, more = {}) => ({ id, source, type: "line", layout: { "line-join": "round", "line-cap": "round" }, paint, ...more });

const ROAD_WIDTH = ["match", ["get", "rank"], "main", 3.4, "minor", 1.8, 0.9];

/** The style: sources without data yet, and their layers. `tints` are the colours of the cells' classes. */
export function style(tints) {
  return {
    version: 8,
    sources: {
      squares: geojson(), outside: geojson(), outline: geojson(), cells: geojson({ promoteId: "code" }), landmarks: geojson(),
      communities: geojson(), streets: geojson(), heat: geojson({ tolerance: 0.2 }), late: geojson(), labels: geojson(),
    },
    layers: [
      { id: "ground", source: "outline", type: "fill", paint: { "fill-color": tints[0] } },
      { id: "cells", source: "cells", type: "fill", paint: { "fill-color": ["match", ["coalesce", ["feature-state", "tint"], 0], 1, tints[1], 2, tints[2], 3, tints[3], tints[0]], "fill-opacity": 0.92 } },
      { id: "fields", source: "landmarks", type: "fill", filter: at("field"), paint: { "fill-color": "#0C2226", "fill-opacity": 0.55 } },
      { id: "greens", source: "landmarks", type: "fill", filter: at("green"), paint: { "fill-color": "#0E2B2A", "fill-opacity": 0.8 } },
      { id: "water", source: "landmarks", type: "fill", filter: at("water"), paint: { "fill-color": "#0F3154", "fill-opacity": 0.95 } },
      line("roads", "landmarks", { "line-color": "#23507A", "line-width": ROAD_WIDTH, "line-opacity": 0.8 }, { filter: at("road") }),
      line("cell-borders", "cells", { "line-color": "#8FC4EA", "line-opacity": 0.22, "line-width": 0.8 }),
      line("community-borders", "communities", { "line-color": "#8FD2F5", "line-opacity": 0.6, "line-width": 1.2 }),
      { id: "heat", source: "heat", type: "fill", paint: { "fill-color": ["get", "colour"], "fill-opacity": UNDER, "fill-antialias": false } },
      { id: "heat-above", source: "heat", type: "fill", paint: { "fill-color": ["get", "colour"], "fill-opacity": OVER, "fill-antialias": false } },
      { id: "outside", source: "outside", type: "fill", paint: { "fill-color": NIGHT, "fill-antialias": false } },
      line("squares", "squares", { "line-color": "#5F8FB8", "line-opacity": 0.13, "line-width": 1 }),
      line("street-casing", "streets", { "line-color": "#04101C", "line-width": 5, "line-opacity": 0.8 }),
      line("streets", "streets", { "line-color": STREET, "line-width": 2 }),
      line("edge-glow", "outline", { "line-color": STREET, "line-width": 10, "line-blur": 10, "line-opacity": 0.28 }),
      line("edge", "outline", { "line-color": STREET, "line-width": 2.4 }),
      { id: "late-cells", source: "late", type: "circle", filter: ["!", ["get", "listed"]], paint: { "circle-radius": 4.5, "circle-color": "#FF5C6C", "circle-stroke-color": "#1B0A10", "circle-stroke-width": 1.5, "circle-opacity": 0.9 } },
      { id: "late", source: "late", type: "symbol", filter: ["get", "listed"], layout: { "icon-image": "late", "icon-anchor": "bottom", "icon-allow-overlap": true, "icon-ignore-placement": true } },
      { id: "labels", source: "labels", type: "symbol", layout: { "icon-image": ["get", "image"], "icon-anchor": "center", "icon-offset": [0, -6], "icon-padding": 0, "symbol-sort-key": ["get", "rank"] } },
    ],
  };
}

/** The buildings of one area: floors × 3 m × 2. */
export function blocksLayer(source) {
  const height = ["*", ["max", ["coalesce", ["get", "floors"], 1], 1], 6];
  return {
    id: source, source, type: "fill-extrusion",
    paint: {
      "fill-extrusion-color": ["interpolate", ["linear"], height, 6, "#1D3D5C", 60, "#285580", 200, "#3A78A8"],
      "fill-extrusion-height": height, "fill-extrusion-opacity": 0.72, "fill-extrusion-vertical-gradient": true,
    },
  };
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

/** Everything but the polygons of a collection. */
export function outside({ features }) {
  const holes = features.flatMap(({ geometry }) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates).map((rings) => rings[0]));
  const world = [[-179, -80], [179, -80], [179, 80], [-179, 80], [-179, -80]];
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [world, ...holes] } };
}
