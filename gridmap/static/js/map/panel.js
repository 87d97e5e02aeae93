// The panel over the map: one area or one matter, loading, shown, gone or failed, and how old it is.

import { collect, get } from "../api.js";
import { el, put } from "../dom.js";
import { clock, serverNow } from "../format.js";
import { icon } from "../icons.js";
import { empty, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { categoryNames } from "./category_names.js";
import { areaParts } from "./panel_area.js";
import { issueParts } from "./panel_issue.js";

/** Emits `shown` {detail: {kind, feature}} when a chosen thing was loaded; `closed` when nothing is chosen. */
export class Panel extends EventTarget {
  constructor(node, { me, state, live }) {
    super();
    Object.assign(this, { node, me, state, live, folded: true, failed: false });
    this.body = node.querySelector("[data-part=panel-body]");
    this.foot = node.querySelector("[data-part=panel-foot]");
    node.querySelector("[data-part=panel-close]").append(icon("close"));
    node.querySelector("[data-part=panel-close]").addEventListener("click", () => this.close());
    state.on(["selected"], () => this.open());
    live.addEventListener("link", () => this.drawAge());
  }

  close() {
    this.state.set({ selected: null });
    this.before?.focus?.();
  }

  /** Shows what the state says is chosen. */
  async open() {
    const { selected } = this.state;
    this.node.hidden = !selected;
    document.body.classList.toggle("has-panel", Boolean(selected));
    if (!selected) {
      this.dispatchEvent(new Event("closed"));
      return;
    }
    this.before = document.activeElement;
    this.foot.hidden = true;
    put(this.body, skeleton());
    this.node.scrollTop = 0;
    await this.load(selected);
  }

  /** Loads the same thing anew, without a skeleton in between. */
  refresh() {
    return this.state.selected ? this.load(this.state.selected) : Promise.resolve();
  }

  /** Loads again what could not be loaded. */
  recover() {
    return this.failed ? this.refresh() : Promise.resolve();
  }

  async load(selected) {
    try {
      const found = selected.kind === "issue" ? await loadIssue(selected.id) : await loadArea(selected.id);
      if (this.state.selected !== selected) return;
      this.loadedAt = serverNow();
      this.failed = false;
      put(this.body, selected.kind === "issue" ? issueParts(found, this) : areaParts(found, this));
      this.drawAge();
      this.dispatchEvent(new CustomEvent("shown", { detail: { kind: selected.kind, feature: found.feature } }));
    } catch (error) {
      if (this.state.selected === selected) this.fail(error);
    }
  }

  fail(error) {
    if (error.status === undefined) throw error;
    this.failed = error.status !== 404 && error.status !== 403;
    if (error.status === 404 || error.status === 403) put(this.body, empty(t("panel.gone"), t("panel.gone_hint")));
    else put(this.body, failure(error, () => this.open()));
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

async function loadIssue(number) {
  const feature = await get(`/issues/${encodeURIComponent(number)}`);
  const changed = (feature.properties.events || []).some(({ data }) => data?.category);
  return { feature, names: changed ? await categoryNames() : new Map() };
}

async function loadArea(code) {
  const [feature, matters] = await Promise.all([
    get(`/areas/${encodeURIComponent(code)}`),
    get("/issues", { area: code, status: "open", limit: 20 }),
  ]);
  if (feature.properties.level === "grid") return { feature, matters };
  const below = await collect("/areas", { level: "grid", under: code, geometry: 0, limit: 1000 }, 20_000);
  return { feature, matters, cells: below.features.length };
}
