// The matters of the queue, the most urgent first, read page by page; who is gone, who is ticked, who is in hand.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { count } from "../format.js";
import { empty, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { deskRow } from "./row.js";
import { NARROWING } from "./state.js";

const PAGE = 50;
const MOST_ANEW = 200;

/** Emits `loaded` with every answer, `ticked` when others are ticked, `gone` {detail: {features}} for rows that somebody else took away. */
export class QueueList extends EventTarget {
  constructor(node, { state, queues }) {
    super();
    Object.assign(this, { node, state, queues, features: [], next: null, phase: "loading", error: null, ticked: new Set(), own: new Set() });
    state.on(["queue", ...NARROWING], () => this.restart());
    state.on(["at"], () => this.markChosen());
    node.addEventListener("scroll", () => this.nearEnd(), { passive: true });
    this.draw();
  }

  restart() {
    Object.assign(this, { features: [], next: null, phase: "loading" });
    this.tickOnly([]);
    this.draw();
    return this.load();
  }

  query(more) {
    const narrowed = Object.fromEntries(NARROWING.map((name) => [name, this.state[name]]));
    return get(`/desk/${this.state.queue}`, { ...narrowed, ...more }, { signal: this.withdraw.signal });
  }

  /** All that is shown, anew: as many rows as there were. One that a later one overtakes ends when that one does. */
  load() {
    this.withdraw?.abort();
    this.withdraw = new AbortController();
    this.latest = this.read();
    return this.latest;
  }

  async read() {
    const limit = Math.min(Math.max(this.features.length, PAGE), MOST_ANEW);
    try {
      const { features, next } = await this.query({ limit });
      Object.assign(this, { features, next, phase: "ready", error: null });
    } catch (error) {
      if (error.name === "AbortError") return this.latest;
      if (error.status === undefined) throw error;
      this.error = error;
      if (!this.features.length) this.phase = "error";
    }
    this.forget();
    this.draw();
    this.dispatchEvent(new Event("loaded"));
    return undefined;
  }

  /** The same after changes: `touched` are the numbers that changed; those that were here and are no more are told. */
  async refresh(touched) {
    const before = new Map(this.features.map((feature) => [feature.id, feature]));
    await this.load();
    if (this.phase !== "ready" || this.error) return;
    const here = new Set(this.features.map(({ id }) => id));
    const gone = touched.filter((number) => before.has(number) && !here.has(number) && !this.own.has(number));
    for (const number of touched) this.own.delete(number);
    if (gone.length) this.dispatchEvent(new CustomEvent("gone", { detail: { features: gone.map((number) => before.get(number)) } }));
  }

  async more() {
    if (!this.next || this.isBusy) return;
    this.isBusy = true;
    try {
      const { features, next } = await this.query({ limit: PAGE, cursor: this.next });
      const known = new Set(this.features.map(({ id }) => id));
      this.features.push(...features.filter(({ id }) => !known.has(id)));
      this.next = next;
      this.draw();
    } catch (error) {
      if (error.name !== "AbortError" && error.status === undefined) throw error;
    } finally {
      this.isBusy = false;
    }
  }

  nearEnd() {
    const { scrollTop, clientHeight, scrollHeight } = this.node;
    if (scrollTop + clientHeight > scrollHeight - 400) this.more();
  }

  draw() {
    if (this.phase === "loading") return put(this.node, skeleton(12));
    if (this.phase === "error") return put(this.node, failure(this.error, () => this.restart()));
    if (!this.features.length) return put(this.node, this.nothing());
    const active = this.node.contains(document.activeElement) ? document.activeElement : null;
    const focused = active && { number: active.closest("li")?.querySelector("[data-number]")?.dataset.number, isBox: active.type === "checkbox" };
    const top = this.node.scrollTop;
    put(this.node, el("ol", { class: "qrows" }, this.features.map(({ properties: p }) => this.row(p))),
      this.next ? el("button", { type: "button", class: "list__more desk-more", onclick: () => this.more() }, t("desk.more", { n: count(this.rest()) })) : null);
    this.node.scrollTop = top;
    if (focused?.number) this.focus(focused.number, focused.isBox);
    return undefined;
  }

  rest() {
    const all = this.queues.tallies.get(this.state.queue)?.count ?? 0;
    return this.state.isNarrowed ? "" : Math.max(all - this.features.length, 1);
  }

  row(p) {
    return deskRow(p, {
      isChosen: p.number === this.state.at, isTicked: this.ticked.has(p.number),
      open: (number) => this.state.set({ at: number }), tick: (number, isOn) => this.tick(number, isOn),
    });
  }

  nothing() {
    if (!this.state.isNarrowed) return empty(t("desk.empty"), t(`desk.empty_${this.state.queue}`));
    return empty(t("desk.none_found"), t("desk.none_found_hint"), el("button", { type: "button", class: "button", onclick: () => this.state.widen() }, t("map.clear_filter")));
  }

  buttonOf(number) {
    return this.node.querySelector(`[data-number="${CSS.escape(number)}"]`);
  }

  focus(number, isBox = false) {
    const button = this.buttonOf(number);
    (isBox ? button?.closest("li").querySelector("input") : button)?.focus({ preventScroll: true });
  }

  markChosen() {
    for (const button of this.node.querySelectorAll("[data-number]")) {
      const isChosen = button.dataset.number === this.state.at;
      button.closest("li").classList.toggle("is-chosen", isChosen);
      if (isChosen) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
      if (isChosen) button.scrollIntoView({ block: "nearest" });
    }
  }

  at(number) {
    return this.features.findIndex(({ id }) => id === number);
  }

  /** Takes the matter after (1) or before (-1) the one in hand; the first where none is. */
  step(by) {
    const here = this.at(this.state.at);
    const wanted = this.features[here === -1 ? Math.min(this.lastAt || 0, this.features.length - 1) : here + by];
    if (!wanted) return;
    this.state.set({ at: wanted.id });
    this.focus(wanted.id);
    if (this.at(wanted.id) > this.features.length - 5) this.more();
  }

  /** Notes where the one in hand stands: once it is gone, what stands there then is next. */
  remember() {
    const here = this.at(this.state.at);
    if (here !== -1) this.lastAt = here;
  }

  /** What is next after one that is gone; "" for nothing. */
  nextAfter() {
    return this.features[Math.min(this.lastAt || 0, this.features.length - 1)]?.id || "";
  }

  tick(number, isOn) {
    if (isOn) this.ticked.add(number);
    else this.ticked.delete(number);
    const row = this.buttonOf(number)?.closest("li");
    row?.classList.toggle("is-ticked", isOn);
    if (row) row.querySelector("input").checked = isOn;
    this.dispatchEvent(new Event("ticked"));
  }

  tickOnly(numbers) {
    this.ticked = new Set(numbers);
    this.dispatchEvent(new Event("ticked"));
  }

  /** Those that are gone are ticked no more. */
  forget() {
    if (this.phase !== "ready") return;
    const here = new Set(this.features.map(({ id }) => id));
    const kept = [...this.ticked].filter((number) => here.has(number));
    if (kept.length !== this.ticked.size) this.tickOnly(kept);
  }

  /** The properties of those that are ticked. */
  chosen() {
    return this.features.filter(({ id }) => this.ticked.has(id)).map(({ properties }) => properties);
  }
}
