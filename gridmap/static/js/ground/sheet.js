// One canvas over the view, drawn anew when the map has moved and carried along while it moves.

const L = window.L;

export const Sheet = L.Renderer.extend({
  options: { padding: 0.15 },

  onAdd() {
    L.Renderer.prototype.onAdd.call(this);
    this.redraw();
  },

  /** Draws with the painter what lies in view; called by whoever has something new to show. */
  redraw() {
    if (!this._map || !this._bounds) return;
    const context = this.fit(this._container, this._bounds.getSize());
    this.options.painter(context, this.viewOf(this._bounds, this._zoom));
  },

  /** The empty canvas's context, for so many CSS pixels. */
  fit(canvas, size) {
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [Math.round(size.x * ratio), Math.round(size.y * ratio)];
    if (canvas.width !== width || canvas.height !== height) {
      Object.assign(canvas, { width, height });
      Object.assign(canvas.style, { width: `${size.x}px`, height: `${size.y}px` });
    }
    // Thousands of outlines are drawn faster by the processor, and alike on every office's machine, than sent to a
    // graphics chip (or to a program that plays one): that is what this option does.
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    return context;
  },

  /** One that is empty is not laid over the others: each costs as much as what is on it, with every frame. */
  show(wanted) {
    this._container.style.display = wanted ? "" : "none";
  },

  /** What a painter needs: `zoom`, `size`, `origin` (layer point of the corner), and world pixels at zoom 0 to canvas. */
  viewOf(bounds, zoom) {
    const scale = this._map.getZoomScale(zoom, 0);
    const corner = this._map.getPixelOrigin().add(bounds.min);
    return { zoom, size: bounds.getSize(), origin: bounds.min, scale, dx: -corner.x, dy: -corner.y };
  },

  _initContainer() {
    this._container = document.createElement("canvas");
    this._container.setAttribute("aria-hidden", "true");
  },

  _destroyContainer() {
    this._container.remove();
    delete this._container;
  },

  _updatePaths() {},

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    L.Renderer.prototype._update.call(this);
    L.DomUtil.setPosition(this._container, this._bounds.min);
    this.redraw();
  },
});

/** Has everything drawn that was asked of a canvas so far. */
export function besides(context) {
  context.getImageData(0, 0, 1, 1);
}

/** A sheet in a pane of its own on `map`; `painter(context, view)` draws in CSS pixels from the sheet's corner. */
export function sheet(map, pane, zIndex, painter) {
  if (!map.getPane(pane)) map.createPane(pane);
  Object.assign(map.getPane(pane).style, { zIndex: String(zIndex), pointerEvents: "none" });
  return new Sheet({ pane, painter }).addTo(map);
}
