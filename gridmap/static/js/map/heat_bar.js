// What the heat is asked for, beside its legend: density or hot spots, the unit, the weights, and the moment, with play-back.

import { get } from "../api.js";
import { el, put, svg } from "../dom.js";
import { count, dayAndClock } from "../format.js";
import { icon } from "../icons.js";
import { classWord } from "../status.js";
import { t } from "../texts.js";
import { statusThen } from "./heat.js";
import { FILTERS, HEAT_CHOICES } from "./state.js";

const SETTLE_MS = 400;
const FRAME_MS = { day: 700, "6h": 350 };
const HEIGHT = 30;

/** `parent`: where the bar stands; it is there in the mode of heat only. */
export class HeatBar {
  constructor(parent, { map, heat, state }) {
    Object.assign(this, { map, heat, state, past: null, timer: null });
    this.build();
    parent.append(this.node);
    heat.addEventListener("change", () => this.draw());
    state.on(["mode", ...FILTERS, "step"], () => this.soon(0));
    state.on(["heatKind", "per", "weight", "then"], () => this.draw());
    state.on(["mode", ...FILTERS], () => this.stop());
    map.on("moveend", () => this.soon());
    this.soon(0);
  }

  build() {
    this.choices = Object.entries(HEAT_CHOICES).map(([name, values]) => this.choice(name, values));
    this.play = el("button", { type: "button", class: "icon-button heat-bar__play", onclick: () => this.toggle() });
    this.said = el("output", { class: "heat-bar__moment", "aria-live": "polite" });
    this.bars = svg("svg", { class: "heat-bar__bars", preserveAspectRatio: "none", "aria-hidden": "true" });
    this.slider = el("input", { type: "range", min: 0, step: 1, class: "heat-bar__slider", "aria-label": t("heat.time"), oninput: ({ target }) => this.take({ then: this.past.moments[Number(target.value)] || "" }) });
    this.ends = el("p", { class: "heat-bar__ends" });
    this.back = el("button", { type: "button", class: "heat-bar__back", onclick: () => this.take({ then: "" }) }, t("heat.to_now"));
    this.then = el("p", { class: "heat-bar__then", role: "status" });
    const time = el("div", { class: "heat-bar__time" }, this.play, el("div", { class: "heat-bar__track" }, this.bars, this.slider, this.ends));
    const head = el("div", { class: "heat-bar__head" }, this.said, this.back, el("div", { class: "heat-bar__choices" }, this.choices));
    this.node = el("section", { class: "heat-bar", "aria-label": t("heat.options") },
      head, time, this.then);
  }

  choice(name, values) {
    const key = { heatKind: "kind" }[name] || name;
    return el("select", { class: "chip chip--select", "aria-label": t(`heat.${key}`), title: t(`heat.${key}`), dataset: { choice: name }, onchange: ({ target }) => this.take({ [name]: target.value }) },
      values.map((value) => el("option", { value }, t(`heat.${key}_${value}`))));
  }

  /** What somebody chose by hand; it ends the play-back. */
  take(changes) {
    this.stop();
    this.state.set(changes);
  }

  /** Counts of the steps are read again; at once for another filter, after a rest for another view. */
  soon(settle = SETTLE_MS) {
    clearTimeout(this.waiting);
    if (this.state.mode === "heat") this.waiting = setTimeout(() => this.load(), settle);
    this.draw();
  }

  async load() {
    const status = statusThen(this.state.status);
    if (!status) return;
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    const { category, since, mine } = this.heat.counted();
    try {
      const query = { bbox: this.map.getBounds().toBBoxString(), category, since, mine, ...status, step: this.state.step };
      this.past = await get("/heat/past", query, { signal: this.withdraw.signal });
      this.failed = false;
    } catch (error) {
      if (error.name === "AbortError") return;
      this.failed = true;
    }
    this.draw();
  }

  /** Where the moment shown stands among the steps; the last place is now. */
  get at() {
    const { moments } = this.past;
    const { then } = this.heat;
    if (!then) return moments.length;
    const later = moments.findIndex((moment) => moment >= then);
    return later === -1 ? moments.length : later;
  }

  goTo(at) {
    this.state.set({ then: this.past.moments[at] || "" });
  }

  toggle() {
    if (this.timer) return this.stop();
    if (this.at >= this.past.moments.length) this.goTo(0);
    else this.goTo(this.at + 1);
    if (!isStill()) this.tick();
    return this.draw();
  }

  /** The next step, once the one before is drawn. */
  tick() {
    this.timer = setTimeout(() => {
      if (this.heat.phase === "loading") return this.tick();
      if (this.heat.phase === "error" || this.at >= this.past.moments.length) return this.stop();
      this.goTo(this.at + 1);
      return this.tick();
    }, FRAME_MS[this.state.step]);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.draw();
  }

  draw() {
    for (const select of this.node.querySelectorAll("[data-choice]")) select.value = this.state[select.dataset.choice];
    const isKnown = Boolean(statusThen(this.state.status));
    this.node.classList.toggle("is-without-past", !isKnown || !this.past);
    this.slider.disabled = !isKnown || !this.past;
    this.play.disabled = this.slider.disabled;
    this.back.hidden = !this.heat.then;
    put(this.then, this.words(isKnown));
    this.drawPlay();
    if (this.past) this.drawTime();
  }

  words(isKnown) {
    if (!isKnown) return t("heat.no_past", { status: classWord(this.state.status) });
    if (this.failed) return t("heat.past_failed");
    const { then } = this.heat;
    return then ? [el("b", {}, t("heat.then", { moment: dayAndClock(then) })), ` ${t("heat.then_rule")}`] : "";
  }

  drawPlay() {
    const isOn = Boolean(this.timer);
    const label = t(isOn ? "heat.pause" : isStill() ? "heat.next_step" : "heat.play");
    this.play.setAttribute("aria-label", label);
    this.play.title = label;
    if (this.play.dataset.playing === String(isOn)) return;
    this.play.dataset.playing = String(isOn);
    put(this.play, icon(isOn ? "pause" : "play"));
  }

  drawTime() {
    const { moments, open } = this.past;
    const { then } = this.heat;
    const last = moments.length;
    Object.assign(this.slider, { max: last, value: this.at });
    const words = then ? dayAndClock(then) : t("heat.now");
    this.slider.setAttribute("aria-valuetext", words);
    const number = then && this.at < last ? t(this.state.status === "overdue" ? "heat.late_then" : "heat.open_then", { n: count(open[this.at]) }) : "";
    put(this.said, el("b", {}, words), number ? el("span", {}, number) : null);
    this.drawBars();
  }

  /** Drawn anew only where they are others: while a map is moved that is seldom. */
  drawBars() {
    const { moments, open } = this.past;
    const print = JSON.stringify([moments, open, this.at, this.state.status]);
    if (print === this.print) return;
    this.print = print;
    const last = moments.length;
    const most = Math.max(1, ...open);
    this.bars.setAttribute("viewBox", `0 0 ${last + 1} ${HEIGHT}`);
    const late = this.state.status === "overdue";
    const chosen = this.at;
    put(this.bars, open.map((n, at) => svg("g", {},
      svg("title", {}, `${dayAndClock(moments[at])} · ${t(late ? "heat.late_then" : "heat.open_then", { n: count(n) })}`),
      svg("rect", { x: at, width: 1, y: 0, height: HEIGHT, class: "heat-bar__hit" }),
      svg("rect", { x: at + 0.12, width: 0.76, y: HEIGHT - (n / most) * HEIGHT, height: (n / most) * HEIGHT, class: at === chosen ? "is-chosen" : null }))));
    put(this.ends, el("span", {}, dayAndClock(moments[0])), el("span", {}, t(late ? "heat.bars_late" : "heat.bars_open", { n: count(Math.max(0, ...open)) })), el("span", {}, t("heat.now")));
  }
}

/** Whether the reader wants nothing to move by itself: then each press is one step. */
function isStill() {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}
