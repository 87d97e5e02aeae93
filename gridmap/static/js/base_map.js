// A base map below our own layers on a Leaflet map: pictures by way of our own server, or none, which is how it begins.

const L = window.L;
const KEPT = { choice: "gridmap-base", opacity: "gridmap-base-opacity" };
const WIDE = 512;
const SHARP = 1.5; // from so many pixels to one of CSS on, wide pictures are drawn at half their size
const FAULTS = 3; // so many failures without a picture between them: it is said, and our own ground comes back
const AGAIN_MS = 12_000;

/** What this browser kept under a name of KEPT; null where it keeps nothing. */
function kept(name) {
  try {
    return localStorage.getItem(KEPT[name]);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    if (value === "") localStorage.removeItem(KEPT[name]);
    else localStorage.setItem(KEPT[name], value);
  } catch { /* it holds for this page then */ }
}

/** `bases`: what there is to choose from, as the server tells it. Emits `change` when what is seen is another. */
export class BaseMap extends EventTarget {
  constructor(map, bases = [], { zIndex = 200 } = {}) {
    super();
    Object.assign(this, { map, bases, chosen: null, layer: null, loaded: 0, faults: 0, isLeftOut: false, opacity: Number(kept("opacity") ?? 100) });
    if (!bases.length) return;
    this.pane = map.createPane("base");
    Object.assign(this.pane.style, { zIndex: String(zIndex), pointerEvents: "none" });
  }

  /** The id this browser last chose; "" for none, or one that is no longer there. */
  get kept() {
    return this.known(kept("choice"))?.id || "";
  }

  known(id) {
    return this.bases.find((one) => one.id === id) || null;
  }

  /** Shows the base map of that id from now on, in this browser; "" or an unknown one: our own layers. */
  choose(id) {
    const found = this.known(id);
    if (found === this.chosen) return;
    keep("choice", found?.id || "");
    this.layer?.remove();
    clearTimeout(this.again);
    Object.assign(this, { chosen: found, layer: null, loaded: 0, faults: 0 });
    if (found) this.show(found);
    this.tell();
  }

  show({ path, tile_size: size, min_zoom: least, max_zoom: most }) {
    const isWide = size === WIDE && (window.devicePixelRatio || 1) < SHARP;
    const off = isWide ? 1 : 0; // a wide picture stands for four of the zoom below
    this.layer = L.tileLayer(path, {
      pane: "base", tileSize: isWide ? WIDE : 256, zoomOffset: -off, minNativeZoom: least + off, maxNativeZoom: most + off, maxZoom: 24,
      opacity: this.opacity / 100, keepBuffer: 1, updateWhenZooming: false,
    });
    this.layer.on("tileload", () => this.came());
    this.layer.on("tileerror", ({ tile, coords }) => this.failed(tile, coords));
    this.layer.addTo(this.map);
  }

  came() {
    const before = this.isSeen;
    this.loaded += 1;
    this.faults = 0;
    if (!before) this.tell();
  }

  failed(tile, coords) {
    this.faults += 1;
    if (this.faults === FAULTS) this.tell();
    const { layer } = this;
    setTimeout(() => { if (layer === this.layer && tile.isConnected) tile.src = layer.getTileUrl(coords); }, AGAIN_MS);
  }

  /** Whether it is there to be seen: chosen, and its pictures come. */
  get isSeen() {
    return Boolean(this.chosen && this.loaded && !this.isFaulty && !this.isLeftOut);
  }

  get isFaulty() {
    return Boolean(this.chosen) && this.faults >= FAULTS;
  }

  /** How strong it is, 0 to 100, in this browser. */
  setOpacity(percent) {
    this.opacity = percent;
    keep("opacity", percent === 100 ? "" : String(percent));
    this.layer?.setOpacity(percent / 100);
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** Does `work` (async) without the base map, unless it may be in pictures and prints. */
  async forPrints(work) {
    if (!this.chosen || this.chosen.in_prints) return work();
    this.leaveOut(true);
    try {
      for (let frame = 0; frame < 2; frame += 1) await new Promise((resolve) => { requestAnimationFrame(resolve); });
      return await work();
    } finally {
      this.leaveOut(false);
    }
  }

  leaveOut(isLeftOut) {
    this.isLeftOut = isLeftOut;
    this.pane.style.visibility = isLeftOut ? "hidden" : "";
    this.tell();
  }
}
