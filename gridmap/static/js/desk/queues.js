// The queues as tabs: how many wait in each, and of how many the time is up.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { count, setClock } from "../format.js";
import { errorWords } from "../states.js";
import { t } from "../texts.js";

/** Emits `change` when other counts are there. */
export class Queues extends EventTarget {
  constructor(node, { names, state }) {
    super();
    Object.assign(this, { node, names, state, tallies: new Map(), error: null, asked: 0, shown: 0 });
    state.on(["queue"], () => this.draw());
    this.draw();
  }

  async load() {
    this.asked += 1;
    const turn = this.asked;
    try {
      const { queues, now } = await get("/desk");
      if (turn < this.shown) return; // what was asked later has been answered sooner
      this.shown = turn;
      setClock(now);
      this.tallies = new Map(queues.map((one) => [one.name, one]));
      this.error = null;
    } catch (error) {
      if (error.status === undefined) throw error;
      this.error = error;
    }
    this.draw();
    this.dispatchEvent(new Event("change"));
  }

  /** The queue to begin with: the first in which anything waits. */
  get busiest() {
    return this.names.find((name) => this.tallies.get(name)?.count) || this.names[0];
  }

  draw() {
    const focused = this.node.contains(document.activeElement) ? document.activeElement.dataset.queue : null;
    const isBlank = this.error && !this.tallies.size;
    put(this.node, isBlank ? errorWords(this.error, () => this.load()) : this.names.map((name) => this.tab(name)));
    if (focused) this.node.querySelector(`[data-queue="${focused}"]`)?.focus();
  }

  tab(name) {
    const { count: all = null, late = 0 } = this.tallies.get(name) || {};
    return el("button", {
      type: "button", class: `qtab qtab--${name}`, dataset: { queue: name }, "aria-current": name === this.state.queue ? "true" : null, title: t(`desk.hint_${name}`),
      onclick: () => this.state.set({ queue: name, at: "" }),
    }, el("b", {}, all === null ? "·" : count(all), late && name !== "overdue" ? el("em", { title: t("desk.late_many", { n: count(late) }) }, `◆${count(late)}`, el("span", { class: "visually-hidden" }, ` ${t("desk.late")}`)) : null), " ", el("span", {}, t(`desk.queue_${name}`)));
  }
}
