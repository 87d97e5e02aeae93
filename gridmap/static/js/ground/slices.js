// A sheet that is drawn aside in slices, so that nothing stands still meanwhile: what it showed before is carried along.

import { Sheet, besides } from "./sheet.js";

const L = window.L;
const SLICE_MS = 14; // drawn at one go; what is left of a frame is for the others

/**
 * The painter is a generator (context, view): each step is one that may be the last of a slice. `isReady(view)`: whether
 * all of it is there; drawing begins as soon as it is, and at the latest after `patience` milliseconds.
 */
const Sliced = Sheet.extend({
  options: { isReady: () => true, patience: 250 },

  /** Draws with the painter what lies in view now; asked for while it is drawn, it is drawn once more. */
  redraw() {
    if (!this._map || this._map._animatingZoom) return;
    const wish = this.wish();
    if (!this.job || !isSame(this.job, wish)) this.begin(wish);
    else if (this.job.steps) this.job.isStale = true;
    else if (this.options.isReady(this.job.view)) this.start();
  },

  wish() {
    const size = this._map.getSize();
    const min = this._map.containerPointToLayerPoint(size.multiplyBy(-this.options.padding)).round();
    const bounds = L.bounds(min, min.add(size.multiplyBy(1 + this.options.padding * 2)).round());
    return { bounds, center: this._map.getCenter(), zoom: this._map.getZoom(), origin: this._map.getPixelOrigin() };
  },

  begin(wish) {
    this.end();
    this.job = wish;
    wish.view = this.viewOf(wish.bounds, wish.zoom);
    if (this.options.isReady(wish.view)) this.start();
    else this.waiting = setTimeout(() => this.start(), this.options.patience);
  },

  end() {
    clearTimeout(this.waiting);
    clearTimeout(this.next);
    if (this.job?.steps) this.aside.width = 0; // left half drawn, cut to a tile: begun anew with a plain one
    this.job = null;
  },

  start() {
    clearTimeout(this.waiting);
    this.aside ||= this._container.cloneNode();
    const context = this.fit(this.aside, this.job.bounds.getSize());
    this.job.steps = this.options.painter(context, this.job.view);
    this.slice(context);
  },

  slice(context) {
    const until = performance.now() + SLICE_MS;
    let isDone = false;
    while (!isDone && performance.now() < until) {
      isDone = Boolean(this.job.steps.next().done);
      besides(context); // what a step drew takes its time in it, not all of it at the end
    }
    if (isDone) this.put();
    else this.next = setTimeout(() => this.slice(context));
  },

  /** Shows what was drawn, unless the map has gone on to elsewhere. */
  put() {
    const { bounds, center, zoom, origin, isStale } = this.job;
    this.job = null;
    if (!this._map || this._map._animatingZoom || zoom !== this._map.getZoom() || !origin.equals(this._map.getPixelOrigin())) return;
    const before = this._container;
    Object.assign(this, { _bounds: bounds, _center: center, _zoom: zoom, _container: this.aside, aside: before });
    L.DomUtil.setPosition(this._container, bounds.min);
    before.replaceWith(this._container); // copying one canvas onto the other costs as much as drawing half of it
    if (isStale) this.redraw();
  },

  onAdd() {
    Object.assign(this, { _bounds: null, _center: this._map.getCenter(), _zoom: this._map.getZoom() });
    this._initContainer();
    L.DomUtil.addClass(this._container, "leaflet-zoom-animated");
    this.getPane().appendChild(this._container);
    this.redraw();
  },

  onRemove() {
    this.end();
    this._destroyContainer();
  },

  _reset() {
    this._updateTransform(this._map.getCenter(), this._map.getZoom());
    this.redraw();
  },

  _update() {
    this.redraw();
  },
});

/** A sheet like `sheet`, drawn in slices; `options`: isReady, patience. */
export function sliced(map, pane, zIndex, painter, options = {}) {
  if (!map.getPane(pane)) map.createPane(pane);
  Object.assign(map.getPane(pane).style, { zIndex: String(zIndex), pointerEvents: "none" });
  return new Sliced({ pane, painter, ...options }).addTo(map);
}

function isSame(job, { bounds, zoom, origin }) {
  return job.zoom === zoom && job.origin.equals(origin) && job.bounds.equals(bounds);
}
