// The panel over the map: an area, a matter or a building, loading, shown, gone or failed, and how old it is.

import { el, put } from "../dom.js";
import { clock, serverNow } from "../format.js";
import { icon } from "../icons.js";
import { empty, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { Actions } from "./actions.js";
import { areaParts } from "./panel_area.js";
import { buildingParts } from "./panel_building.js";
import { issueParts } from "./panel_issue.js";
import { loaders } from "./panel_loading.js";

const ROWS = 20; // of an area's matters at first
const MORE = 50;
const MOST_ROWS = 1000;
const PARTS = { area: areaParts, building: buildingParts, issue: issueParts };

/** Emits `shown` {detail: {kind, feature}} when a chosen thing was loaded; `closed` when nothing is chosen. */
export class Panel extends EventTarget {
  constructor(node, { me, state, live, map, net, door, units }) {
    super();
    Object.assign(this, { node, me, state, live, door, folded: null, failed: false, rows: ROWS });
    const part = (name) => node.querySelector(`[data-part=${name}]`);
    Object.assign(this, { body: part("panel-body"), foot: part("panel-foot") });
    this.actions = new Actions(part("panel-actions"), { map, me, net, units, done: (answer) => this.acted(answer) });
    part("panel-close").append(icon("close"));
    part("panel-close").addEventListener("click", () => this.close());
    state.on(["selected"], () => this.open());
    live.addEventListener("link", () => this.drawAge());
    for (const kind of ["keydown", "pointerdown"]) window.addEventListener(kind, (event) => { this.lastKey = event.key || null; }, { capture: true });
  }

  /** Whether it was opened by a key that opens; going through the list by keys stays in the list. */
  isByKey() {
    return this.lastKey === "Enter" || this.lastKey === " ";
  }

  close() {
    this.state.set({ selected: null });
    const { before } = this;
    const row = before?.dataset.number && `#matters [data-number="${CSS.escape(before.dataset.number)}"]`; // drawn anew meanwhile
    const back = before?.isConnected ? before : row && document.querySelector(row);
    back?.focus({ preventScroll: true });
  }

  /** Goes to what one would do next to the matter shown: its main action, else the first, else its name. */
  enter() {
    (this.actions.first() || this.body.querySelector("h2"))?.focus();
  }

  /** Shows more of an area's matters than the `shown` there are, and goes to the first of them. */
  async more(shown) {
    this.rows = Math.min(shown + MORE, MOST_ROWS);
    await this.refresh();
    this.body.querySelectorAll(".list .row")[shown]?.focus({ preventScroll: true });
  }

  /** Shows what the state says is chosen. */
  async open() {
    const { selected } = this.state;
    this.node.hidden = !selected;
    document.body.classList.toggle("has-panel", Boolean(selected));
    this.actions.clear();
    if (!selected) {
      this.dispatchEvent(new Event("closed"));
      return;
    }
    const from = document.activeElement;
    this.isEntered = this.isByKey() || Boolean(from?.closest("[data-part=search]"));
    if (!this.node.contains(from)) this.before = from;
    this.rows = ROWS;
    this.foot.hidden = true;
    this.folded = null;
    put(this.body, skeleton());
    this.body.scrollTop = 0;
    await this.load(selected);
  }

  /** Loads the same thing anew, without a skeleton in between. */
  refresh() {
    return this.state.selected ? this.load(this.state.selected) : Promise.resolve();
  }

  /** Loads anew where one of these matters, or one that may be counted here, changed. */
  touched(numbers) {
    const { selected } = this.state;
    return selected && (selected.kind === "area" || numbers.includes(selected.id)) ? this.refresh() : Promise.resolve();
  }

  /** Loads again what could not be loaded. */
  recover() {
    return this.failed ? this.refresh() : Promise.resolve();
  }

  async load(selected) {
    try {
      const found = await loaders[selected.kind](selected.id, this.rows);
      if (this.state.selected === selected) this.show(selected, found);
    } catch (error) {
      if (this.state.selected === selected) this.fail(error);
    }
  }

  show(selected, found) {
    this.loadedAt = serverNow();
    this.failed = false;
    const top = this.body.scrollTop;
    put(this.body, PARTS[selected.kind](found, this));
    this.body.scrollTop = top;
    if (selected.kind === "issue") this.actions.show(found.feature);
    if (this.isEntered) this.body.querySelector("h2")?.focus({ preventScroll: true });
    this.isEntered = false;
    this.drawAge();
    this.dispatchEvent(new CustomEvent("shown", { detail: { kind: selected.kind, feature: found.feature } }));
  }

  /** What the server answered to an action is what is shown. */
  acted(answer) {
    const { selected } = this.state;
    if (answer.gone || !answer.properties) put(this.body, empty(t("panel.passed_on"), t("panel.gone_hint")));
    else if (selected?.id === answer.properties.number) this.load(selected);
    this.dispatchEvent(new CustomEvent("acted", { detail: { number: answer.id } }));
  }

  fail(error) {
    if (error.status === undefined) throw error;
    const isGone = error.status === 404 || error.status === 403;
    this.failed = !isGone;
    this.actions.clear();
    if (isGone) put(this.body, empty(t("panel.gone"), t("panel.gone_hint")));
    else put(this.body, failure(error, () => this.open()));
    if (isGone) this.dispatchEvent(new Event("closed"));
  }

  /** What is shown gets old once nothing new can arrive; then its age stands below. */
  drawAge() {
    const stale = Boolean(this.live.goneSince && this.loadedAt);
    this.foot.hidden = !stale;
    if (stale) put(this.foot, el("span", {}, t("map.as_of", { clock: clock(this.loadedAt) })), el("span", {}, t("panel.stale")));
  }

  choose(kind, id) {
    this.state.set({ selected: { kind, id } });
  }
}
