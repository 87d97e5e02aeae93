// Where the open draft happens: follows this phone until a person decides, and asks which cell that is.

import { locate } from "./around.js";
import { isBegun, save } from "./drafts.js";
import { position } from "./position.js";
import { metres } from "./sides.js";

const MOVED_M = 3;
const WALKED_M = 50; // nearer than this nobody is asked whether it is still the same place

/** Emits `change` when the draft's place or what is known of it changed. */
class Placing extends EventTarget {
  constructor() {
    super();
    this.draft = null;
    this.isResumed = false;
    position.addEventListener("change", () => this.follow());
  }

  /** From now on this draft is placed; one that was left and is gone on with stays where it was. */
  take(draft) {
    if (this.draft?.id !== draft.id) this.isResumed = isBegun(draft);
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
    if (!draft || !fix || this.isResumed || draft.place?.confirmed || draft.place?.how === "manual") return;
    if (draft.place && !(isBegun(draft) ? isFiner(fix, draft.place) : isBetter(fix, draft.place))) return;
    this.stand(fix, draft.place && isBegun(draft) ? draft.place.first : fix);
  }

  /** The draft's place is this fix; `first`: the fix it must not walk away from. */
  stand(fix, first) {
    this.draft.place = { lon: round(fix.lon), lat: round(fix.lat), accuracy_m: fix.accuracy_m, how: "gps", why: null, confirmed: false, first: { lon: first.lon, lat: first.lat, accuracy_m: first.accuracy_m } };
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
    if (position.fix) this.stand(position.fix, position.fix);
    else this.isResumed = false; // asked for: the next fix is its place
    this.dispatchEvent(new Event("change"));
  }

  /** Still the place it was, though this phone has gone on. */
  async stay() {
    this.draft.place.stays = true;
    await save(this.draft);
    this.dispatchEvent(new Event("change"));
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

/** How many metres this phone has gone on from a place it gave itself; null where that is no question. */
export function walked({ place }) {
  const { fix } = position;
  if (!fix || !place || place.how === "manual" || place.confirmed || place.stays) return null;
  const away = metres([place.lon, place.lat], [fix.lon, fix.lat]);
  return away > Math.max(WALKED_M, place.accuracy_m + fix.accuracy_m) ? away : null;
}

/** Whether a fix tells the same place more exactly: inside the first circle, and a smaller one. */
function isFiner(fix, place) {
  const first = place.first || place;
  return fix.accuracy_m < place.accuracy_m && metres([first.lon, first.lat], [fix.lon, fix.lat]) <= first.accuracy_m;
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
