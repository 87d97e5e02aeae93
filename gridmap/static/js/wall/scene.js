// The map in the middle: the district from above and aside, with everything that is drawn on it.

import { Map as GlMap } from "maplibre-gl";

import { get } from "../api.js";
import { BEARING, PITCH, corners, frame } from "./camera.js";
import { token } from "./charts.js";
import { blocksLayer, outside, squares, style } from "./layers.js";
import { label, lateSign } from "./signs.js";

const NAMED_AT_MOST = 40; // more communities than this: the streets are named first
const LANDMARKS_AT_ONCE = 2000;
const REST_MS = 1500;

/** Emits `moved` when the camera stands elsewhere, `lost` when the graphics context is gone, `fault` {detail: error}. */
export class Scene extends EventTarget {
  constructor(node, stage, free) {
    super();
    Object.assign(this, { node, stage, free, ground: null, named: new Map() });
  }

  /** Draws the areas of `ground`; the rest comes after the first picture. Throws where there is no WebGL. */
  open(ground, bounds) {
    Object.assign(this, { ground, bounds });
    this.tints = [0, 1, 2, 3].map((n) => token(`tint-${n}`));
    this.map = new GlMap({
      container: this.node, style: style(this.tints), center: [(bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2], zoom: 12,
      pitch: PITCH, bearing: BEARING, interactive: false, attributionControl: false, fadeDuration: 0, renderWorldCopies: false,
      pixelRatio: this.stage.sharpness, trackResize: false, canvasContextAttributes: { antialias: false },
    });
    this.map.on("error", ({ error }) => this.dispatchEvent(new CustomEvent("fault", { detail: error })));
    this.map.on("webglcontextlost", () => this.dispatchEvent(new Event("lost")));
    return new Promise((resolve) => {
      this.map.once("style.load", () => {
        this.fill();
        this.map.once("idle", resolve);
      });
    });
  }

  fill() {
    const { map, ground } = this;
    map.setLight({ anchor: "viewport", color: "#DCEBFA", intensity: 0.42, position: [1.3, 210, 35] });
    map.addImage("late", lateSign(this.stage.sharpness), { pixelRatio: this.stage.sharpness });
    const outline = [ground.district, ground.street, ground.community, ground.grid].find(({ features }) => features.length) || ground.grid;
    this.outline = corners(outline);
    const set = { squares: squares(this.bounds), outside: outside(outline), outline, cells: ground.grid, communities: ground.community, streets: ground.street };
    for (const [name, data] of Object.entries(set)) map.getSource(name).setData(data);
    this.fit();
  }

  /** Looks at the whole again, as sharp as the stage is by now. */
  fit() {
    if (!this.outline?.length) return;
    this.map.setPixelRatio(this.stage.sharpness);
    this.map.resize();
    frame(this.map, this.outline, this.free());
    this.dispatchEvent(new Event("moved"));
  }

  /** Roads, water and greens; their absence is no fault. */
  async addLandmarks() {
    const features = [];
    let cursor = null;
    do {
      const page = await get("/landmarks", { bbox: this.bounds.join(","), zoom: 14, kind: "road,water,green,field", limit: LANDMARKS_AT_ONCE, cursor });
      features.push(...page.features);
      cursor = page.next;
    } while (cursor);
    this.map?.getSource("landmarks")?.setData({ type: "FeatureCollection", features });
  }

  /** The buildings, area after area: each is fetched and cut in the map's own worker, nobody waits for them. */
  async addBuildings(api) {
    const { map } = this;
    const { features } = this.ground.street.features.length ? this.ground.street : this.ground.community.features.length ? this.ground.community : this.ground.grid;
    for (const { properties: { code } } of features) {
      if (this.map !== map) return;
      const source = `blocks-${code}`;
      const data = `${window.location.origin}${api}/wall/buildings?area=${encodeURIComponent(code)}`;
      map.addSource(source, { type: "geojson", data, tolerance: 0.3, maxzoom: 15, buffer: 32 });
      map.addLayer(blocksLayer(source), "heat-above");
      await settled(map, source);
    }
  }

  /** Tints the cells by class, marks those with late matters, writes names with their numbers. */
  show({ cells, communities, ranking, late }) {
    this.tint(cells);
    this.mark(cells, late);
    this.name(communities, ranking);
  }

  tint({ counts, bounds }) {
    for (const code of this.tinted || []) if (!(code in counts)) this.map.setFeatureState({ source: "cells", id: code }, { tint: 0 });
    for (const [code, number] of Object.entries(counts)) {
      this.map.setFeatureState({ source: "cells", id: code }, { tint: bounds.filter((bound) => number >= bound).length });
    }
    this.tinted = Object.keys(counts);
  }

  mark(cells, late) {
    const points = this.points ||= new Map(this.ground.grid.features.map(({ properties }) => [properties.code, properties.label]));
    const listed = new Set(late.map((row) => row.cell?.code).filter(Boolean));
    const codes = [...new Set([...listed, ...Object.keys(cells.late)])].filter((code) => points.has(code));
    const features = codes.map((code) => ({ type: "Feature", properties: { listed: listed.has(code) }, geometry: { type: "Point", coordinates: points.get(code) } }));
    this.map.getSource("late").setData({ type: "FeatureCollection", features });
  }

  name(communities, ranking) {
    const many = communities.length > NAMED_AT_MOST;
    const streets = many && ranking.level === "street" ? ranking.rows.map((row) => [row, true]) : [];
    const rows = [...streets, ...communities.map((row) => [row, false])];
    const places = new Map([...this.ground.street.features, ...this.ground.community.features].map(({ properties }) => [properties.code, properties.label]));
    const features = rows.filter(([row]) => places.has(row.code)).map(([row, isStrong]) => ({
      type: "Feature", properties: { image: this.picture(row, isStrong), rank: isStrong ? -1e6 : -row.open },
      geometry: { type: "Point", coordinates: places.get(row.code) },
    }));
    this.map.getSource("labels").setData({ type: "FeatureCollection", features });
  }

  /** The picture of a name; one is kept for each area, and replaced when its number changes. */
  picture(row, isStrong) {
    const ratio = this.stage.sharpness;
    const words = `${row.name}|${row.open}|${ratio}`;
    const held = this.named.get(row.code);
    if (held?.words === words) return held.id;
    const id = `name-${row.code}-${words}`;
    this.map.addImage(id, label(row.name, String(row.open), ratio, { isStrong }), { pixelRatio: ratio });
    this.named.set(row.code, { words, id });
    if (held) setTimeout(() => { if (this.map?.hasImage(held.id)) this.map.removeImage(held.id); }, REST_MS);
    return id;
  }

  /** Filled classes of density, each in its colour. */
  heat(features) {
    this.map.getSource("heat").setData({ type: "FeatureCollection", features });
  }

  /** Where a place on the ground stands on the stage; null without a map. */
  stagePlace(lonLat) {
    if (!this.map) return null;
    const { x, y } = this.map.project(lonLat);
    const own = this.stage.place(this.node);
    return { x: own.left + x, y: own.top + y };
  }

  close() {
    this.map?.remove();
    this.map = null;
    this.named.clear();
    this.tinted = [];
  }
}

function settled(map, source) {
  return new Promise((resolve) => {
    const look = () => {
      if (!map.getSource(source) || map.isSourceLoaded(source)) {
        map.off("sourcedata", look);
        clearTimeout(end);
        resolve();
      }
    };
    const end = setTimeout(resolve, 20_000);
    map.on("sourcedata", look);
    look();
  });
}
