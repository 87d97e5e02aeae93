// What the page is looking at: mode, filters, the chosen thing. It stands in the URL, so that a link shows the same.

const MODES = ["classes", "heat", "issues"];

/** Holds the state; emits `change` with {detail: {what: Set of names}} after each change. */
export class ViewState extends EventTarget {
  constructor(hash) {
    super();
    const wishes = new URLSearchParams(hash.replace(/^#/, ""));
    this.mode = MODES.includes(wishes.get("mode")) ? wishes.get("mode") : MODES[0];
    this.status = wishes.get("status") || "";
    this.category = wishes.get("category") || "";
    this.selected = parseSelected(wishes.get("at"));
    this.camera = parseCamera(wishes.get("view"));
  }

  /** Sets some of mode, status, category, selected, camera; tells who listens; keeps the URL in step. */
  set(changes) {
    const what = new Set(Object.keys(changes).filter((name) => !same(this[name], changes[name])));
    if (!what.size) return;
    Object.assign(this, changes);
    window.history.replaceState(null, "", this.hash());
    this.dispatchEvent(new CustomEvent("change", { detail: { what } }));
  }

  /** Runs `listener` after changes of any of `names`. */
  on(names, listener) {
    this.addEventListener("change", ({ detail: { what } }) => {
      if (names.some((name) => what.has(name))) listener();
    });
  }

  hash() {
    const wishes = new URLSearchParams();
    wishes.set("mode", this.mode);
    if (this.status) wishes.set("status", this.status);
    if (this.category) wishes.set("category", this.category);
    if (this.selected) wishes.set("at", `${this.selected.kind}:${this.selected.id}`);
    if (this.camera) wishes.set("view", `${this.camera.zoom},${this.camera.lon},${this.camera.lat}`);
    return `#${decodeURIComponent(wishes.toString())}`;
  }
}

function parseSelected(text) {
  const found = /^(area|issue):(.+)$/.exec(text || "");
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
