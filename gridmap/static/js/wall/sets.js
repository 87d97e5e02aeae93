// Which version of the baked tiles there is, set by set: asked at the start, after every bake, and again while there is none.

const SETS = ["areas", "buildings", "ground"];
const AGAIN_MS = 2000;
const LONGEST_MS = 30_000;

/** Emits `change` {detail: name} for another version of a set, `phase` when the state of the areas is another. */
export class Sets extends EventTarget {
  constructor() {
    super();
    this.sets = Object.fromEntries(SETS.map((name) => [name, { about: null, phase: "loading", wait: AGAIN_MS }]));
  }

  /** Asks for all of them. */
  start() {
    for (const name of SETS) this.ask(name);
  }

  /** A set's TileJSON, its addresses in full; null while there is none. */
  about(name) {
    return this.sets[name].about;
  }

  /** How it stands with the areas, without which there is no map: loading, baking, error or ready. */
  get phase() {
    return this.sets.areas.phase;
  }

  /** Asks for one of them; while it is being made, or the server is away, again and again. */
  async ask(name) {
    const set = this.sets[name];
    if (!set) return;
    clearTimeout(set.timer);
    try {
      const answer = await fetch(`/tiles/${name}.json`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(answer.status === 503 ? "baking" : "error");
      this.take(name, await answer.json());
      set.wait = AGAIN_MS;
    } catch (error) {
      if (!set.about) this.become(name, error.message === "baking" ? "baking" : "error");
      set.timer = setTimeout(() => this.ask(name), set.wait);
      set.wait = Math.min(set.wait * 1.5, LONGEST_MS);
    }
  }

  take(name, about) {
    const set = this.sets[name];
    if (about.version === set.about?.version) return;
    set.about = { ...about, tiles: about.tiles.map((path) => window.location.origin + path) };
    this.become(name, "ready");
    this.dispatchEvent(new CustomEvent("change", { detail: name }));
  }

  become(name, phase) {
    this.sets[name].phase = phase;
    if (name === "areas") this.dispatchEvent(new Event("phase"));
  }
}
