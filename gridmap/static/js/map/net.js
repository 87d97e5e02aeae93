// The net of areas on the map: their baked shapes, the directory of all of them, and which of them are one's own.

import { Directory } from "../tiles/directory.js";
import { covers } from "../tiles/decode.js";
import { TileSource, worldOf } from "../tiles/source.js";

/** Emits `change` for new shapes, `areas` when the directory is there or another. `roots`: codes of one's own areas, null for all. */
export class Net extends EventTarget {
  constructor(roots) {
    super();
    Object.assign(this, { roots: roots && new Set(roots), directory: null, cells: [], byCode: new Map() });
    this.source = new TileSource("areas");
    this.source.addEventListener("change", () => this.changed());
    this.source.open();
  }

  get phase() {
    return this.source.phase;
  }

  changed() {
    const { version } = this.source;
    if (version && version !== this.asked) this.load(version);
    this.dispatchEvent(new Event("change"));
  }

  async load(version) {
    this.asked = version;
    try {
      const answer = await fetch(`/tiles/areas/${version}/index.json`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.take(new Directory(await answer.json()));
    } catch {
      this.asked = null; // asked for again with the next change of the shapes
    }
  }

  take(directory) {
    this.directory = directory;
    this.cells = directory.below("grid", this.roots);
    this.byCode = new Map(this.cells.map((cell) => [cell.code, cell]));
    this.dispatchEvent(new Event("areas"));
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

  /** The tiles of a view. */
  tiles(view) {
    this.drawn = this.source.tiles(view);
    this.drawnAt = view.zoom;
    return this.drawn;
  }
}
