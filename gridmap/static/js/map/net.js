// The net of areas on the map: their baked shapes, the directory of them, which of them are one's own, whether cells are shown.

import { Directory } from "../tiles/directory.js";
import { covers } from "../tiles/decode.js";
import { TileSource, tileZoom, worldOf } from "../tiles/source.js";

/**
 * From afar, where cells are a few pixels wide, another level stands for them (`far`: {level, below: a tile's zoom}, or
 * null where cells are shown at every zoom): tiles and directory then come without cells, until they are near or needed.
 *
 * Emits `change` for new shapes, `areas` when the directory is there or another, `level` when `showsCells` is another.
 * `roots`: codes of one's own areas, null for all. `hasMany`: whether one's own cells are too many to be shown from afar.
 */
export class Net extends EventTarget {
  constructor({ roots, far = null, has_many: hasMany = false }, zoomNow) {
    super();
    Object.assign(this, { roots: roots && new Set(roots), hasMany, far: hasMany ? far : null, zoomNow, directory: null, cells: [], byCode: new Map() });
    Object.assign(this, { reasons: new Set(), isWhole: false, showsCells: !this.far, wantsCells: !this.far });
    this.source = new TileSource("areas", (zoom) => this.isFarAt(zoom));
    this.source.addEventListener("change", () => this.changed());
    this.source.open();
  }

  get phase() {
    return this.source.phase;
  }

  /** The level by which matters are counted, as far as it is known. */
  get counted() {
    return !this.far || this.isWhole || (this.wantsCells && !this.directory) ? "grid" : this.far.level;
  }

  /** Whether cells are to be shown now. */
  get isNear() {
    return !this.isFarAt(tileZoom(this.zoomNow()));
  }

  isFarAt(zoom) {
    return Boolean(this.far) && !this.reasons.size && zoom < this.far.below;
  }

  /** Cells are shown from afar too as long as anybody needs them so; `why`: a name for it. */
  need(why, isNeeded) {
    if (isNeeded === this.reasons.has(why)) return;
    if (isNeeded) this.reasons.add(why);
    else this.reasons.delete(why);
    this.look();
    this.dispatchEvent(new Event("change"));
  }

  /** Looks whether cells are near: they are asked for the first time that they are. */
  look() {
    if (this.isNear) this.wantsCells = true;
    this.load();
    this.settle();
  }

  /** Resolves once the directory has the cells, or could not be had. */
  whole() {
    this.wantsCells = true;
    return this.load();
  }

  changed() {
    const { about } = this.source;
    if (about) this.far = this.hasMany ? about.far ?? null : null;
    if (this.isNear) this.wantsCells = true;
    this.load();
    this.settle();
    this.dispatchEvent(new Event("change"));
  }

  /** Asks for the directory as it is wanted now, once. */
  load() {
    const { version } = this.source;
    const wish = `${version}/index.json${this.wantsCells ? "" : "?cells=0"}`;
    if (version && wish !== this.asked) {
      this.asked = wish;
      this.loading = this.fetch(wish, this.wantsCells);
    }
    return this.loading;
  }

  async fetch(wish, isWhole) {
    try {
      const answer = await fetch(`/tiles/areas/${wish}`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      const told = await answer.json();
      if (wish === this.asked) this.take(new Directory(told), isWhole);
    } catch {
      if (wish === this.asked) this.asked = null; // asked for again with the next change of the shapes
    }
  }

  take(directory, isWhole) {
    Object.assign(this, { directory, isWhole });
    this.cells = directory.below("grid", this.roots);
    this.byCode = new Map(this.cells.map((cell) => [cell.code, cell]));
    this.dispatchEvent(new Event("areas"));
    this.settle();
  }

  /** Cells take over once all of them that are in view can be drawn; they give way as soon as they are far. */
  settle() {
    const shows = this.isNear && this.isWhole && (this.showsCells || !this.far || (this.hasDrawnCells && this.source.isWhole));
    if (shows === this.showsCells || (!this.far && !this.directory)) return;
    this.showsCells = shows;
    this.dispatchEvent(new Event("level"));
  }

  /** An area of any level that is, or lies in, one's own; null for others. */
  own(code) {
    const area = this.directory?.byCode.get(code);
    for (let at = area; at; at = at.parent) if (!this.roots || this.roots.has(at.code)) return area;
    return null;
  }

  /** Whether a cell is one's own. */
  isOwn(code) {
    return this.byCode.has(code);
  }

  /** What lies at a place of `level` (a tile's item), in the tiles that were drawn last; null for nothing. */
  at({ lat, lng }, level = "grid") {
    const point = worldOf(lng, lat);
    const tile = this.drawn?.find(({ box }) => point.x >= box.left && point.x < box.right && point.y >= box.top && point.y < box.bottom);
    return tile?.layers[level]?.find((item) => covers(item, point)) || null;
  }

  /** Whether all shapes of a view are here; asks for what is not. */
  isReady(view) {
    this.source.tiles(view);
    if (!this.source.isWhole) return this.phase !== "ready";
    this.hasDrawnCells = !this.isFarAt(tileZoom(view.zoom)); // is about to
    this.settle();
    return true;
  }

  /** The tiles of a view. */
  tiles(view) {
    this.drawn = this.source.tiles(view);
    this.drawnAt = view.zoom;
    this.hasDrawnCells = !this.isFarAt(tileZoom(view.zoom));
    if (this.far && !this.settling) this.settling = Promise.resolve().then(() => { this.settling = null; this.settle(); }); // not while it is drawn
    return this.drawn;
  }
}
