// What lies around and above the cells: borders and names of communities and streets, and all that is not one's own.

import { eachTile, trace } from "../tiles/paint.js";

const L = window.L;
const BORDERS = {
  community: { color: "#465160", width: 1, opacity: 0.9, dash: [6, 4] }, // of one pixel: wider ones take thirty times as long
  street: { color: "#1B2430", width: 2, opacity: 0.8, dash: [] },
};
const VEIL = { color: "#F4F3EF", opacity: 0.6 };
const OWN = [{ color: "#FFFFFF", width: 6 }, { color: "#1B2430", width: 3 }];
const NAMED_FROM = { street: 10, community: 13 };

export class Surroundings {
  constructor(net) {
    Object.assign(this, { net, wanted: true });
  }

  show(wanted) {
    this.wanted = wanted;
  }

  * paintBorders(context, view) {
    if (!this.wanted) return;
    for (const [level, { color, width, opacity, dash }] of Object.entries(BORDERS)) {
      Object.assign(context, { strokeStyle: color, lineWidth: width, globalAlpha: opacity, lineJoin: "round" });
      context.setLineDash(dash);
      yield* eachTile(context, view, this.net.tiles(view), (layers) => stroke(context, view, layers[level] || []));
    }
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  /** A veil over what is not one's own, and a line around what is. */
  * paintOwn(context, view) {
    const { roots } = this.net;
    const tiles = this.net.tiles(view);
    if (!roots || !tiles.length) return;
    const ownIn = (layers) => Object.values(layers).flat().filter(({ code, shape }) => shape === "area" && roots.has(code));
    yield* this.veil(context, view, tiles, ownIn);
    for (const { color, width } of OWN) {
      Object.assign(context, { strokeStyle: color, lineWidth: width, lineJoin: "round" });
      yield* eachTile(context, view, tiles, (layers) => stroke(context, view, ownIn(layers)));
    }
  }

  /** Where there are no tiles there is nothing of one's own. */
  * veil(context, view, tiles, ownIn) {
    const { size } = view;
    context.save();
    context.beginPath();
    context.rect(0, 0, size.x, size.y);
    for (const { box } of tiles) {
      const [left, top] = [box.left * view.scale + view.dx, box.top * view.scale + view.dy];
      const side = (box.right - box.left) * view.scale;
      context.rect(Math.round(left), Math.round(top), Math.round(left + side) - Math.round(left), Math.round(top + side) - Math.round(top));
    }
    context.clip("evenodd");
    Object.assign(context, { fillStyle: VEIL.color, globalAlpha: VEIL.opacity });
    context.fillRect(0, 0, size.x, size.y);
    context.restore();
    Object.assign(context, { fillStyle: VEIL.color, globalAlpha: VEIL.opacity });
    yield* eachTile(context, view, tiles, (layers) => {
      context.beginPath();
      context.rect(0, 0, size.x, size.y);
      for (const { rings } of ownIn(layers)) trace(context, view, rings, true);
      context.fill("evenodd");
    });
    context.globalAlpha = 1;
  }

  labels() {
    if (!this.wanted || !this.net.directory) return [];
    const zoom = this.net.drawnAt ?? 0;
    return this.net.directory.areas.filter(({ level }) => zoom >= (NAMED_FROM[level] ?? Infinity) && zoom < 17).map(({ code, name, level, label: [lon, lat] }) => ({
      at: L.latLng(lat, lon), text: name, kind: level, isInside: (latlng) => this.net.at(latlng, level)?.code === code,
    }));
  }
}

function stroke(context, view, items) {
  context.beginPath();
  for (const { rings } of items) trace(context, view, rings, true);
  context.stroke();
}
