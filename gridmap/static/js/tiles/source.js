// One set of baked tiles: its version, the tiles a view needs, what stands in for those that are still on their way.

import { decoded } from "./decode.js";

const WORLD = 256;
const KEPT = 160;
const AT_ONCE = 6;
const AGAIN_MS = 2000;
const LONGEST_MS = 30_000;
const COARSER = 1; // a tile is 512 to 1024 pixels wide: few of them, and their detail is finer than a pixel
const FAR = "?cells=0";

/** The zoom of the tiles that are drawn at a zoom of the map. */
export function tileZoom(zoom) {
  return Math.floor(zoom) - COARSER;
}

/**
 * Emits `change` when there is something new to draw: tiles that came, or another version.
 * `set`: areas, buildings or ground; `isFarAt(z)`: whether tiles of that zoom are wanted without what cannot be seen there.
 */
export class TileSource extends EventTarget {
  constructor(set, isFarAt = () => false) {
    super();
    Object.assign(this, { set, isFarAt, about: null, phase: "loading", kept: new Map(), queue: new Map(), running: 0, wait: AGAIN_MS });
  }

  /** Asks which version there is; while the first one is being made, or the server is away, again and again. */
  async open() {
    clearTimeout(this.asking);
    try {
      const answer = await fetch(`/tiles/${this.set}.json`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(String(answer.status));
      this.take(await answer.json());
      this.wait = AGAIN_MS;
    } catch (error) {
      if (!this.about) this.become(error.message === "503" ? "baking" : "error");
      this.asking = setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(this.wait * 1.5, LONGEST_MS);
    }
  }

  /** Asks for nothing more. */
  close() {
    clearTimeout(this.asking);
    this.about = null;
    this.queue.clear();
  }

  take(about) {
    if (about.version === this.about?.version) return;
    this.about = about;
    this.reach = null;
    this.before = this.kept; // drawn until those of the new version are here
    this.kept = new Map();
    this.queue.clear();
    this.become("ready");
  }

  become(phase) {
    this.phase = phase;
    this.dispatchEvent(new Event("change"));
  }

  get version() {
    return this.about?.version || null;
  }

  /** Whether the last view asked for is here in full. */
  isWhole = false;

  /** What to draw in a view of `sheet`: `{box, layers}` each, boxes side by side; asks for what is not there yet. */
  tiles(view) {
    if (!this.about) return [];
    const wanted = this.wanted(view);
    this.queue.clear();
    const found = wanted.map((tile) => ({ box: boxOf(tile), layers: this.layersOf(tile) }));
    this.isWhole = this.queue.size === 0 && wanted.every((tile) => this.held(tile)?.layers);
    this.next();
    return found.filter(({ layers }) => layers);
  }

  wanted({ zoom, scale, dx, dy, size }) {
    const z = Math.min(Math.max(tileZoom(zoom), this.about.minzoom), this.about.maxzoom);
    const far = this.isFarAt(z) ? FAR : "";
    const side = WORLD / 2 ** z;
    const most = 2 ** z - 1;
    const [x0, y0, x1, y1] = [-dx, -dy, size.x - dx, size.y - dy].map((pixels) => Math.min(Math.max(Math.floor(pixels / scale / side), 0), most));
    const middle = { x: (x0 + x1) / 2, y: (y0 + y1) / 2 };
    const found = [];
    for (let x = x0; x <= x1; x += 1) for (let y = y0; y <= y1; y += 1) found.push({ z, x, y, place: `${z}/${x}/${y}`, key: `${z}/${x}/${y}${far}` });
    return found.filter((tile) => this.reaches(tile)).sort((a, b) => off(a, middle) - off(b, middle));
  }

  /** Outside the set's bounds there is nothing to ask for. */
  reaches(tile) {
    this.reach ||= reachOf(this.about.bounds);
    const box = boxOf(tile);
    return box.left < this.reach.right && box.right > this.reach.left && box.top < this.reach.bottom && box.bottom > this.reach.top;
  }

  /** What is kept of a tile; one with everything in it will do where less is wanted. */
  held({ key, place }) {
    const whole = this.kept.get(place);
    return whole?.layers ? whole : this.kept.get(key);
  }

  /** The tile's own layers; till they are here, those of a coarser tile or of the version before. */
  layersOf(tile) {
    const own = this.held(tile);
    if (own) for (const key of [tile.place, tile.key]) this.keepOn(key);
    if (own?.layers) return own.layers;
    if (!own) this.queue.set(tile.key, tile);
    const before = this.before?.get(tile.key)?.layers || this.kept.get(tile.place + FAR)?.layers;
    if (before) return before;
    for (let up = 1; tile.z - up >= this.about.minzoom; up += 1) {
      const place = `${tile.z - up}/${tile.x >> up}/${tile.y >> up}`;
      const coarser = this.kept.get(place)?.layers || this.kept.get(place + FAR)?.layers;
      if (coarser) return coarser;
    }
    return null;
  }

  /** What is used is forgotten last. */
  keepOn(key) {
    const one = this.kept.get(key);
    if (!one) return;
    this.kept.delete(key);
    this.kept.set(key, one);
  }

  next() {
    while (this.running < AT_ONCE && this.queue.size) {
      const [key, tile] = this.queue.entries().next().value;
      this.queue.delete(key);
      this.fetch(tile);
    }
  }

  async fetch(tile) {
    const { version } = this;
    this.kept.set(tile.key, { layers: null });
    this.running += 1;
    try {
      const answer = await fetch(`/tiles/${this.set}/${version}/${tile.place}.mvt${tile.key.slice(tile.place.length)}`, { credentials: "same-origin" });
      if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { status: answer.status });
      const layers = answer.status === 204 ? {} : decoded(await answer.arrayBuffer(), tile);
      if (version === this.version) this.kept.set(tile.key, { layers });
    } catch (error) {
      this.failed(tile, version, error);
    } finally {
      this.running -= 1;
      this.forget();
      this.soon();
    }
  }

  failed(tile, version, { status }) {
    if (version !== this.version) return;
    if (status === 404) this.open(); // this version is gone: which one is there now?
    setTimeout(() => { if (!this.kept.get(tile.key)?.layers) this.kept.delete(tile.key); this.soon(); }, AGAIN_MS);
  }

  /** What comes at one time is drawn once. */
  soon() {
    this.coming ||= requestAnimationFrame(() => {
      this.coming = null;
      this.dispatchEvent(new Event("change"));
    });
    this.next();
  }

  forget() {
    for (const key of this.kept.keys()) {
      if (this.kept.size <= KEPT) break;
      this.kept.delete(key);
    }
  }
}

/** A tile's square in world pixels at zoom 0. */
function boxOf({ z, x, y }) {
  const side = WORLD / 2 ** z;
  return { left: x * side, top: y * side, right: (x + 1) * side, bottom: (y + 1) * side };
}

function reachOf([west, south, east, north]) {
  const [leftTop, rightBottom] = [worldOf(west, north), worldOf(east, south)];
  return { left: leftTop.x, top: leftTop.y, right: rightBottom.x, bottom: rightBottom.y };
}

/** World pixels at zoom 0 of a place in degrees. */
export function worldOf(lon, lat) {
  const sine = Math.sin((lat * Math.PI) / 180);
  return { x: ((lon + 180) / 360) * WORLD, y: (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * WORLD };
}

function off({ x, y }, middle) {
  return Math.hypot(x - middle.x, y - middle.y);
}
