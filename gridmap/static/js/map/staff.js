// How many people are on duty in each area that is shaded: numbers beside the names, where somebody wants them.

import { get } from "../api.js";
import { t } from "../texts.js";

const L = window.L;
const AGAIN_MS = 60_000; // shifts change on the minute

export class Staff {
  /** `labels` writes what is answered by `labels()`. */
  constructor({ shading }) {
    Object.assign(this, { shading, wanted: false, areas: [], level: null });
    shading.addEventListener("change", () => { if (this.wanted && shading.level !== this.level) this.load(); });
  }

  show(wanted, labels) {
    Object.assign(this, { wanted, written: labels });
    clearTimeout(this.next);
    if (wanted) this.load();
    else labels.soon();
  }

  async load() {
    clearTimeout(this.next);
    const { level } = this.shading;
    this.level = level;
    try {
      const { areas } = await get("/duty", { level });
      if (level === this.level) this.areas = areas;
    } catch {
      this.areas = []; // numbers that may be old say nothing of who is there
    }
    this.written.soon();
    if (this.wanted) this.next = setTimeout(() => this.load(), AGAIN_MS);
  }

  labels() {
    if (!this.wanted) return [];
    return this.areas.filter(({ code }) => this.shading.has(code)).map(({ code, lon_lat: [lon, lat], people, on }) => ({
      at: L.latLng(lat, lon), kind: on ? "staff" : "nobody", text: t("map.on_duty", { on, people }), dark: this.shading.isDark(code),
    }));
  }
}
