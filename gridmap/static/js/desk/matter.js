// The matter in hand: words, photos, people, why this cell, history, what may be the same, and what to do with it next.

import { ApiError, get } from "../api.js";
import { el, put } from "../dom.js";
import { ago, serverNow } from "../format.js";
import { empty, failure, skeleton } from "../states.js";
import { t, tOr } from "../texts.js";
import { issueParts } from "../map/panel_issue.js";
import { loaders } from "../map/panel_loading.js";
import { DeskActions } from "./desk_actions.js";
import { duplicatesPart, shortNumber } from "./duplicates.js";
import { ticking } from "./ticking.js";

const PLACES = { top: ".panel__head, .clock", picture: ".photo", history: ".timeline" };

/** Emits `shown` {detail: {feature, twins, isNew}}, `closed`, and `acted` {detail: {number, answer}}. */
export class Matter extends EventTarget {
  constructor(node, actions, { state, me, units, map, net }) {
    super();
    Object.assign(this, { node, state, folded: null, twins: [], dismissed: new Set(), found: null, failed: false });
    this.actions = new DeskActions(actions, { map, me, net, units, done: (answer) => this.acted(answer) });
    state.on(["at"], () => this.open());
  }

  async open() {
    const number = this.state.at;
    Object.assign(this, { found: null, twins: [], folded: null, failed: false, news: null });
    this.actions.clear();
    document.body.classList.toggle("has-matter", Boolean(number));
    if (!number) {
      put(this.node, this.nothing());
      this.dispatchEvent(new Event("closed"));
      return;
    }
    put(this.node, skeleton());
    this.node.scrollTop = 0;
    await this.load(number, true);
  }

  refresh() {
    return this.state.at ? this.load(this.state.at, false) : undefined;
  }

  async load(number, isNew) {
    try {
      const [found, twins] = await Promise.all([loaders.issue(number), get(`/issues/${encodeURIComponent(number)}/duplicates`).catch((error) => { if (error instanceof ApiError) return { features: [] }; throw error; })]);
      if (this.state.at !== number) return;
      Object.assign(this, { found, twins: twins.features, failed: false });
      this.show(isNew);
    } catch (error) {
      if (this.state.at === number) this.fail(error);
    }
  }

  show(isNew) {
    const { feature } = this.found;
    const top = this.node.scrollTop;
    this.draw();
    this.node.scrollTop = top;
    this.actions.show(feature);
    this.dispatchEvent(new CustomEvent("shown", { detail: { feature, twins: this.shownTwins(), isNew } }));
  }

  /** The parts of the map's panel, each where there is room for it here. */
  draw() {
    const { feature } = this.found;
    const rest = issueParts(this.found, this).flat().filter(Boolean);
    const taken = Object.fromEntries(Object.entries(PLACES).map(([name, wanted]) => [name, rest.filter((part) => part.matches(wanted))]));
    const others = rest.filter((part) => !Object.values(taken).flat().includes(part));
    put(this.node, this.back(), sentBack(feature.properties), this.news ? el("p", { class: "banner", role: "status" }, this.news) : null,
      el("div", { class: "dm__top" }, taken.top, this.step(feature.properties)),
      this.twinsPart(), el("div", { class: "dm__two" }, el("div", { class: "dm__column" }, taken.picture, taken.history), el("div", { class: "dm__column" }, others)));
  }

  /** On a phone the matter covers the list. */
  back() {
    return el("button", { type: "button", class: "button button--plain dm__back", onclick: () => this.state.set({ at: "" }) }, t("desk.back_to_list"));
  }

  /** The clock of the step, large: what a seat races against. */
  step({ stage, stage_due_at: due, status }) {
    if (!due || status === "suspended") return null;
    return el("p", { class: "dm__step" }, el("span", {}, Date.parse(due) > serverNow() ? t(`desk.step_${stage}`) : t(`panel.stage_${stage}`)), ticking(due));
  }

  shownTwins() {
    return this.dismissed.has(this.state.at) ? [] : this.twins;
  }

  twinsPart() {
    return duplicatesPart(this.shownTwins(), {
      mayMerge: this.mayMerge(), merge: (number) => this.merge(number), dismiss: () => this.dismiss(), open: (number) => this.state.set({ at: number }),
    });
  }

  mayMerge() {
    return (this.found?.feature.properties.actions || []).includes("merge");
  }

  /** Opens the form of merging with the other matter's number in it: one more Enter does it. */
  merge(number = this.shownTwins()[0]?.id) {
    if (!this.found || !this.mayMerge()) return false;
    this.actions.ask("merge", number ? { into: number } : null);
    if (number) this.actions.node.querySelector("button[type=submit]").focus();
    return true;
  }

  dismiss() {
    if (!this.shownTwins().length) return false;
    this.dismissed.add(this.state.at);
    this.show(false);
    return true;
  }

  /** Somebody else did something to it while it is in hand: said above it, and nothing typed is lost. */
  tell(words) {
    this.news = words;
    if (this.found) this.draw();
  }

  acted(answer) {
    this.news = null;
    this.dispatchEvent(new CustomEvent("acted", { detail: { number: answer.id, answer } }));
  }

  nothing() {
    return empty(t("desk.no_matter"), t("desk.no_matter_hint"));
  }

  fail(error) {
    if (error.status === undefined) throw error;
    const isGone = error.status === 404 || error.status === 403;
    this.failed = !isGone;
    if (!isGone && this.found) return; // what is shown stays, the banner says that nothing new arrives
    this.actions.clear();
    put(this.node, this.back(), isGone ? empty(t("panel.gone"), t("panel.gone_hint")) : failure(error, () => this.open()));
    this.dispatchEvent(new Event("closed"));
  }

  recover() {
    if (this.failed) this.refresh();
  }

  /** The parts of the panel lead to areas and other matters; areas are looked at on the map's own page. */
  choose(kind, id) {
    if (kind === "issue") this.state.set({ at: id });
    else window.location.assign(`/map#at=${kind}:${id}`);
  }
}

/** Why its reporter had it taken up again, while nobody has it in hand: what they gave it, and their words. */
function sentBack({ status, events = [] }) {
  const last = events.findLast(({ kind }) => kind === "reopen_unsolved");
  if (status !== "reported" || !last || events.some(({ kind, at }) => kind === "reopen" && at > last.at)) return null;
  const rated = events.findLast(({ kind, seq }) => kind === "rate" && seq < last.seq)?.data || {};
  const said = [...(last.data.words || []).map(({ text }) => text)].filter(Boolean).join(" ");
  const graded = rated.solved === undefined ? null : [t(`act.solved_${rated.solved}`), t(`act.satisfaction_${rated.satisfaction}`)].join(" · ");
  return el("p", { class: "banner dm__sent-back" }, el("b", {}, t("desk.sent_back", { when: ago(last.at) })), graded ? el("span", {}, graded) : null, said ? el("q", {}, said) : null);
}

/** What somebody did, for the note: number and state now. */
export function goneWords(features, statusOfOne) {
  if (features.length > 1) return t("desk.gone_many", { n: features.length });
  const status = statusOfOne ? tOr(`status.${statusOfOne}`, statusOfOne) : null;
  return t(status ? "desk.gone_one_now" : "desk.gone_one", { number: shortNumber(features[0].id), status });
}
