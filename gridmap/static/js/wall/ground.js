// The panel in the middle: the map with its facts, legends and signs; rebuilt when its graphics are lost.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { noteFirstPicture } from "../first_picture.js";
import { count } from "../format.js";
import { t } from "../texts.js";
import { Directory } from "../tiles/directory.js";
import { BEARING, boxOf, corners } from "./camera.js";
import { STRESSED } from "./layers.js";
import { CLASSES, heatKey, signs, tintKey, warmth } from "./legend.js";
import { fault } from "./panels.js";
import { Relief } from "./relief.js";
import { Round } from "./round.js";
import { Sets } from "./sets.js";
import { left, sayScene } from "./titles.js";
import { clockParts } from "./words.js";

const REBUILD_MS = [1000, 5000, 20_000, 60_000];
const HEAT_EVERY_MS = 4000;
const HEAT_RETRY_MS = 10_000;
const HEAT_ZOOM = 13;
const [UNDER_FACTS, UNDER_TITLE] = [90, 116];
const BEYOND = 0.08; // of the width and height: heat is asked so far past the edge

/** The map panel's work; `draw` is given to its Panel. */
export class Ground {
  constructor(stage, page, parts) {
    Object.assign(this, { stage, page, parts, relief: null, figures: null, builds: 0, known: null });
    this.round = new Round(page.round, (code) => this.own(code));
    this.round.addEventListener("turn", () => this.turn());
    this.sets = new Sets();
    this.sets.addEventListener("phase", () => this.phase());
    this.sets.addEventListener("change", ({ detail }) => this.changed(detail));
    stage.addEventListener("change", () => this.isReady && this.guard(() => this.relief.fit()));
    parts.compass.style.setProperty("--north", `${-BEARING}deg`);
    put(parts.signs, signs());
    this.sets.start();
    this.bordered = get("/wall/ground").catch(() => null); // needed as soon as the tiles are known
  }

  /** Draws the figures; the map joins in as soon as it stands. */
  draw = (figures) => {
    this.figures = figures;
    this.facts();
    this.heatSoon();
    this.keys();
    if (!this.isReady) return;
    this.round.take(figures);
    this.guard(() => this.relief.show(figures));
    this.title();
    this.noteDrawn();
  };

  /** An area that lies in what this wall shows; null for others. */
  own(code) {
    const area = this.known?.directory.byCode.get(code);
    const roots = this.known?.border.roots;
    for (let at = area; at; at = at.parent) if (!roots || roots.includes(at.code)) return area;
    return null;
  }

  /** While the tiles are made the panel says so; that the server is gone, the bar above says. */
  phase() {
    if (this.isReady || this.sets.phase !== "baking") return;
    this.bordered = null; // there will be other areas
    put(this.parts.body, el("div", { class: "ground__wait", role: "status" }, el("strong", {}, t("wall.baking")), el("small", {}, t("wall.baking_hint"))));
  }

  /** Another version of a set: taken over where the map stands, the first one makes it. */
  async changed(name) {
    if (!this.isReady) {
      if (name === "areas" && !this.building) this.build();
      return;
    }
    try {
      if (name === "areas" && (await this.learn())) return void this.build(); // they reach elsewhere, or are others from afar
      this.guard(() => {
        this.relief.put(name, this.sets.about(name));
        if (name !== "areas") return;
        this.relief.bound(this.known.border, this.known.directory);
        this.relief.show(this.figures);
        this.facts();
      });
    } catch (error) {
      this.broke(error);
    }
  }

  /** Learns the border and the directory of the newest areas, from afar without cells; whether the map has to be made anew for them. */
  async learn() {
    const { version, far: known } = this.sets.about("areas");
    if (this.known?.version === version) return false;
    const far = (this.page.has_many && known) || null;
    const [border, seen] = await Promise.all([(await this.bordered) || get("/wall/ground"), directoryOf(version, far)]);
    this.bordered = null;
    const isWhole = !far || !seen.isAll(border.roots) || this.page.round.some(({ area }) => area && !seen.byCode.has(area));
    const directory = far && isWhole ? await directoryOf(version) : seen;
    const ground = `${boxOf(corners(border.outline))} ${far?.level} ${far?.below}`;
    const isOther = Boolean(this.known) && this.known.ground !== ground;
    this.known = { version, border, directory, far, isWhole, ground };
    return isOther;
  }

  /** What a seat asks for may be a cell: from afar they are not known until one is asked for. */
  async steer(wish) {
    const { known } = this;
    if (wish.area && known && !known.isWhole && !known.directory.byCode.has(wish.area)) {
      const directory = await directoryOf(known.version).catch(() => null);
      if (directory && this.known === known) {
        Object.assign(known, { directory, isWhole: true });
        if (this.isReady) this.guard(() => this.relief.bound(known.border, directory));
      }
    }
    this.round.steer(wish);
  }

  /** Makes the map, anew if need be. */
  async build() {
    clearTimeout(this.rebuilding);
    this.isReady = false;
    if (!this.sets.about("areas")) return; // comes with them
    this.building = true;
    this.relief?.close();
    try {
      await this.learn();
      const relief = new Relief(this.parts.map, this.stage, () => this.free(), this.known.far);
      this.relief = relief;
      relief.scene = this.round.scene;
      relief.addEventListener("lost", () => this.again());
      relief.addEventListener("moved", () => this.moved());
      relief.addEventListener("base", ({ detail }) => this.sayBase(detail));
      relief.addEventListener("stale", ({ detail }) => this.sets.ask(detail));
      await relief.open(this.known.border, this.known.directory, this.baked(["areas"]), () => this.figures && relief.show(this.figures));
      this.standing();
    } catch (error) {
      this.broke(error);
    }
    this.building = false;
  }

  /** What the tints stand for may be another level now. */
  moved() {
    this.onMoved?.();
    if (this.isReady && this.relief.isFar !== this.wasFar) this.keys();
  }

  baked(names) {
    return Object.fromEntries(names.map((name) => [name, this.sets.about(name)]).filter(([, about]) => about));
  }

  standing() {
    this.isReady = true;
    this.keys();
    this.builds = 0;
    this.parts.body.replaceChildren();
    if (this.warmth) this.guard(() => this.relief.heat(this.warmth));
    if (this.figures) this.draw(this.figures);
    this.onMoved?.();
    if (this.sets.about("areas").version !== this.known.version) this.changed("areas");
  }

  /** The first picture is there: areas and their figures. What stands on them follows. */
  noteDrawn() {
    if (document.body.dataset.drawn !== "all") document.body.dataset.drawn = "map";
    noteFirstPicture();
    if (this.raised === this.relief) return;
    this.raised = this.relief;
    const later = this.baked(["ground", "buildings"]);
    setTimeout(() => this.guard(() => {
      for (const [name, about] of Object.entries(later)) this.relief.put(name, about);
      if (this.page.base) this.relief.under(this.page.base);
      this.relief.map.once("idle", () => { document.body.dataset.drawn = "all"; });
    }));
  }

  /** Where the base map comes from, or that it does not come. */
  sayBase(isThere) {
    const { base: node } = this.parts;
    node.hidden = false;
    node.textContent = isThere ? t("wall.base_source", { source: this.page.base.attribution }) : t("wall.base_fault");
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
    const top = this.hasTitle ? UNDER_TITLE : UNDER_FACTS;
    return { left: x + 30, right: x + own.right - own.left - 30, top: y + top, bottom: y + own.bottom - own.top - 40 };
  }

  facts() {
    if (!this.figures) return;
    const { open, duty, computed_at: at } = this.figures;
    const clock = clockParts(new Date(at)).slice(0, 2).join(":");
    const { cells, km2 } = this.known?.border || {};
    put(this.parts.facts,
      el("p", {}, t("wall.facts_open"), el("b", {}, count(open.total)), el("small", {}, t("wall.facts_unit"))),
      el("p", {}, cells ? t("wall.facts_rest", { clock, cells: count(cells), km2: km2.toFixed(1) }) : ""),
      duty?.people ? el("p", { dataset: { fact: "duty" } }, t("wall.facts_duty", { on: count(duty.on), people: count(duty.people) })) : null);
  }

  /** Another scene: the map turns to it, the title says what it is. */
  turn() {
    if (this.isReady) this.guard(() => {
      this.relief.turnTo(this.round.scene);
      this.relief.show(this.figures);
    });
    this.keys();
    this.title();
  }

  get hasTitle() {
    return this.round.isTurning || Boolean(this.round.scene.isSteered);
  }

  /** What is shown, where that changes. */
  title() {
    const { scene } = this.round;
    document.body.dataset.scene = scene.kind;
    if (this.figures && this.hasTitle) sayScene(this.parts.scene, scene, scene.area && this.own(scene.area), this.figures);
    else this.parts.scene.hidden = true;
  }

  /** Once a second: how long a seat's wish still stays. */
  tick() {
    const node = this.parts.scene.querySelector("[data-part=left]");
    if (node && this.round.scene.until) node.textContent = left(this.round.scene);
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
      this.warmth = features;
      if (this.isReady) this.guard(() => this.relief.heat(features));
    } catch {
      this.heatFailed = true;
      this.heatSoon(HEAT_RETRY_MS);
    }
    this.keys();
  }

  keys() {
    if (!this.figures) return;
    const { tint, heat } = STRESSED[this.round.scene.kind];
    const { cells } = this.figures;
    this.wasFar = this.isReady && this.relief.isFar;
    put(this.parts.keys, tint ? tintKey((this.wasFar && cells.far) || { ...cells, level: "grid" }) : null, heat ? heatKey(this.warm, this.steps, this.heatFailed) : null);
  }
}

/** All areas of a version, or with `far` those that are drawn from afar. */
async function directoryOf(version, far = null) {
  const answer = await fetch(`/tiles/areas/${version}/index.json${far ? "?cells=0" : ""}`, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`areas ${version}: ${answer.status}`);
  return new Directory(await answer.json());
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
