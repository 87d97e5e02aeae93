// The same for many matters: what all that are ticked allow, one form for them, and what came of each.

import { post } from "../api.js";
import { el, put } from "../dom.js";
import { newId } from "../ids.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { bodyOf, fieldsOf } from "../map/action_forms.js";
import { refusalWords } from "../map/action_words.js";
import { formKeys } from "../map/form_keys.js";
import { NEXT, worthDoing } from "./desk_actions.js";
import { shortNumber } from "./duplicates.js";

/** What can be done to many in one go, in this order; the others ask for something of each matter. */
const MANY = ["accept", "decline", "dispatch", "forward", "verify", "rework", "close", "suspend", "resume", "supervise", "unsupervise", "urge", "void", "comment"];
const MOST = 100;

/** Emits `done` {detail: {numbers}} with those to which something was done. */
export class Bulk extends EventTarget {
  constructor(node, { list, me, units, map, net }) {
    super();
    Object.assign(this, { node, list, me, units, map, net, open: null, results: null });
    list.addEventListener("ticked", () => this.ticked());
    list.addEventListener("loaded", () => { if (!this.open && !this.isBusy) this.draw(); });
  }

  ticked() {
    this.results = null;
    if (this.open && !this.list.ticked.size) this.leave();
    if (!this.open) this.draw();
    else this.node.querySelector(".bulk__count")?.replaceChildren(t("desk.n_ticked", { n: this.list.ticked.size }));
  }

  allowed() {
    const chosen = this.list.chosen();
    const possible = MANY.filter((name) => chosen.length && chosen.every((p) => worthDoing(p.actions, p).includes(name)));
    const next = (NEXT[chosen[0]?.status] || []).filter((name) => possible.includes(name));
    return [...next, ...possible.filter((name) => !next.includes(name))];
  }

  draw() {
    const number = this.list.ticked.size;
    this.node.hidden = !number && !this.results;
    if (this.node.hidden) return;
    const buttons = this.allowed().map((name, at) => el("button", { type: "button", class: `button ${at ? "button--quiet" : "button--main"}`, dataset: { bulk: name }, disabled: number > MOST, onclick: () => this.ask(name) }, t(`act.${name}`)));
    put(this.node, this.head(), this.results ? this.told() : null, number > MOST ? el("p", { class: "act__error" }, t("desk.too_many", { n: MOST })) : null,
      number ? el("div", { class: "bulk__buttons" }, buttons.length ? buttons : el("p", { class: "quiet" }, t("desk.nothing_in_common"))) : null);
  }

  head() {
    const all = el("button", { type: "button", class: "button button--plain", onclick: () => { this.list.tickOnly(this.list.features.slice(0, MOST).map(({ id }) => id)); this.list.draw(); } }, t("desk.tick_all"));
    const none = el("button", { type: "button", class: "button button--plain", onclick: () => this.clear() }, t("desk.tick_none"));
    return el("p", { class: "bulk__head" }, el("b", { class: "bulk__count", role: "status" }, t("desk.n_ticked", { n: this.list.ticked.size })), all, none);
  }

  clear() {
    this.leave();
    this.list.tickOnly([]);
    this.results = null;
    this.list.draw();
    this.draw();
  }

  leave() {
    this.open?.fields.leave?.();
    this.open = null;
  }

  ask(name) {
    const numbers = this.list.chosen().map(({ number }) => number);
    const first = this.list.features.find(({ id }) => id === numbers[0]);
    const fields = fieldsOf(name, { feature: first, map: this.map, net: this.net, me: this.me, units: this.units });
    this.open = { name, fields, sent: null, seen: this.seen(numbers) };
    const error = el("p", { class: "act__error", role: "alert", hidden: true });
    const send = el("button", { type: "submit", class: "button button--main" }, t("desk.do_to_n", { action: t(`act.${name}`), n: numbers.length }));
    const back = el("button", { type: "button", class: "button button--quiet", onclick: () => { this.leave(); this.draw(); } }, t("act.back"));
    const form = el("form", { class: "act", "aria-label": t(`act.${name}`) }, el("h3", {}, t(`act.title_${name}`)), fields.nodes, error, el("div", { class: "act__buttons" }, send, back));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(send, error); });
    formKeys(form, { leave: () => { this.leave(); this.draw(); } });
    put(this.node, this.head(), form);
    (fields.focus || send).focus();
  }

  /** How much of each the list showed: what somebody else decided about since is left alone. */
  seen(numbers) {
    return Object.fromEntries(this.list.chosen().filter(({ number }) => numbers.includes(number)).map(({ number, seq }) => [number, seq]));
  }

  /** Sent again after the network failed it keeps its id: what was done already is not done twice. */
  async send(button, error) {
    const { open } = this;
    const numbers = [...this.list.ticked].slice(0, MOST);
    open.seen = { ...this.seen(numbers), ...open.seen }; // as it was when one began, also where the list is newer by now
    const seen = Object.fromEntries(numbers.filter((number) => open.seen[number]).map((number) => [number, open.seen[number]]));
    const body = { ...bodyOf(open.fields), action: open.name, numbers, seen };
    const print = JSON.stringify(body);
    if (open.sent?.print !== print) open.sent = { print, id: newId() };
    button.disabled = true;
    error.hidden = true;
    try {
      this.take(await post("/desk", { ...body, client_id: open.sent.id }), open);
    } catch (failed) {
      if (failed.status === undefined) throw failed;
      put(error, messageOf(failed));
      error.hidden = false;
      button.disabled = false;
    }
  }

  /** What could not be done stays ticked, with why. */
  take(answer, open) {
    const failed = answer.results.filter((one) => one.error);
    const done = answer.results.filter((one) => !one.error).map(({ number }) => number);
    if (this.open === open) this.leave();
    this.list.tickOnly(failed.map(({ number }) => number));
    this.results = { done, failed };
    this.draw();
    this.dispatchEvent(new CustomEvent("done", { detail: { numbers: done } }));
  }

  told() {
    const { done, failed } = this.results;
    return el("div", { class: "bulk__told", role: "status" }, el("p", {}, failed.length ? t("desk.done_half", { n: done.length, failed: failed.length }) : t("desk.done_all", { n: done.length }),
      el("button", { type: "button", class: "button button--plain", onclick: () => { this.results = null; this.draw(); } }, t("desk.read"))),
    failed.length ? el("ul", {}, failed.map(({ number, error }) => el("li", {}, el("b", {}, shortNumber(number)), ` ${refusalWords(error)}`))) : null);
  }
}
