// What one may do to the matter in the panel: the next step as a large button, two more beside it, the rest in groups, each with its small form.

import { post } from "../api.js";
import { el, put } from "../dom.js";
import { icon } from "../icons.js";
import { newId } from "../ids.js";
import { t } from "../texts.js";
import { bodyOf, fieldsOf, hasForm } from "./action_forms.js";
import { refusalWords } from "./action_words.js";
import { formKeys } from "./form_keys.js";
import { TIERS } from "./loop_forms.js";

/** What is offered, by what it is for, each group in its order. */
const GROUPS = {
  handle: ["accept", "start", "finish", "self_fix", "dispatch", "whistle", "return", "verify", "close", "rework", "rate", "reopen", "reopen_unsolved", "decline"],
  adjust: ["resume", "extend", "suspend", "raise", "lower", "choose_cell", "recategorise", "move", "forward", "merge", "void"],
  watch: ["supervise", "unsupervise", "urge", "object", "comment"],
};
/** The next step in each state: the first that is allowed is the main one, two more of `BESIDE` stand beside it. */
const MAIN = {
  received: ["choose_cell", "accept"], reported: ["choose_cell", "start", "dispatch"], accepted: ["choose_cell", "dispatch", "start"], dispatched: ["choose_cell", "start"],
  handling: ["choose_cell", "finish"], handled: ["close", "verify"], verified: ["close"], suspended: ["resume"], closed: ["rate"], rated: ["reopen_unsolved"],
};
const BESIDE = {
  received: ["decline", "dispatch"], reported: ["dispatch", "whistle", "return"], accepted: ["whistle", "suspend"], dispatched: ["return", "urge", "whistle", "dispatch"],
  handling: ["return", "whistle", "extend", "urge"], handled: ["verify", "rework", "urge"], verified: ["rework"], suspended: ["whistle", "supervise"], closed: ["reopen_unsolved", "reopen"], rated: ["reopen"],
};
const SHOWN = 2;
const ON_THE_MAP = ["move", "choose_cell"]; // filled in without a field
const NEEDS_A_FORM = ["whistle"]; // offered where the page has one

export class Actions {
  /** `done(answer)` gets what the server said after an action; `units`: those a matter can be passed on to. */
  constructor(node, { map, me, net, units = [], done }) {
    Object.assign(this, { node, map, me, net, units, done, feature: null, open: null, drafts: new Map() });
  }

  clear() {
    this.leave();
    this.feature = null;
    this.node.hidden = true;
    put(this.node);
  }

  /** Offers what `feature` (the whole answer) allows; a form that is being filled stays: whether it may still be sent the server says, in words. */
  show(feature) {
    const same = this.feature?.id === feature.id;
    this.feature = feature;
    const offered = JSON.stringify([this.main(), this.allowed()]);
    const before = this.offered;
    this.offered = offered;
    if (same && this.open) return;
    if (same && !this.open && offered === before && this.node.childElementCount) return; // what was unfolded stays so
    this.leave();
    this.draw();
  }

  /** The first button that is offered, or the first field of the form that is open; null for none. */
  first() {
    return this.open ? this.open.fields.focus : this.node.querySelector("button");
  }

  allowed() {
    const offered = this.feature.properties.actions || [];
    const isOffered = (name) => offered.includes(name) && (hasForm(name) || !NEEDS_A_FORM.includes(name)) && this.makesSense(name);
    return Object.values(GROUPS).flat().filter(isOffered);
  }

  /** A matter without a cell needs one first; else the next step of its way. */
  main() {
    const { status, in_triage: isLost } = this.feature.properties;
    const ways = (MAIN[status] || []).filter((name) => name !== "choose_cell" || isLost);
    return ways.find((name) => this.allowed().includes(name));
  }

  /** What the state allows may still change nothing: supervised already, of the highest tier already. */
  makesSense(name) {
    const { tier, supervised_at: supervised } = this.feature.properties;
    if (name === "choose_cell") return this.canChooseCell();
    if (name === "supervise" || name === "unsupervise") return Boolean(supervised) === (name === "unsupervise");
    return !(name === "raise" && tier >= TIERS.at(-1)) && !(name === "lower" && tier <= TIERS[0]);
  }

  canChooseCell() {
    const { why, cell } = this.feature.properties;
    const others = (why?.candidates || []).some(({ code }) => code && code !== cell?.code);
    return Boolean(others || why?.nearest || this.me.kind !== "staff");
  }

  draw() {
    const main = this.main();
    const quiet = this.allowed().filter((name) => name !== main);
    this.node.hidden = !main && !quiet.length;
    const beside = (BESIDE[this.feature.properties.status] || []).filter((name) => quiet.includes(name));
    const shown = quiet.length <= SHOWN + 1 ? quiet : [...beside, ...quiet.filter((name) => !beside.includes(name))].slice(0, SHOWN);
    const rest = quiet.filter((name) => !shown.includes(name));
    const menu = this.menu(rest);
    const more = rest.length ? el("button", { type: "button", class: "button button--quiet actions__more", "aria-expanded": "false", onclick: () => {
      menu.hidden = !menu.hidden;
      more.setAttribute("aria-expanded", String(!menu.hidden));
      if (!menu.hidden) menu.querySelector("button").focus();
    } }, t("act.more"), icon("chevron")) : null;
    put(this.node, main ? this.button(main, "button--main actions__main") : null, shown.map((name) => this.button(name, "button--quiet")), more, rest.length ? menu : null);
  }

  button(name, style) {
    const isKept = this.drafts.has(`${this.feature.id}/${name}`);
    return el("button", { type: "button", class: `button ${style}`, dataset: { action: name }, title: isKept ? t("act.draft_hint") : null, onclick: () => this.ask(name) },
      t(`act.${name}`), isKept ? el("i", { class: "act__draft" }, t("act.draft")) : null);
  }

  /** What has no place in the row, in groups, folded away. */
  menu(names) {
    const groups = Object.entries(GROUPS).map(([group, all]) => [group, all.filter((name) => names.includes(name))]).filter(([, some]) => some.length);
    return el("div", { class: "actions__menu", hidden: true }, groups.map(([group, some]) => el("section", { "aria-label": t(`act.group_${group}`) },
      el("h4", {}, t(`act.group_${group}`)), el("div", {}, some.map((name) => this.button(name, "button--quiet"))))));
  }

  /** Opens the form of an action; `wish`: a body to begin with. What was typed and not sent stands there again, which is said. */
  ask(name, wish = null) {
    this.leave();
    const form = el("form", { class: "act", dataset: { action: name }, "aria-label": t(`act.${name}`) });
    const key = `${this.feature.id}/${name}`;
    const kept = wish ? null : this.drafts.get(key);
    const fields = fieldsOf(name, this, wish || kept);
    this.open = { name, key, fields, sent: null, isTouched: Boolean(kept), first: JSON.stringify(bodyOf(fields)) };
    const error = el("p", { class: "act__error", role: "alert", hidden: true });
    const send = el("button", { type: "submit", class: "button button--main" }, t(`act.${name}`));
    const back = el("button", { type: "button", class: "button button--quiet", onclick: () => this.back() }, t("act.back"));
    put(form, el("h3", {}, t(`act.title_${name}`)), kept ? this.keptNote(name) : null, fields.nodes, error, el("div", { class: "act__buttons" }, send, back));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send({ send, error }); });
    for (const kind of ["input", "change"]) form.addEventListener(kind, () => { if (this.open) this.open.isTouched = true; });
    formKeys(form, { leave: () => this.back() });
    put(this.node, form);
    (fields.focus || send).focus();
  }

  /** Says that these are words from before, and lets them go. */
  keptNote(name) {
    const clear = el("button", { type: "button", class: "button button--plain", dataset: { draft: "clear" }, onclick: () => { this.forget(); this.ask(name); } }, t("act.draft_clear"));
    return el("p", { class: "act__kept", role: "status" }, t("act.draft_kept"), clear);
  }

  /** Closes the form and lets go of what was typed. */
  forget() {
    if (!this.open) return;
    this.drafts.delete(this.open.key);
    this.open.fields.leave?.();
    this.open = null;
  }

  back() {
    const name = this.open?.name;
    this.leave();
    this.draw();
    this.node.querySelector(`[data-action="${name}"]`)?.focus();
  }

  /** Closes the form; what somebody filled in stands there again when it is opened anew, and its button says so. */
  leave() {
    if (!this.open) return;
    const { key, name, fields, isTouched, first } = this.open;
    const body = bodyOf(fields);
    const isMoved = ON_THE_MAP.includes(name) && JSON.stringify(body) !== first;
    if (isTouched || isMoved) this.drafts.set(key, body);
    fields.leave?.();
    this.open = null;
  }

  /** Sends; nothing is shown as done before the server said so. The same words sent again keep their client_id. */
  async send({ send, error }) {
    const { open, feature } = this;
    const body = bodyOf(open.fields);
    const print = JSON.stringify(body);
    if (open.sent?.print !== print) open.sent = { print, id: newId() };
    Object.assign(send, { disabled: true });
    error.hidden = true;
    try {
      await open.fields.before?.(feature.id);
      const answer = await post(`/issues/${encodeURIComponent(feature.id)}/actions/${open.name}`, { ...body, seen: feature.properties.events?.at(-1)?.seq, client_id: open.sent.id });
      if (this.open !== open) return;
      this.leave();
      this.drafts.delete(open.key);
      put(this.node);
      this.done(answer);
    } catch (failed) {
      if (failed.status === undefined) throw failed;
      put(error, refusalWords(failed));
      error.hidden = false;
      send.disabled = false;
    }
  }
}
