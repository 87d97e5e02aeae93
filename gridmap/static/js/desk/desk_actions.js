// What a seat may do to the matter in hand: every step with its key; a form that is being filled outlives what others do.

import { el, put } from "../dom.js";
import { t, tOr } from "../texts.js";
import { Actions } from "../map/actions.js";

/** The key of an action; two that are never offered together may share one. */
export const LETTERS = {
  accept: "a", decline: "b", dispatch: "d", verify: "v", rework: "r", return: "r", close: "c", merge: "m", suspend: "g", resume: "g", whistle: "w", urge: "u",
  supervise: "s", unsupervise: "s", extend: "e", forward: "f", reopen: "o", comment: "i", choose_cell: "l", recategorise: "t", move: "p", start: "h", finish: "y", void: "z",
};
/** What a seat does next in a state, where that is another thing than on the map. */
export const NEXT = { received: ["accept"], reported: ["dispatch"], accepted: ["dispatch"], handled: ["verify"], verified: ["close"] };
const BESIDE = {
  received: ["dispatch", "decline", "merge"], reported: ["dispatch", "whistle", "merge", "supervise", "suspend"], accepted: ["decline", "suspend", "merge"], dispatched: ["urge", "dispatch", "whistle", "supervise"],
  handling: ["urge", "extend", "whistle", "supervise"], handled: ["rework", "close", "comment"], verified: ["rework", "comment"], suspended: ["supervise", "merge", "comment"],
};
const SHOWN = 4;

/** What is allowed and would change something: what is supervised already need not be supervised. */
export function worthDoing(names, { supervised_at: supervised }) {
  return names.filter((name) => name !== (supervised ? "supervise" : "unsupervise"));
}

export class DeskActions extends Actions {
  allowed() {
    return worthDoing(super.allowed(), this.feature.properties);
  }

  main() {
    const { status, in_triage: isLost } = this.feature.properties;
    const allowed = this.allowed();
    if (isLost && allowed.includes("choose_cell")) return "choose_cell";
    return (NEXT[status] || []).find((name) => allowed.includes(name)) || super.main();
  }

  /** The names in the order of their numbers: the main one first. */
  numbered() {
    const main = this.main();
    const { status } = this.feature.properties;
    const quiet = this.allowed().filter((name) => name !== main);
    const beside = (BESIDE[status] || []).filter((name) => quiet.includes(name)).slice(0, SHOWN);
    return { main, beside: beside.length ? beside : quiet.slice(0, SHOWN), quiet };
  }

  draw() {
    const { main, beside, quiet } = this.numbered();
    const rest = quiet.filter((name) => !beside.includes(name));
    const menu = this.menu(rest);
    const more = rest.length ? el("button", { type: "button", class: "button button--quiet actions__more", "aria-expanded": "false", onclick: () => {
      menu.hidden = !menu.hidden;
      more.setAttribute("aria-expanded", String(!menu.hidden));
      if (!menu.hidden) menu.querySelector("button").focus();
    } }, t("act.more")) : null;
    this.node.hidden = !main && !quiet.length;
    put(this.node, main ? this.button(main, "button--main actions__main") : null, beside.map((name) => this.button(name, "button--quiet")), more, rest.length ? menu : null);
  }

  button(name, style) {
    const button = super.button(name, style);
    const key = style.includes("main") ? "Enter" : LETTERS[name]?.toUpperCase();
    if (key) button.append(el("kbd", { "aria-hidden": "true" }, key));
    if (LETTERS[name]) button.setAttribute("aria-keyshortcuts", LETTERS[name].toUpperCase());
    return button;
  }

  /** Opens the form of an action that is allowed; whether it is. */
  begin(name) {
    if (!this.feature || this.open || !this.allowed().includes(name)) return false;
    this.ask(name);
    return true;
  }

  /** The action of a letter or number. */
  nameOf(key) {
    if (!this.feature || this.open) return null;
    const { main, beside } = this.numbered();
    if (/^[1-9]$/.test(key)) return [main, ...beside].filter(Boolean)[Number(key) - 1] || null;
    return this.allowed().find((name) => LETTERS[name] === key) || null;
  }

  /** A form whose action is no longer allowed stays, with what was typed, until one has read why it cannot be sent. */
  show(feature) {
    const { open } = this;
    const isSame = this.feature?.id === feature.id;
    const isOver = isSame && open && !(feature.properties.actions || []).includes(open.name);
    if (!isOver) return super.show(feature);
    this.feature = feature;
    const error = this.node.querySelector(".act__error");
    const send = this.node.querySelector("button[type=submit]");
    const { status } = feature.properties;
    put(error, t("desk.form_kept", { status: tOr(`status.${status}`, status), action: t(`act.${open.name}`) }));
    error.hidden = false;
    send.disabled = true;
    return undefined;
  }
}
