// A panel on its own: it draws what it is given, shows how old that is, and if it fails, fails alone.

import { el, put, svg } from "../dom.js";
import { t } from "../texts.js";
import { ageOf, ago } from "./words.js";

export const STALE_S = 90;
const RETRY_S = 10;

/** One panel of the page. `draw(figures, parts)` may throw: then the panel says so and is tried again. */
export class Panel {
  constructor(name, draw) {
    this.node = document.querySelector(`[data-panel="${name}"]`);
    this.parts = Object.fromEntries([...this.node.querySelectorAll("[data-part]")].map((part) => [part.dataset.part, part]));
    Object.assign(this, { name, draw, at: null, figures: null, failedAt: null });
  }

  /** Draws figures that were computed at `at`. */
  show(figures, at) {
    this.figures = { figures, at };
    try {
      this.draw(figures, this.parts);
      this.at = at;
      this.failedAt = null;
      this.parts.body.querySelector(":scope > .fault")?.remove();
      this.node.classList.remove("is-faulty");
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error) {
    console.error(`wall panel ${this.name}:`, error);
    this.failedAt = Date.now();
    this.node.classList.add("is-faulty");
    if (!this.parts.body.querySelector(":scope > .fault")) this.parts.body.append(fault(t("wall.fault"), t("wall.fault_hint")));
  }

  /** Once a second: the age, and whether it is time to try again. */
  tick() {
    if (this.failedAt && Date.now() - this.failedAt > RETRY_S * 1000) this.show(this.figures.figures, this.figures.at);
    const age = this.at ? ageOf(this.at) : null;
    const isStale = age !== null && age > STALE_S;
    const words = age === null ? "" : ago(age);
    if (words === this.words && isStale === this.isStale) return;
    Object.assign(this, { words, isStale });
    this.node.classList.toggle("is-stale", isStale);
    put(this.parts.age, isStale ? el("span", { class: "age" }, clockSign(), words) : words);
  }
}

/** What stands in a panel that cannot be drawn. */
export function fault(words, hint) {
  return el("div", { class: "fault", role: "alert" }, el("strong", {}, words), el("small", {}, hint));
}

/** A clock: something is old. */
export function clockSign() {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("circle", { cx: 12, cy: 12, r: 10 }), svg("path", { d: "M12 6v6.5h4.5" }));
}

/** Nothing to show, in words. */
export function empty(words) {
  return el("p", { class: "panel__empty" }, words);
}
