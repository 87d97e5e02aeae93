// A matter that has just come: for eight seconds its cell pulses, and a line leads to its row.

import { svg } from "../dom.js";

const LASTS_MS = 8000;
const AT_ONCE = 3;
const PIN = 46; // so high above the ground stands the pin
const BEND = 10;

/** Follows the newest reports and shows those that were not there before. */
export class Pulses {
  constructor(node, stage, map) {
    Object.assign(this, { node, stage, map, known: null, running: new Map() });
    stage.addEventListener("change", () => this.draw());
  }

  /** Takes the newest reports, newest first; those not known from before begin to pulse. */
  take(newest) {
    const fresh = this.known ? newest.filter(({ number }) => !this.known.has(number)) : [];
    this.known = new Set(newest.map(({ number }) => number));
    for (const row of fresh.slice(0, AT_ONCE)) this.begin(row);
  }

  isNew(number) {
    return this.running.has(number);
  }

  begin(row) {
    while (this.running.size >= AT_ONCE) this.end(this.running.keys().next().value);
    const group = svg("g", { "data-number": row.number });
    this.node.append(group);
    this.running.set(row.number, { row, group, timer: setTimeout(() => this.end(row.number), LASTS_MS) });
  }

  end(number) {
    const { group, timer } = this.running.get(number) || {};
    clearTimeout(timer);
    group?.remove();
    this.running.delete(number);
    document.querySelector(`[data-number="${CSS.escape(number)}"].is-new`)?.classList.remove("is-new");
    this.draw();
  }

  /** Draws every running pulse where map and rows stand now. */
  draw() {
    let lane = 0;
    for (const { row, group } of this.running.values()) {
      const target = document.querySelector(`[data-panel="newest"] [data-number="${CSS.escape(row.number)}"]`);
      const place = row.lon_lat && this.map()?.stagePlace(row.lon_lat);
      group.replaceChildren(...(place ? this.parts(place, target, lane++) : []));
    }
  }

  parts({ x, y }, target, lane) {
    const rings = [svg("ellipse", { class: "wave", cx: x, cy: y, rx: 34, ry: 24 }), svg("ellipse", { class: "wave", cx: x, cy: y, rx: 34, ry: 24 }), svg("ellipse", { cx: x, cy: y, rx: 5, ry: 3.6 })];
    const pin = [svg("line", { x1: x, y1: y, x2: x, y2: y - PIN }), svg("circle", { class: "pin", cx: x, cy: y - PIN, r: 8 })];
    if (!target) return [...rings, ...pin];
    const row = this.stage.place(target);
    const [endX, endY] = [row.left - 6, (row.top + row.bottom) / 2];
    const elbow = endX - 14 - lane * 8;
    const down = endY > y - PIN ? BEND : -BEND;
    const path = `M${x + 8} ${y - PIN}H${elbow - BEND}q${BEND} 0 ${BEND} ${down}V${endY - down}q0 ${down} ${BEND} ${down}H${endX}`;
    return [...rings, ...pin, svg("path", { d: path })];
  }
}
