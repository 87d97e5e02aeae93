// What the desk looks at: queue, filters, the matter in hand. It stands in the URL, so that a link shows the same.

/** What narrows a queue. */
export const NARROWING = ["q", "category", "area", "due"];
const NAMES = ["queue", "at", ...NARROWING];
/** What a clock can say, the milder first. */
export const PRESSING = ["warning", "late", "very_late"];

/** Emits `change` with {detail: {what: Set of names}} after each change; `queues`: those there are, the first is usual. */
export class DeskState extends EventTarget {
  constructor(hash, queues) {
    super();
    const wishes = new URLSearchParams(hash.replace(/^#/, ""));
    for (const name of NAMES) this[name] = wishes.get(name) || "";
    this.hasQueue = queues.includes(this.queue);
    if (!this.hasQueue) [this.queue] = queues;
    if (!PRESSING.includes(this.due)) this.due = "";
  }

  set(changes) {
    const what = new Set(Object.keys(changes).filter((name) => this[name] !== changes[name]));
    if (!what.size) return;
    Object.assign(this, changes);
    window.history.replaceState(null, "", this.hash());
    this.dispatchEvent(new CustomEvent("change", { detail: { what } }));
  }

  on(names, listener) {
    this.addEventListener("change", ({ detail: { what } }) => { if (names.some((name) => what.has(name))) listener(); });
  }

  get isNarrowed() {
    return NARROWING.some((name) => this[name]);
  }

  /** The whole queue again. */
  widen() {
    this.set(Object.fromEntries(NARROWING.map((name) => [name, ""])));
  }

  hash() {
    const wishes = new URLSearchParams();
    for (const name of NAMES) if (this[name]) wishes.set(name, this[name]);
    return `#${decodeURIComponent(wishes.toString())}`;
  }
}
