// Where the open draft happens: follows this phone until a person decides, and asks which cell that is.

import { locate } from "./around.js";
import { save } from "./drafts.js";
import { position } from "./position.js";
import { metres } from "./sides.js";

const MOVED_M = 3;

/** Emits `change` when the draft's place or what is known of it changed. */
class Placing extends EventTarget {
  constructor() {
    super();
    this.draft = null;
    position.addEventListener("change", () => this.follow());
  }

  /** From now on this draft is placed. */
  take(draft) {
    this.draft = draft;
    position.start();
    this.follow();
    if (draft.place && (!draft.place.why || draft.place.why.offline)) this.find();
  }

  leave() {
    this.draft = null;
  }

  follow() {
    const { draft } = this;
    const { fix } = position;
    this.dispatchEvent(new Event("change"));
    if (!draft || !fix || draft.place?.confirmed || draft.place?.how === "manual") return;
    if (draft.place && !isBetter(fix, draft.place)) return;
    draft.place = { lon: round(fix.lon), lat: round(fix.lat), accuracy_m: fix.accuracy_m, how: "gps", why: null, confirmed: false };
    this.find();
  }

  /** The pin put by hand: as exact as the person points, so no accuracy is sent. */
  async put([lon, lat]) {
    this.draft.place = { lon: round(lon), lat: round(lat), accuracy_m: null, how: "manual", why: null, confirmed: false };
    this.draft.choice = null;
    await this.find();
  }

  /** Back to where this phone is. */
  async release() {
    if (!this.draft) return;
    this.draft.place = null;
    this.draft.choice = null;
    this.follow();
  }

  async find() {
    const { draft } = this;
    const { place } = draft;
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    this.dispatchEvent(new Event("change"));
    try {
      const why = await locate(place, this.withdraw.signal);
      if (draft.place !== place) return;
      place.why = why || { status: "unknown", cell: null, candidates: [], offline: true };
      await save(draft, { choice: offered(why, draft.choice) });
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Resolves once it is known which cell the place lies in, or after some time: whoever goes on need not stop here. */
  async known(ms) {
    const until = Date.now() + ms;
    while (this.draft && !this.draft.place?.why && !position.trouble && Date.now() < until) {
      await new Promise((resolve) => { setTimeout(resolve, 40); });
    }
  }

  /** The person's word on it: a cell by code, or null to let the place speak (or the community decide). */
  async confirm(choice, { unsure = false } = {}) {
    this.draft.place.confirmed = true;
    this.draft.place.unsure = unsure;
    await save(this.draft, { choice });
    this.dispatchEvent(new Event("change"));
  }
}

function offered(why, choice) {
  return why?.candidates?.some(({ code }) => code === choice) ? choice : null;
}

function isBetter(fix, place) {
  const away = metres([place.lon, place.lat], [fix.lon, fix.lat]);
  return away > Math.max(MOVED_M, fix.accuracy_m / 3) || fix.accuracy_m < place.accuracy_m * 0.9 || fix.accuracy_m > place.accuracy_m * 1.5;
}

const round = (degrees) => Math.round(degrees * 1e7) / 1e7;

export const placing = new Placing();
