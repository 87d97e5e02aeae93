// One canvas over the view, drawn anew when the map has moved and carried along while it moves.

const L = window.L;

const Sheet = L.Renderer.extend({
  options: { padding: 0.15 },

  onAdd() {
    L.Renderer.prototype.onAdd.call(this);
    this.redraw();
  },

  /** Draws with the painter what lies in view; called by whoever has something new to show. */
  redraw() {
    if (!this._map || !this._bounds) return;
    const ratio = window.devicePixelRatio || 1;
    const size = this._bounds.getSize();
    // Thousands of outlines are drawn faster by the processor, and alike on every office's machine, than sent to a
    // graphics chip (or to a program that plays one): that is what this option does.
    const context = this._container.getContext("2d", { willReadFrequently: true });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.x, size.y);
    this.options.painter(context, this.view(size));
  },

  /** One that is empty is not laid over the others: each costs as much as what is on it, with every frame. */
  show(wanted) {
    this._container.style.display = wanted ? "" : "none";
  },

  /** What a painter needs: `zoom`, `size`, `origin` (layer point of the corner), and world pixels at zoom 0 to canvas. */
  view(size) {
    const scale = this._map.getZoomScale(this._zoom, 0);
    const corner = this._map.getPixelOrigin().add(this._bounds.min);
    return { zoom: this._zoom, size, origin: this._bounds.min, scale, dx: -corner.x, dy: -corner.y };
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
    const ratio = window.devicePixelRatio || 1;
    const size = this._bounds.getSize();
    L.DomUtil.setPosition(this._container, this._bounds.min);
    Object.assign(this._container, { width: size.x * ratio, height: size.y * ratio });
    Object.assign(this._container.style, { width: `${size.x}px`, height: `${size.y}px` });
    this.redraw();
  },
});

/** A sheet in a pane of its own on `map`; `painter(context, view)` draws in CSS pixels from the sheet's corner. */
export function sheet(map, pane, zIndex, painter) {
  if (!map.getPane(pane)) map.createPane(pane);
  Object.assign(map.getPane(pane).style, { zIndex: String(zIndex), pointerEvents: "none" });
  return new Sheet({ pane, painter }).addTo(map);
}
