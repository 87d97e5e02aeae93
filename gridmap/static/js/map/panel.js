// The panel over the map: one area or one matter, loading, shown, gone or failed, and how old it is.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { clock, serverNow } from "../format.js";
import { icon } from "../icons.js";
import { empty, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { areaParts } from "./panel_area.js";
import { issueParts } from "./panel_issue.js";

/** Emits `shown` {detail: {kind, feature}} when a chosen thing was loaded; `closed` when nothing is chosen. */
export class Panel extends EventTarget {
  constructor(node, { state, live }) {
    super();
    Object.assign(this, { node, state, live, folded: true });
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

  async load(selected) {
    try {
      const found = selected.kind === "issue" ? await loadIssue(selected.id) : await loadArea(selected.id);
      if (this.state.selected !== selected) return;
      this.loadedAt = serverNow();
      put(this.body, selected.kind === "issue" ? issueParts(found, this) : areaParts(found, this));
      this.drawAge();
      this.dispatchEvent(new CustomEvent("shown", { detail: { kind: selected.kind, feature: found.feature } }));
    } catch (error) {
      if (this.state.selected === selected) this.fail(error);
    }
  }

  fail(error) {
    if (error.status === undefined) throw error;
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
  return { feature: await get(`/issues/${encodeURIComponent(number)}`) };
}

async function loadArea(code) {
  const [feature, matters] = await Promise.all([
    get(`/areas/${encodeURIComponent(code)}`),
    get("/issues", { area: code, status: "open", limit: 20 }),
  ]);
  return { feature, matters };
}
