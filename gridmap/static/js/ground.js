// The ground below cells and matters: roads, water, greens, fields and named places, drawn on a Leaflet map.

import { get } from "./api.js";
import { Names } from "./ground/names.js";
import { paintGround } from "./ground/paint.js";
import { sheet } from "./ground/sheet.js";
import { featuresOf } from "./ground/shapes.js";

const L = window.L;
const FROM_ZOOM = 8;
const MOST_DETAIL = 16; // what a map shows from here on needs no new request
const TILE_STEPS = 2; // a request covers what is 1024 pixels wide at its zoom: few of them, and the same ones again
const PAGE = 2000;
const MOST_PAGES = 6;
const KEPT = 60;

/**
 * Draws what `GET /landmarks` has for the view, and loads more as the view moves. The map is whole without it:
 * a failure is silent, and tried again with the next movement. Nothing takes pointer events.
 *
 * `before`: the name of the pane it lies under (none: under all vectors). `roadsOver`: a pane's z-index for
 * the roads, where they shall lie over the cells. `taken`: a function that answers the boxes (layer points:
 * left, right, top, bottom) its names must keep clear of. `names`: false leaves all names to `labels()`.
 */
export class Ground {
  constructor(map, { before, roadsOver, taken = () => [], names = true, zIndex } = {}) {
    Object.assign(this, { map, taken, hasNames: names });
    this.tiles = new Map();
    this.items = [];
    const below = zIndex ?? (before ? Number(getComputedStyle(map.getPane(before)).zIndex) - 5 : 240);
    const paint = (part) => (context, view) => paintGround(context, view, this.items, part);
    this.sheets = [sheet(map, "ground", below, paint(roadsOver ? "areas" : "all"))];
    if (roadsOver) this.sheets.push(sheet(map, "ground-roads", roadsOver, paint("roads")));
    this.names = new Names(this);
    if (names) this.sheets.push(sheet(map, "ground-names", 446, (context, view) => this.names.paint(context, view, this.taken())));
    map.on("moveend", () => this.load());
  }

  /** Loads what the view needs and is not there yet, then draws; true once all of it is there. */
  async load() {
    const zoom = this.map.getZoom();
    if (zoom < FROM_ZOOM) return false;
    const band = Math.min(Math.floor(zoom), MOST_DETAIL);
    const wanted = tilesOf(this.map.getBounds(), band - TILE_STEPS).map(([x, y]) => `${band}/${x}/${y}`);
    this.wanted = wanted;
    await Promise.all(wanted.map((key) => this.tiles.get(key) || this.fetch(key)));
    if (this.wanted !== wanted) return false;
    const found = wanted.map((key) => this.tiles.get(key));
    this.forget(wanted);
    if (found.some((tile) => !Array.isArray(tile))) return false;
    this.show(found);
    return true;
  }

  /** A tile is on its way (a promise), there (a list), or, where it failed, as if it had never been asked for. */
  fetch(key) {
    const [band, x, y] = key.split("/").map(Number);
    const tile = pages({ bbox: boxOf(x, y, band - TILE_STEPS), zoom: band, limit: PAGE }).then(featuresOf)
      .then((features) => { this.tiles.set(key, features); }, () => { this.tiles.delete(key); });
    this.tiles.set(key, tile);
    return tile;
  }

  show(tiles) {
    const same = tiles.length === this.shown?.length && tiles.every((tile, at) => tile === this.shown[at]);
    if (same) return;
    this.shown = tiles;
    this.items = [...new Map(tiles.flat().map((item) => [item.id, item])).values()];
    this.redraw();
  }

  /** Draws again what is there, for instance after other labels have moved. */
  redraw() {
    for (const one of this.sheets) one.redraw();
  }

  /** The names in view, for a page that places all labels itself: `{at, text, kind, rank, weight}` each. */
  labels() {
    return this.names.wanted();
  }

  /** Forgets the longest unused. */
  forget(wanted) {
    for (const key of wanted) {
      const tile = this.tiles.get(key);
      if (tile && this.tiles.delete(key)) this.tiles.set(key, tile);
    }
    for (const key of this.tiles.keys()) {
      if (this.tiles.size <= KEPT) break;
      this.tiles.delete(key);
    }
  }
}

/** Draws the ground under everything on `map`; the options are those of Ground. */
export function drawGround(map, options = {}) {
  const ground = new Ground(map, options);
  ground.load();
  return ground;
}

async function pages(query) {
  const features = [];
  let cursor = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await get("/landmarks", { ...query, cursor });
    features.push(...answer.features);
    cursor = answer.next;
    if (!cursor) break;
  }
  return features;
}

function tilesOf(bounds, zoom) {
  const size = 2 ** zoom;
  const place = ({ lat, lng }) => L.CRS.EPSG3857.latLngToPoint(L.latLng(lat, lng), 0).divideBy(256 / size).floor();
  const [from, to] = [place(bounds.getNorthWest()), place(bounds.getSouthEast())];
  const found = [];
  for (let x = Math.max(0, from.x); x <= Math.min(size - 1, to.x); x += 1) {
    for (let y = Math.max(0, from.y); y <= Math.min(size - 1, to.y); y += 1) found.push([x, y]);
  }
  return found;
}

function boxOf(x, y, zoom) {
  const corner = (column, row) => L.CRS.EPSG3857.pointToLatLng(L.point(column, row).multiplyBy(256 / 2 ** zoom), 0);
  const [northWest, southEast] = [corner(x, y), corner(x + 1, y + 1)];
  return [northWest.lng, southEast.lat, southEast.lng, northWest.lat].map((degrees) => Number(degrees.toFixed(6))).join(",");
}
