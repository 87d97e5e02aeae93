// Words on the map that never lie over one another: the more important are placed first, the rest wait for room.

import { el } from "../dom.js";

const L = window.L;
const RANK = { street: 0, community: 1, cell: 2, staff: 3, nobody: 3 };
const SMALL = { cell: 9, staff: 9, nobody: 9 }; // pixels a letter
const AROUND = [[0, 0], [0, -24], [0, 24], [-30, 0], [30, 0], [-30, -24], [30, 24]];
const FARTHER = [[0, -44], [0, 44], [-64, 0], [64, 0], [-64, -44], [64, 44], [64, -44], [-64, 44], [0, -70], [0, 70], [-110, 0], [110, 0]]; // for names
const SETTLE_MS = 260; // rings come apart and together for about this long after zooming

/** `sources`: functions that each answer a list of {at: LatLng, text, kind, dark, isWithin, isInside}. Marks
 * are gone round. Where they are given, `isWithin(latlng)` must hold for all of a label and `isInside` for its middle. */
export class Labels extends EventTarget {
  constructor(map, sources) {
    super();
    Object.assign(this, { map, sources, taken: [], wanted: true });
    const pane = map.createPane("labels");
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";
    this.layer = L.layerGroup().addTo(map);
    map.on("moveend", () => this.soon());
  }

  soon() {
    this.isSettled = false;
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.draw(), SETTLE_MS);
  }

  show(wanted) {
    this.wanted = wanted;
    this.draw();
  }

  /** `drawn` tells that `taken`, the boxes of marks and labels in layer points, are others than before. */
  draw() {
    this.isSettled = true;
    this.layer.clearLayers();
    const taken = this.marks();
    this.taken = taken;
    if (this.wanted) this.place(taken);
    this.dispatchEvent(new Event("drawn"));
  }

  place(taken) {
    const view = this.map.getBounds().pad(0.05);
    const wanted = this.sources.flatMap((source) => source()).filter(({ at }) => view.contains(at));
    wanted.sort((a, b) => RANK[a.kind] - RANK[b.kind]);
    for (const label of wanted) {
      const middle = this.map.latLngToLayerPoint(label.at);
      for (const step of label.kind in SMALL ? AROUND : [...AROUND, ...FARTHER]) {
        const point = middle.add(step);
        const box = this.boxAt(point, label);
        if (taken.some((other) => meet(box, other)) || !this.fits(point, box, label)) continue;
        taken.push(box);
        this.write({ ...label, at: this.map.layerPointToLatLng(point) });
        break;
      }
    }
  }

  /** The boxes of the marks and rings, and of the words at hot spots, that are on the map now. */
  marks() {
    const boxes = [];
    this.map.eachLayer((layer) => {
      const element = layer instanceof L.Marker ? layer.getElement() : null;
      const drawn = element?.matches(".mark-icon") ? element : element?.matches(".spot-mark") ? element.firstElementChild : null;
      if (!drawn) return;
      const { x, y } = this.map.latLngToLayerPoint(layer.getLatLng());
      const [wide, high] = [drawn.offsetWidth / 2, drawn.offsetHeight / 2];
      boxes.push({ left: x - wide, right: x + wide, top: y - high, bottom: y + high });
    });
    return boxes;
  }

  fits(point, { left, right, top, bottom }, { isWithin, isInside }) {
    const corners = isWithin ? [[left, top], [right, top], [right, bottom], [left, bottom]] : [];
    return corners.every((corner) => isWithin(this.map.layerPointToLatLng(corner)))
      && (!isInside || isInside(this.map.layerPointToLatLng(point)));
  }

  boxAt({ x, y }, { text, kind }) {
    const letter = SMALL[kind] || 17;
    const half = (text.length * letter) / 2 + 4;
    return { left: x - half, right: x + half, top: y - 10, bottom: y + 10 };
  }

  write({ at, text, kind, dark }) {
    const html = el("span", {}, text);
    const className = `map-label map-label--${kind}${dark ? " map-label--on-dark" : ""}`;
    L.marker(at, { icon: L.divIcon({ className, html, iconSize: null }), interactive: false, keyboard: false, pane: "labels" })
      .addTo(this.layer);
  }
}

function meet(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
