// The ground below cells and matters: roads, water, greens, fields and named places, drawn on a Leaflet map from baked tiles.

import { Names } from "./ground/names.js";
import { paintGround } from "./ground/paint.js";
import { sheet } from "./ground/sheet.js";
import { sliced } from "./ground/slices.js";
import { atOnce, eachTile } from "./tiles/paint.js";
import { TileSource } from "./tiles/source.js";

const GATHERING_MS = 120;
const NAMES_WAIT_MS = 900;
const EQUATOR_M = 40_075_017;
const WORLD = 256;

/**
 * Draws the set `ground` for the view. The map is whole without it: a failure is silent, and tried again.
 * Nothing takes pointer events.
 *
 * `before`: the name of the pane it lies under (none: under all vectors). `taken`: a function that answers
 * the boxes (layer points: left, right, top, bottom) its names must keep clear of. `sheets`: false leaves
 * the surfaces and roads to who calls `paint`; names then come after a move once `isReady()`.
 */
export class Ground {
  constructor(map, { before, taken = () => [], isReady = () => true, zIndex, sheets = true } = {}) {
    Object.assign(this, { map, taken, wanted: true, named: new WeakMap() });
    this.source = new TileSource("ground");
    const below = zIndex ?? (before ? Number(getComputedStyle(map.getPane(before)).zIndex) - 5 : 240);
    this.sheets = sheets ? [sheet(map, "ground", below, (context, view) => atOnce(this.paint(context, view, "all")))] : [];
    this.names = new Names();
    // Where somebody else draws the ground, names wait for the words over it.
    this.sheets.push(sheets ? sheet(map, "ground-names", 446, (context, view) => atOnce(this.paintNames(context, view)))
      : sliced(map, "ground-names", 446, (context, view) => this.paintNames(context, view), { isReady: (view) => isReady() && this.isReady(view), patience: NAMES_WAIT_MS }));
    this.source.addEventListener("change", () => this.soon());
    this.source.open();
  }

  /** Surfaces, roads or all of it, in steps. */
  * paint(context, view, part) {
    if (!this.wanted) return;
    yield* eachTile(context, view, this.source.tiles(view), ({ ground }) => (ground ? paintGround(context, view, ground, part) : null));
  }

  /** Whether all of a view is here, as far as it is wanted; asks for what is not. */
  isReady(view) {
    if (this.wanted) this.source.tiles(view);
    return !this.wanted || this.source.isWhole || this.source.phase !== "ready";
  }

  * paintNames(context, view) {
    if (!this.wanted) return;
    const items = this.source.tiles(view).flatMap(({ layers }) => this.namedIn(layers));
    yield* this.names.paint(context, view, items, this.taken());
  }

  namedIn(layers) {
    if (!this.named.has(layers)) {
      const surfaces = (layers.name || []).map((item) => ({ ...item, span: spanOf(item) }));
      this.named.set(layers, [...(layers.ground || []).filter(({ name }) => name), ...surfaces]);
    }
    return this.named.get(layers);
  }

  /** Whether it is drawn at all. */
  show(wanted) {
    this.wanted = wanted;
    this.redraw();
  }

  /** What it still waits for is wanted no more. */
  close() {
    this.wanted = false;
    this.source.close();
  }

  /** Tiles come in quick succession, and names are set anew with each: a few at a time will do. */
  soon() {
    this.waiting ||= setTimeout(() => { this.waiting = null; this.redraw(); }, GATHERING_MS);
  }

  /** Draws again what is there, for instance after other labels have moved. */
  redraw() {
    for (const one of this.sheets) one.redraw();
  }
}

/** Draws the ground under everything on `map`; the options are those of Ground. */
export function drawGround(map, options = {}) {
  return new Ground(map, options);
}

/** How wide and high a named surface is, in world pixels at zoom 0. */
function spanOf({ w, h, rings: [[, y]] }) {
  const latitude = Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / WORLD)));
  const perMetre = WORLD / (EQUATOR_M * Math.cos(latitude));
  return { x: w * perMetre, y: h * perMetre };
}
