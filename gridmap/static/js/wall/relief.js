// The map in the middle: the district from above and aside, with everything that is drawn on it.

import { Map as GlMap, prewarm } from "maplibre-gl";

import { BEARING, PITCH, boxOf, corners, cornersOf, frame } from "./camera.js";
import { token } from "./charts.js";
import { BAKED, BASE, FAR, STRESSED, baseLayer, filtersOf, givesWay, layers, outside, paintOf, pictures, source, spotlight, squares, style } from "./layers.js";
import { lateSign } from "./signs.js";

const NAMED_AT_MOST = 40; // more communities than this: the streets are named instead, communities once one comes closer
const WITHOUT_CELLS = "?cells=0"; // where they cannot be seen: the tiles of other zooms have them all the same
const BASE_AGAIN_MS = 30_000;
const BASE_FAULTS = 3;
const ROUGH = 0.25; // pixels while tiles still come in: what is drawn over and over then is drawn quickly
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const collection = (features) => ({ type: "FeatureCollection", features });
prewarm(); // its worker starts while the page still asks what there is to draw
const pointAt = (coordinates, properties) => ({ type: "Feature", properties, geometry: { type: "Point", coordinates } });

/**
 * `far`: what stands for the cells below a zoom ({level, below}, null: nothing does). Emits `moved` when the camera stands
 * elsewhere, `lost` when the graphics context is gone, `stale` {detail: set} when tiles are gone.
 */
export class Relief extends EventTarget {
  constructor(node, stage, free, far) {
    super();
    Object.assign(this, { node, stage, free, far, scene: { kind: "overview", area: null }, tinted: new Map(), versions: {} });
  }

  /** Whether cells would be too narrow to be seen, so that others stand for them. */
  get isFar() {
    return Boolean(this.far) && this.map.getZoom() < this.far.below;
  }

  /** Draws what there is of `sets` (TileJSONs by name) inside `border`; `directory` knows the areas, `show` the figures. Throws where there is no WebGL. */
  open(border, directory, sets, show) {
    this.all = layers([0, 1, 2, 3].map((n) => token(`tint-${n}`)), this.far);
    this.outline = corners(border.outline);
    this.bounds = boxOf(this.outline);
    const [west, south, east, north] = this.bounds;
    this.map = new GlMap({
      container: this.node, style: style(still.matches), center: [(west + east) / 2, (south + north) / 2], zoom: 12,
      pitch: PITCH, bearing: BEARING, interactive: false, attributionControl: false, fadeDuration: 0, renderWorldCopies: false,
      pixelRatio: ROUGH, trackResize: false, canvasContextAttributes: { antialias: false },
    });
    this.map.on("error", (event) => this.failed(event));
    this.map.on("webglcontextlost", () => this.dispatchEvent(new Event("lost")));
    this.map.on("move", () => this.dispatchEvent(new Event("moved")));
    return new Promise((resolve) => {
      this.map.once("style.load", () => {
        this.fill(border, directory, sets);
        show();
        this.map.once("idle", () => {
          this.isSharp = true;
          this.map.setPixelRatio(this.stage.sharpness);
          this.map.once("idle", resolve);
        });
      });
    });
  }

  fill(border, directory, sets) {
    const { map } = this;
    map.setLight({ anchor: "viewport", color: "#DCEBFA", intensity: 0.42, position: [1.3, 210, 35] });
    map.addImage("late", lateSign(this.stage.sharpness), { pixelRatio: this.stage.sharpness });
    for (const layer of this.all) if (!BAKED.includes(layer.source)) map.addLayer(layer);
    for (const [name, about] of Object.entries(sets)) this.put(name, about);
    this.bound(border, directory);
    this.fit();
  }

  /** A set of tiles, new or in another version: what is drawn stays until the other is there. */
  put(name, about) {
    const { map } = this;
    if (this.versions[name] === about.version) return;
    this.versions[name] = about.version;
    const tiles = name === "areas" && this.far ? about.tiles.map((path) => path + WITHOUT_CELLS) : about.tiles;
    const held = map.getSource(name);
    if (held) {
      held.setTiles(tiles);
      return;
    }
    map.addSource(name, source({ ...about, tiles }, this.bounds));
    this.all.forEach((layer, at) => {
      if (layer.source !== name) return;
      const next = this.all.slice(at + 1).find(({ id }) => map.getLayer(id));
      map.addLayer(layer, next?.id);
    });
    this.stress();
  }

  /** Lays a base map (as the server tells it) below the cells; our own ground gives way to it once it is there. */
  under(base) {
    const { map } = this;
    map.addSource(BASE, pictures(base, this.bounds));
    map.addLayer(baseLayer(base), this.far ? FAR : "cells");
    map.on("sourcedata", ({ sourceId, tile }) => { if (sourceId === BASE && tile?.state === "loaded") this.baseCame(); });
  }

  baseCame() {
    this.baseFaults = 0;
    this.hasBase(true);
  }

  /** What did not come is asked for again; a few in a row, and it is said. */
  baseFailed() {
    this.baseFaults = (this.baseFaults || 0) + 1;
    if (this.baseFaults >= BASE_FAULTS) this.hasBase(false);
    this.baseAgain ||= setTimeout(() => { this.baseAgain = null; this.map?.refreshTiles(BASE); }, BASE_AGAIN_MS);
  }

  /** Whether its pictures come. */
  hasBase(isThere) {
    if (this.isOverBase === isThere) return;
    this.isOverBase = isThere;
    for (const layer of this.all.filter(givesWay)) if (this.map.getLayer(layer.id)) this.map.setLayoutProperty(layer.id, "visibility", isThere ? "none" : "visible");
    this.stress();
    this.dispatchEvent(new CustomEvent("base", { detail: isThere }));
  }

  /** Takes the border and the areas inside it, at the start and when they are others. */
  bound(border, directory) {
    const { map } = this;
    Object.assign(this, { border, directory, outline: corners(border.outline) });
    const roots = border.roots && new Set(border.roots);
    const shape = { type: "Feature", properties: {}, geometry: border.outline };
    for (const [name, data] of Object.entries({ squares: squares(this.bounds), outside: outside(border.outline), outline: shape })) map.getSource(name).setData(data);
    const codes = roots && ((level) => directory.below(level, roots).map(({ code }) => code));
    for (const [layer, filter] of filtersOf(codes, this.far)) if (map.getLayer(layer)) map.setFilter(layer, filter);
  }

  /** What went wrong with a tile: a version that is gone is asked for anew. */
  failed({ error, sourceId }) {
    if (sourceId === BASE) this.baseFailed();
    if (error?.status === 404 && BAKED.includes(sourceId)) this.dispatchEvent(new CustomEvent("stale", { detail: sourceId }));
  }

  /** Looks at what the scene is about, as sharp as the stage is by now. */
  fit(isGliding = false) {
    if (!this.outline?.length) return;
    if (!isGliding) {
      if (this.isSharp) this.map.setPixelRatio(this.stage.sharpness);
      this.map.resize();
    }
    const found = this.areaOf(this.scene);
    frame(this.map, found ? cornersOf(found.box) : this.outline, this.free(), isGliding && !still.matches);
    this.dispatchEvent(new Event("moved"));
  }

  /** Turns to a scene {kind, area}: what it stresses, where it looks. */
  turnTo(scene) {
    const isElsewhere = scene.area !== this.scene.area;
    this.scene = scene;
    this.stress();
    if (isElsewhere) this.fit(true);
  }

  areaOf({ area }) {
    return (area && this.directory?.byCode.get(area)) || null;
  }

  stress() {
    for (const [layer, property, value] of paintOf(STRESSED[this.scene.kind], this.isOverBase)) if (this.map.getLayer(layer)) this.map.setPaintProperty(layer, property, value);
    for (const [layer, visibility, filter] of spotlight(this.areaOf(this.scene))) {
      if (!this.map.getLayer(layer)) continue;
      this.map.setFilter(layer, filter);
      this.map.setLayoutProperty(layer, "visibility", visibility);
    }
  }

  /** Tints the cells by class, marks those with late matters, writes names with their numbers. */
  show({ cells, communities, ranking, late }) {
    this.tint(cells);
    this.mark(cells, late);
    this.name(communities, ranking);
  }

  tint(cells) {
    this.tintBy("grid", cells);
    if (this.far && cells.far?.level === this.far.level) this.tintBy(this.far.level, cells.far);
  }

  tintBy(level, { counts, bounds }) {
    const area = (code) => ({ source: "areas", sourceLayer: level, id: code });
    for (const code of this.tinted.get(level) || []) if (!(code in counts)) this.map.setFeatureState(area(code), { tint: 0 });
    for (const [code, number] of Object.entries(counts)) this.map.setFeatureState(area(code), { tint: bounds.filter((bound) => number >= bound).length });
    this.tinted.set(level, Object.keys(counts));
  }

  /** Where matters are late: at the label point of each cell, which is told with them. */
  mark(cells, late) {
    const listed = new Map(late.filter(({ cell, lon_lat: at }) => cell && at).map(({ cell, lon_lat: at }) => [cell.code, at]));
    const places = new Map([...Object.entries(cells.late_at), ...listed]);
    this.map.getSource("late").setData(collection([...places].map(([code, at]) => pointAt(at, { listed: listed.has(code) }))));
  }

  name(communities, ranking) {
    const { number } = STRESSED[this.scene.kind];
    const spotted = this.areaOf(this.scene);
    const isFar = !spotted && communities.length > NAMED_AT_MOST && ranking.level === "street";
    const features = (isFar ? ranking.rows : communities).map((row) => [row, this.directory.byCode.get(row.code)])
      .filter(([, found]) => found && (!spotted || liesIn(found, spotted)))
      .map(([row, { label }]) => pointAt(label, { name: row.name, number: numberOf(row, number), strong: isFar, rank: -row.open }));
    this.map.getSource("labels").setData(collection(features));
  }

  /** Filled classes of density, each in its colour. */
  heat(features) {
    this.map.getSource("heat").setData(collection(features));
  }

  /** Where a place on the ground stands on the stage; null without a map. */
  stagePlace(lonLat) {
    if (!this.map) return null;
    const { x, y } = this.map.project(lonLat);
    const box = this.stage.place(this.node);
    return { x: box.left + x, y: box.top + y };
  }

  close() {
    this.map?.remove();
    this.map = null;
  }
}

/** What stands by a name: staff on duty of all who have a post, else a count of matters. */
function numberOf(row, number) {
  return number === "duty" ? `${row.on}/${row.people}` : String(row[number]);
}

function liesIn(area, other) {
  for (let at = area; at; at = at.parent) if (at === other) return true;
  return false;
}
