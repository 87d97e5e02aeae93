// The choice of what is shaded: areas of which level, by which figure.

import { el, put } from "../dom.js";
import { t } from "../texts.js";

export class Levels {
  constructor(node, { shading, state }) {
    Object.assign(this, { node, shading, state });
    shading.addEventListener("change", () => this.draw());
    state.on(["mode"], () => this.draw());
    this.draw();
  }

  draw() {
    const { level, wish, measure } = this.shading;
    const levels = this.shading.levels();
    const print = JSON.stringify([this.state.mode, levels, level, wish, measure, this.shading.measures()]);
    if (print === this.print) return;
    this.print = print;
    this.node.hidden = this.state.mode !== "classes";
    put(this.node,
      levels.length > 1 ? this.group("map.shade_level", levels.map((one) => [one, one === "auto" ? auto(level, wish) : t(`map.shade_${one}`), one === wish, { level: one }])) : null,
      this.group("map.shade_measure", this.shading.measures().map((one) => [one, t(`map.shade_${one}`), one === measure, { measure: one }])));
  }

  group(label, choices) {
    return el("div", { class: "choice", role: "group", "aria-label": t(label) }, choices.map(([name, words, isOn, change]) =>
      el("button", { type: "button", "data-choice": name, "aria-pressed": String(isOn), onclick: () => this.state.set(change) }, words)));
  }
}

/** What is chosen by itself, with what that is now. */
function auto(level, wish) {
  return wish === "auto" ? t("map.shade_auto_now", { level: t(`map.shade_${level}`) }) : t("map.shade_auto");
}
