// The whistles that run, below the map: over what, where, and how long until somebody has to answer.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { count } from "../format.js";
import { placeOf } from "../map/row.js";
import { t } from "../texts.js";
import { ticking } from "./ticking.js";

const SHOWN = 4;

export class Whistles {
  constructor(node, { state, queues }) {
    Object.assign(this, { node, state, queues });
    queues.addEventListener("change", () => this.load());
  }

  async load() {
    const { count: all = 0 } = this.queues.tallies.get("whistles") || {};
    this.node.hidden = !all;
    if (!all) return;
    const { features } = await get("/desk/whistles", { limit: SHOWN }).catch(() => ({ features: null }));
    if (features) this.draw(features, all);
  }

  draw(features, all) {
    const rest = el("button", { type: "button", class: "button button--plain", onclick: () => this.state.set({ queue: "whistles", at: "" }) }, t("desk.all_whistles"));
    put(this.node, el("h2", {}, t("desk.whistles_run"), el("b", {}, count(all)), rest),
      el("ul", {}, features.map(({ properties: p }) => el("li", {}, el("button", { type: "button", onclick: () => this.state.set({ at: p.number }) },
        el("span", { class: "whistle-sign", "aria-hidden": "true" }), el("span", { class: "row__main" }, el("b", {}, p.category_name), el("span", { class: "row__place" }, placeOf(p))),
        el("span", { class: "qrow__side" }, p.answer_by ? [...ticking(p.answer_by), el("small", {}, t("desk.until_answer"))] : el("span", { class: "word" }, t("desk.answered"))))))));
  }
}
