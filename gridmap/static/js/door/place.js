// Where it happened: at the notice board, where this phone is, or at the board whose number one types.

import { data, part, words } from "./page.js";

const PATIENCE_MS = 20_000;

export class Place {
  constructor(form) {
    this.form = form;
    this.fix = null;
    this.isAsking = false;
    form.addEventListener("change", ({ target }) => { if (target.name === "place") this.chosen(); });
  }

  get choice() {
    return new FormData(this.form).get("place");
  }

  chosen() {
    const isCode = this.choice === "code";
    if (part("code")) part("code").hidden = !isCode;
    if (isCode) document.getElementById("code").focus();
    if (this.choice === "me") this.ask();
  }

  ask() {
    if (this.isAsking) return;
    if (!navigator.geolocation || !window.isSecureContext) {
      this.failed("place_insecure");
      return;
    }
    this.isAsking = true;
    this.say(words("place_asking"));
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      this.isAsking = false;
      this.fix = { lon: coords.longitude, lat: coords.latitude, accuracy_m: Math.round(coords.accuracy) };
      this.say(words("place_found", { m: this.fix.accuracy_m }));
    }, ({ code }) => this.failed(code === 1 ? "place_refused" : "place_unknown"), { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 30_000 });
  }

  failed(why) {
    this.isAsking = false;
    this.fix = null;
    this.say(words(why));
    const board = this.form.querySelector("input[name=place][value=board]");
    if (board) board.checked = true;
    else this.form.querySelectorAll("input[name=place]").forEach((input) => { input.checked = input.value === "code"; });
    this.chosen();
  }

  say(said) {
    part("fix").textContent = said;
  }

  /** What is sent of the place; null where there is none yet. */
  sent() {
    if (this.choice === "me") return this.fix;
    const code = this.choice === "board" ? data.cell : (document.getElementById("code")?.value || "").replace(/\s/g, "");
    return code && this.choice ? { cell: code } : null;
  }
}
