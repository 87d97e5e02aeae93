// The panel in the middle: the map with its facts, legends and signs; rebuilt when its graphics are lost.

import { get } from "../api.js";
import { el, put, svg } from "../dom.js";
import { noteFirstPicture } from "../first_picture.js";
import { count } from "../format.js";
import { t } from "../texts.js";
import { BEARING } from "./camera.js";
import { token } from "./charts.js";
import { HEAT_OPACITY, STREET } from "./layers.js";
import { fault } from "./panels.js";
import { Scene } from "./scene.js";
import { clockParts } from "./words.js";

const REBUILD_MS = [1000, 5000, 20_000, 60_000];
const HEAT_EVERY_MS = 4000;
const HEAT_RETRY_MS = 10_000;
const HEAT_ZOOM = 13;
const CLASSES = 5;
const BEYOND = 0.08; // of the width and height: heat is asked so far past the edge

/** The map panel's work; `draw` is given to its Panel. */
export class Ground {
  constructor(stage, page, parts) {
    Object.assign(this, { stage, page, parts, scene: null, figures: null, builds: 0 });
    stage.addEventListener("change", () => this.scene?.map && this.guard(() => this.scene.fit()));
    parts.compass.style.setProperty("--north", `${-BEARING}deg`);
    put(parts.signs, signs());
  }

  /** Draws the figures; the map joins in as soon as it stands. */
  draw = (figures) => {
    const isFirst = !this.figures;
    this.figures = figures;
    this.facts();
    if (isFirst) this.build();
    else this.refresh();
  };

  refresh() {
    if (!this.isReady) return;
    this.guard(() => this.scene.show(this.figures));
    this.heatSoon();
    this.keys();
  }

  /** Makes the map, anew if need be. */
  async build() {
    clearTimeout(this.rebuilding);
    this.isReady = false;
    this.scene?.close();
    try {
      this.ground = await get("/wall/ground");
      this.scene = new Scene(this.parts.map, this.stage, () => this.free());
      this.scene.addEventListener("lost", () => this.again());
      this.scene.addEventListener("moved", () => this.onMoved?.());
      this.facts();
      await this.scene.open(this.ground, this.page.bounds);
      this.standing();
    } catch (error) {
      this.broke(error);
    }
  }

  async standing() {
    this.isReady = true;
    this.builds = 0;
    this.parts.body.replaceChildren();
    this.refresh();
    this.onMoved?.();
    document.body.dataset.drawn = "map";
    noteFirstPicture();
    await this.scene.addLandmarks().catch((error) => console.warn("wall map, landmarks:", error.message));
    await this.scene?.addBuildings(this.page.endpoints.api).catch((error) => console.warn("wall map, buildings:", error.message));
    document.body.dataset.drawn = "all";
  }

  broke(error) {
    console.warn("wall map:", error.message);
    put(this.parts.body, hasGl() ? fault(t("wall.fault"), t("wall.fault_hint")) : fault(t("wall.no_webgl"), t("wall.no_webgl_hint")));
    this.again();
  }

  again() {
    this.isReady = false;
    clearTimeout(this.rebuilding);
    this.rebuilding = setTimeout(() => this.build(), REBUILD_MS[Math.min(this.builds, REBUILD_MS.length - 1)]);
    this.builds += 1;
  }

  /** What goes wrong on the map stays on the map. */
  guard(work) {
    try {
      work();
    } catch (error) {
      this.broke(error);
    }
  }

  /** The window the district may fill: between figures, facts and legends, in the map's own pixels. */
  free() {
    const map = this.stage.place(this.parts.map);
    const own = this.stage.place(this.parts.map.parentElement);
    const [x, y] = [own.left - map.left, own.top - map.top];
    return { left: x + 30, right: x + own.right - own.left - 30, top: y + 62, bottom: y + own.bottom - own.top - 40 };
  }

  facts() {
    const { open, computed_at: at } = this.figures;
    const cells = this.ground?.grid.features || [];
    const km2 = cells.reduce((all, { properties }) => all + properties.km2, 0);
    const clock = clockParts(new Date(at)).slice(0, 2).join(":");
    put(this.parts.facts,
      el("p", {}, t("wall.facts_open"), el("b", {}, count(open.total)), el("small", {}, t("wall.facts_unit"))),
      el("p", {}, cells.length ? t("wall.facts_rest", { clock, cells: count(cells.length), km2: km2.toFixed(1) }) : ""));
  }

  heatSoon(wait = this.warm ? HEAT_EVERY_MS : 0) {
    this.heating ||= setTimeout(() => { this.heating = null; this.loadHeat(); }, wait);
  }

  async loadHeat() {
    const [west, south, east, north] = this.page.bounds;
    const [x, y] = [(east - west) * BEYOND, (north - south) * BEYOND];
    try {
      this.warm = await get("/heat", { bbox: [west - x, south - y, east + x, north + y].join(","), zoom: HEAT_ZOOM });
      this.heatFailed = false;
      this.steps = this.warm.breaks.slice(-CLASSES); // the faintest classes would cover everything
      const first = this.warm.breaks.length - this.steps.length;
      const features = this.warm.features.filter(({ properties }) => properties.level >= first)
        .map((one) => ({ ...one, properties: { colour: warmth(one.properties.level - first, this.steps.length) } }));
      if (this.isReady) this.guard(() => this.scene.heat(features));
    } catch {
      this.heatFailed = true;
      this.heatSoon(HEAT_RETRY_MS);
    }
    this.keys();
  }

  keys() {
    put(this.parts.keys, tintKey(this.figures.cells), heatKey(this.warm, this.steps, this.heatFailed));
  }
}

let drawsGl = null;

/** Whether this browser can draw such maps; looked at once, since each look costs a graphics context. */
function hasGl() {
  if (drawsGl === null) {
    const context = document.createElement("canvas").getContext("webgl2");
    drawsGl = Boolean(context);
    context?.getExtension("WEBGL_lose_context")?.loseContext();
  }
  return drawsGl;
}

/** The colour of a class of heat; a shorter scale takes the upper end of the ramp. */
function warmth(level, classes) {
  return token(`warm-${level + CLASSES - classes}`);
}

function tintKey({ period, bounds }) {
  const steps = [`<${bounds[0]}`, `${bounds[0]}–${bounds[1] - 1}`, `${bounds[1]}–${bounds[2] - 1}`, `≥${bounds[2]}`];
  return el("div", { class: "key key--tint" }, el("p", { class: "key__title" }, el("b", {}, t(`wall.tint_${period}`))),
    el("div", { class: "key__bar" }, steps.map((_, n) => el("i", { css: { "--fill": token(`tint-${n}`) } }))),
    el("div", { class: "key__steps" }, steps.map((step) => el("span", {}, step))));
}

function heatKey(warm, steps, hasFailed) {
  if (!warm) return hasFailed ? el("p", { class: "key__empty" }, t("wall.heat_fault")) : null;
  if (!warm.features.length) return el("p", { class: "key__empty" }, t("wall.heat_none"));
  const title = el("p", { class: "key__title" }, el("b", {}, t("wall.heat")), " ", t("wall.heat_unit", { m: warm.bandwidth_m }));
  return el("div", { class: "key" }, title,
    el("div", { class: "key__bar" }, steps.map((_, level) => el("i", { css: { "--fill": onGround(warmth(level, steps.length)) } }))),
    el("div", { class: "key__steps" }, steps.map((bound) => el("span", {}, String(bound)))));
}

/** A colour of the heat as it looks on the ground: it lets some of it through. */
function onGround(colour) {
  return `color-mix(in srgb, ${colour} ${HEAT_OPACITY * 100}%, ${token("tint-0")})`;
}

function signs() {
  const line = (colour, width) => svg("line", { x1: 0, y1: 9, x2: 28, y2: 9, stroke: colour, "stroke-width": width });
  const late = svg("path", { d: "M14 1 24 17H4z", fill: token("late") });
  const dot = svg("circle", { cx: 14, cy: 9, r: 4.5, fill: token("late") });
  const rows = [[late, "sign_late"], [dot, "sign_late_cell"], [line(STREET, 2.5), "sign_street"], [line("#8FD2F5", 1.4), "sign_community"], [line("#5B7F9D", 1), "sign_grid"]];
  return rows.map(([sign, key]) => el("li", {}, svg("svg", { viewBox: "0 0 28 18", "aria-hidden": "true" }, sign), t(`wall.${key}`)));
}
