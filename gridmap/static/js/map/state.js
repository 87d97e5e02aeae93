// What the page is looking at: mode, filters, layers, the chosen thing. It stands in the URL, so that a link shows the same.

const MODES = ["classes", "heat", "issues"];
const STATUSES = ["", "reported", "handling", "warning", "overdue", "very_late", "handled", "triage"];
/** The time filters by name: reported in the last so many local days, today among them. */
export const PERIODS = { "": null, today: 0, week: 6, month: 29 };
export const LAYERS = ["buildings", "ground", "names", "borders", "staff"];
const ON_WISH = "staff"; // the one layer that is shown only where somebody asks for it
/** auto: cells where they are near, what stands for them where they are far. */
export const LEVELS = ["auto", "grid", "community", "street"];
export const MEASURES = ["open", "late", "rate", "discontent"];
export const IN_TENTHS = ["rate", "discontent"]; // shares: kept as whole tenths, and nothing to add up
/** How the heat is counted and shown, by the name it has here; the first of each is what stands without a word. */
export const HEAT_CHOICES = { heatKind: ["density", "spots"], per: ["km2", "households"], weight: ["none", "urgent"], step: ["day", "6h"] };
export const HEAT = ["heatKind", "per", "weight", "then"];
const IN_URL = { heatKind: "heat", per: "per", weight: "weight", step: "step" };
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
export const FILTERS = ["status", "category", "period", "mine"];
const KINDS = /^(area|issue|building):(.+)$/;

/** Holds the state; emits `change` with {detail: {what: Set of names}} after each change. */
export class ViewState extends EventTarget {
  constructor(hash) {
    super();
    this.read(hash);
  }

  read(hash) {
    const wishes = new URLSearchParams(hash.replace(/^#/, ""));
    const among = (name, list) => (list.includes(wishes.get(name)) ? wishes.get(name) : list[0]);
    this.mode = among("mode", MODES);
    this.level = among("level", LEVELS);
    this.measure = among("by", MEASURES);
    this.status = among("status", STATUSES);
    this.category = wishes.get("category") || "";
    this.period = among("time", Object.keys(PERIODS));
    this.mine = wishes.get("mine") === "1";
    this.base = wishes.get("base") || "";
    this.hidden = (wishes.get("hide") || "").split(",").filter((name) => LAYERS.includes(name) && name !== ON_WISH);
    if (wishes.get("show") !== ON_WISH) this.hidden.push(ON_WISH);
    for (const [name, values] of Object.entries(HEAT_CHOICES)) this[name] = among(IN_URL[name], values);
    this.then = MOMENT.test(wishes.get("then") || "") ? wishes.get("then") : "";
    this.selected = parseSelected(wishes.get("at"));
    this.camera = parseCamera(wishes.get("view"));
  }

  /** Sets some of mode, level, measure, the FILTERS, the HEAT, step, base, hidden, selected, camera; tells who listens; keeps the URL in step. */
  set(changes) {
    const what = new Set(Object.keys(changes).filter((name) => !same(this[name], changes[name])));
    if (!what.size) return;
    Object.assign(this, changes);
    window.history.replaceState(null, "", this.hash());
    this.dispatchEvent(new CustomEvent("change", { detail: { what } }));
  }

  clearFilters() {
    this.set({ status: "", category: "", period: "", mine: false });
  }

  get isFiltered() {
    return Boolean(this.status || this.category || this.period || this.mine);
  }

  /** Runs `listener` after changes of any of `names`. */
  on(names, listener) {
    this.addEventListener("change", ({ detail: { what } }) => {
      if (names.some((name) => what.has(name))) listener();
    });
  }

  hash() {
    const wishes = new URLSearchParams();
    const put = (name, value) => { if (value) wishes.set(name, value); };
    put("mode", this.mode);
    put("level", this.level === LEVELS[0] ? "" : this.level);
    put("by", this.measure === MEASURES[0] ? "" : this.measure);
    put("status", this.status);
    put("category", this.category);
    put("time", this.period);
    put("mine", this.mine ? "1" : "");
    put("base", this.base);
    put("hide", this.hidden.filter((name) => name !== ON_WISH).join(","));
    put("show", this.hidden.includes(ON_WISH) ? "" : ON_WISH);
    for (const [name, [usual]] of Object.entries(HEAT_CHOICES)) put(IN_URL[name], this[name] === usual ? "" : this[name]);
    put("then", this.then);
    put("at", this.selected && `${this.selected.kind}:${this.selected.id}`);
    put("view", this.camera && `${this.camera.zoom},${this.camera.lon},${this.camera.lat}`);
    return `#${decodeURIComponent(wishes.toString())}`;
  }
}

function parseSelected(text) {
  const found = KINDS.exec(text || "");
  return found ? { kind: found[1], id: found[2] } : null;
}

function parseCamera(text) {
  const numbers = (text || "").split(",").map(Number);
  if (numbers.length !== 3 || numbers.some(Number.isNaN)) return null;
  const [zoom, lon, lat] = numbers;
  return { zoom, lon, lat };
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
