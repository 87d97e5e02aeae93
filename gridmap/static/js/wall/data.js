// The wall's figures: loaded after every change, once a minute anyway, and again and again while the server is gone.

import { get } from "../api.js";
import { serverNow, setNow } from "../format.js";

const SETTLE_MS = 250;
const LEFT_ALONE = 3; // times as long as the last answer took
const EVERY_MS = 60_000;
const PATIENCE_MS = 15_000;
const RETRY_MS = 5000;
const AFTER_DUE_MS = 1200;

/** Emits `data` when `figures` are new, `link` when `goneSince` (a Date or null) or `tries` changed. */
export class Figures extends EventTarget {
  constructor() {
    super();
    Object.assign(this, { figures: null, goneSince: null, tries: 0, error: null, took: 0 });
  }

  /** Loads soon; what comes in between is answered by the same load. However long that takes, the server is left alone for longer. */
  soon(wait = Math.max(SETTLE_MS, LEFT_ALONE * this.took)) {
    this.waiting ||= setTimeout(() => { this.waiting = null; this.load(); }, wait);
  }

  async load() {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    clearTimeout(this.next);
    const begun = performance.now();
    try {
      const figures = await get("/wall", {}, { signal: AbortSignal.timeout(PATIENCE_MS) });
      this.took = performance.now() - begun;
      this.take(figures);
    } catch (error) {
      this.failed(error);
    }
    this.busy = false;
    if (this.again) {
      this.again = false;
      this.soon();
    }
  }

  take(figures) {
    setNow(figures.computed_at);
    Object.assign(this, { figures, at: new Date(figures.computed_at), goneSince: null, tries: 0, error: null });
    this.plan(Math.min(EVERY_MS, this.untilDue()));
    this.dispatchEvent(new Event("link"));
    this.dispatchEvent(new Event("data"));
  }

  failed(error) {
    this.error = error;
    this.goneSince ||= serverNow();
    this.tries += 1;
    this.plan(RETRY_MS);
    this.dispatchEvent(new Event("link"));
  }

  plan(wait) {
    clearTimeout(this.next);
    this.next = setTimeout(() => this.load(), wait);
  }

  /** Until the next matter becomes late: that writes nothing, so nobody tells. */
  untilDue() {
    if (!this.figures.next_due_at) return EVERY_MS;
    return Math.max(Date.parse(this.figures.next_due_at) - serverNow() + AFTER_DUE_MS, AFTER_DUE_MS);
  }
}
