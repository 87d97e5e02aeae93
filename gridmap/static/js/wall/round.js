// What the wall shows now: a round of scenes, each for its time; what a seat asks for comes before it, for a while.

import { serverNow } from "../format.js";

const WORST = 4;
const OVERVIEW = { kind: "overview", area: null };

/** Emits `turn` when `scene` is another: {kind, area, isWorst, isSteered, by, until}. `own(code)` is an area of the wall's, or null. */
export class Round extends EventTarget {
  constructor(plan, own) {
    super();
    Object.assign(this, { plan, own, queue: [], scene: OVERVIEW, figures: null });
  }

  /** Whether there is more than the overview. */
  get isTurning() {
    return this.plan.length > 1 || this.plan[0].kind !== "overview" || Boolean(this.plan[0].area);
  }

  /** Takes new figures: they say which areas are worth a look. The first ones begin the round. */
  take(figures) {
    this.figures = figures;
    if (this.isTurning && !this.timer) this.next();
  }

  /** Shows what a seat asks for, until it is over; `round` ends that. What is over already is passed over. */
  steer({ scene, area, until, by }) {
    const seconds = (Date.parse(until) - serverNow()) / 1000;
    if (!(seconds > 0) || (area && !this.own(area))) return;
    if (scene === "round") this.next();
    else this.show({ kind: scene, area, by, until, isSteered: true }, seconds);
  }

  next() {
    if (!this.isTurning) {
      this.show(OVERVIEW, 0);
      return;
    }
    if (!this.queue.length) this.queue = this.plan.flatMap((step) => this.scenesOf(step));
    const { seconds, ...scene } = this.queue.shift() || { ...OVERVIEW, seconds: this.plan[0].seconds };
    this.show(scene, seconds);
  }

  show(scene, seconds) {
    clearTimeout(this.timer);
    this.scene = scene;
    this.timer = seconds ? setTimeout(() => this.next(), seconds * 1000) : null;
    this.dispatchEvent(new Event("turn"));
  }

  scenesOf({ kind, area, seconds }) {
    if (kind === "areas") return this.worst().map(({ code }) => ({ kind: "overview", area: code, isWorst: true, seconds }));
    return !area || this.own(area) ? [{ kind, area, seconds }] : [];
  }

  /** The areas of the ranking with most late matters. */
  worst() {
    const late = (this.figures?.ranking.rows || []).filter((row) => row.late > 0 && this.own(row.code));
    return [...late].sort((a, b) => b.late - a.late || b.open - a.open).slice(0, WORST);
  }
}
