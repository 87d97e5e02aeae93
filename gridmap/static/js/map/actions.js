// What one may do to the matter in the panel: the next step as a large button, the rest beside it, each with its small form.

import { post } from "../api.js";
import { el, put } from "../dom.js";
import { icon } from "../icons.js";
import { messageOf } from "../states.js";
import { t, tOr } from "../texts.js";
import { bodyOf, fieldsOf } from "./action_forms.js";

/** In the order they are offered; the first that is allowed is the main one. */
const ORDER = ["start", "finish", "close", "reopen", "choose_cell", "recategorise", "move", "forward", "void", "comment"];
const MAIN = { reported: ["choose_cell", "start"], handling: ["choose_cell", "finish"], handled: ["close"] };
const SHOWN = 3;

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

  /** Offers what `feature` (the whole answer) allows; a form that is being filled stays, unless it may no longer be sent. */
  show(feature) {
    const same = this.feature?.id === feature.id;
    this.feature = feature;
    const offered = JSON.stringify([this.main(), this.allowed()]);
    const before = this.offered;
    this.offered = offered;
    if (same && this.open && this.allowed().includes(this.open.name)) return;
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
    return ORDER.filter((name) => offered.includes(name));
  }

  /** A matter without a cell needs one first; else the next step of its way. */
  main() {
    const { status, in_triage: isLost } = this.feature.properties;
    const ways = (MAIN[status] || []).filter((name) => name !== "choose_cell" || (isLost && this.canChooseCell()));
    return ways.find((name) => this.allowed().includes(name));
  }

  canChooseCell() {
    const { why, cell } = this.feature.properties;
    const others = (why?.candidates || []).some(({ code }) => code && code !== cell?.code);
    return Boolean(others || why?.nearest || this.me.kind !== "staff");
  }

  draw() {
    const main = this.main();
    const quiet = this.allowed().filter((name) => name !== main && (name !== "choose_cell" || this.canChooseCell()));
    this.node.hidden = !main && !quiet.length;
    const button = (name, style) => el("button", { type: "button", class: `button ${style}`, dataset: { action: name }, onclick: () => this.ask(name) }, t(`act.${name}`));
    const [shown, folded] = quiet.length > SHOWN ? [quiet.slice(0, SHOWN - 1), quiet.slice(SHOWN - 1)] : [quiet, []];
    const rest = folded.map((name) => button(name, "button--quiet"));
    const more = folded.length ? el("button", { type: "button", class: "button button--quiet actions__more", "aria-expanded": "false", onclick: () => {
      more.replaceWith(...rest);
      rest[0].focus();
    } }, t("act.more"), icon("chevron")) : null;
    put(this.node, main ? button(main, "button--main actions__main") : null, shown.map((name) => button(name, "button--quiet")), more);
  }

  /** Opens the form of an action. */
  ask(name) {
    this.leave();
    const form = el("form", { class: "act", dataset: { action: name }, "aria-label": t(`act.${name}`) });
    const key = `${this.feature.id}/${name}`;
    const fields = fieldsOf(name, this, this.drafts.get(key));
    this.open = { name, key, fields, sent: null };
    const error = el("p", { class: "act__error", role: "alert", hidden: true });
    const send = el("button", { type: "submit", class: "button button--main" }, t(`act.${name}`));
    const back = el("button", { type: "button", class: "button button--quiet", onclick: () => this.back() }, t("act.back"));
    put(form, el("h3", {}, t(`act.title_${name}`)), fields.nodes, error, el("div", { class: "act__buttons" }, send, back));
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send({ send, error }); });
    form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); this.back(); } });
    put(this.node, form);
    (fields.focus || send).focus();
  }

  back() {
    const name = this.open?.name;
    this.leave();
    this.draw();
    this.node.querySelector(`[data-action="${name}"]`)?.focus();
  }

  /** Closes the form; what was filled in stands there again when it is opened anew. */
  leave() {
    if (this.open) this.drafts.set(this.open.key, bodyOf(this.open.fields));
    this.open?.fields.leave?.();
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
      const answer = await post(`/issues/${encodeURIComponent(feature.id)}/actions/${open.name}`, { ...body, client_id: open.sent.id });
      if (this.open !== open) return;
      this.leave();
      this.drafts.delete(open.key);
      put(this.node);
      this.done(answer);
    } catch (failed) {
      if (failed.status === undefined) throw failed;
      put(error, wordsOf(failed));
      error.hidden = false;
      send.disabled = false;
    }
  }
}

/** What went wrong; somebody who was faster is told in the words of the page. */
function wordsOf(failed) {
  const { action, status } = failed.details || {};
  if (failed.code === "action_not_now") return t("act.not_now", { action: tOr(`act.${action}`, action), status: tOr(`status.${status}`, status) });
  return messageOf(failed);
}

/** A UUID; pages that are not served over HTTPS have no randomUUID. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
