// Where this phone is, watched while somebody looks; says how well, and why not.

import { metres } from "./sides.js";

const AGED_MS = 20_000;
const FRESH_MS = 120_000;
const PATIENCE_MS = 27_000;

/** Emits `change`. `fix` {lon, lat, accuracy_m, at} or null; `trouble` null, "refused", "unavailable" or "insecure". */
class Position extends EventTarget {
  constructor() {
    super();
    Object.assign(this, { fix: null, trouble: null, watch: null, isWanted: false });
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.stop(); else if (this.isWanted) this.start(); });
  }

  start() {
    this.isWanted = true;
    if (this.watch !== null) return;
    if (!("geolocation" in navigator) || !window.isSecureContext) {
      this.say("insecure");
      return;
    }
    this.watch = navigator.geolocation.watchPosition((found) => this.take(found), (error) => this.failed(error),
      { enableHighAccuracy: true, maximumAge: 5000, timeout: PATIENCE_MS });
  }

  stop() {
    if (this.watch !== null) navigator.geolocation.clearWatch(this.watch);
    this.watch = null;
  }

  /** Asks anew, as after the permission was given in the settings. */
  again() {
    this.stop();
    this.say(null);
    this.start();
  }

  take({ coords, timestamp }) {
    const fix = { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy * 10) / 10, at: timestamp || Date.now() };
    if (this.fix && isBlur(fix, this.fix)) return; // one bad moment does not move the pin
    this.fix = fix;
    this.trouble = null;
    this.dispatchEvent(new Event("change"));
  }

  /** Where this phone is just now; throws "refused", "unavailable" or "insecure" as an Error's message. */
  async fresh() {
    const isWatched = this.watch !== null && !this.trouble; // a watch tells when one moves, and is silent while one stands
    if (this.fix && isWatched && Date.now() - this.fix.at < FRESH_MS) return this.fix;
    if (!("geolocation" in navigator) || !window.isSecureContext) throw new Error("insecure");
    const found = await new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, ({ code }) => reject(new Error(code === 1 ? "refused" : "unavailable")), { enableHighAccuracy: true, maximumAge: 5000, timeout: PATIENCE_MS }));
    this.take(found);
    return this.fix;
  }

  failed({ code }) {
    this.say(code === 1 ? "refused" : "unavailable");
  }

  say(trouble) {
    this.trouble = trouble;
    this.dispatchEvent(new Event("change"));
  }
}

/** Whether a fix says no more than the one before did: vaguer, soon after, and possibly at the same place. */
function isBlur(fix, before) {
  const away = metres([before.lon, before.lat], [fix.lon, fix.lat]);
  return fix.accuracy_m > before.accuracy_m * 1.5 && fix.at - before.at < AGED_MS && away < fix.accuracy_m + before.accuracy_m;
}

export const position = new Position();

const LIMITS = [[15, "good"], [50, "fair"], [Infinity, "poor"]];

/** good (≤ 15 m), fair (≤ 50 m) or poor. */
export function grade(accuracyM) {
  return LIMITS.find(([limit]) => accuracyM <= limit)[1];
}
