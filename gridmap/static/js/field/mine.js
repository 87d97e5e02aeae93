// What is mine: what I sent and how it stands, language, the large style, other pages, signing out.

import { el, put } from "../dom.js";
import { ago, serverNow } from "../format.js";
import { skeleton } from "../states.js";
import { t } from "../texts.js";
import { ownAreas } from "./around.js";
import { matters } from "./matters.js";
import * as keep from "./keep.js";
import { outbox } from "./outbox.js";
import { data, part, strong, words } from "./page.js";
import { unsent } from "./queue.js";
import { shortNumber, stateWords } from "./say.js";
import { shape, shapeOf, sign } from "./signs.js";

const SHOWN = 30;

export function mine() {
  const list = el("section", { class: "mine__list", "aria-live": "polite" });
  const leave = el("div", {});
  const node = el("div", { class: "mine" }, who(), el("h2", { class: "queue__head" }, words("mine_sent")), list, settings(), leave);
  let isSure = false;

  function draw() {
    const reports = matters.reports();
    put(list, !matters.at && !matters.error ? skeleton(6) : reports.length ? reports.slice(0, SHOWN).map(row) : el("p", { class: "quiet pad" }, words(matters.at ? "mine_none" : "tasks_not_loaded")));
    const n = unsent();
    put(leave, isSure && n ? el("div", { class: "fault", role: "alert" }, el("b", {}, sign("warn", 18), words("leave_warn", { n })), el("p", {}, words("leave_warn_hint")),
      el("div", { class: "pair" }, el("a", { class: "side", href: "#/queue" }, words("leave_look")), el("button", { type: "button", class: "side", onclick: signOut }, words("leave_anyway")))) : null,
    el("button", { type: "button", class: "side mine__leave", onclick: () => { if (unsent() && !isSure) { isSure = true; draw(); } else signOut(); } }, sign("leave"), t("page.sign_out")));
  }

  draw();
  const sources = [matters, outbox];
  for (const source of sources) source.addEventListener("change", draw);
  return { node, close() { for (const source of sources) source.removeEventListener("change", draw); } };
}

function who() {
  const { me } = data;
  const places = ownAreas().map(({ name, roleName }) => [name, roleName].filter(Boolean).join(" · "));
  return el("header", { class: "mine__head" }, el("span", { class: "face face--large", "aria-hidden": "true" }, me.name.slice(0, 1)),
    el("div", {}, el("h1", {}, me.name), el("p", {}, [me.username, places.slice(0, 2).join("，"), places.length > 2 ? words("of_areas", { n: places.length }) : null].filter(Boolean).join(" · ") || words("no_posts"))));
}

function row(p) {
  return el("a", { class: "task", href: `#/task/${encodeURIComponent(p.number)}` }, shape(shapeOf(p, serverNow())),
    el("span", { class: "task__what" }, el("b", {}, p.category_name), el("small", {}, [shortNumber(p.number), p.cell?.name || t("status.triage")].join(" · "))),
    el("span", { class: "task__when" }, el("b", {}, stateWords(p)), el("small", {}, ago(p.reported_at))));
}

function settings() {
  const other = document.documentElement.lang === "en" ? "zh-CN" : "en";
  return el("section", { class: "settings" },
    el("label", { class: "setting" }, sign("contrast"), el("span", {}, el("b", {}, words("strong")), el("small", {}, words("strong_hint"))),
      el("input", { type: "checkbox", role: "switch", checked: strong.on, onchange() { strong.set(this.checked); } })),
    el("a", { class: "setting", href: `/field?lang=${other}`, lang: other }, sign("globe"), el("span", {}, el("b", {}, t(other === "en" ? "page.language_en" : "page.language_zh")), el("small", {}, t("page.language"))), sign("chevron", 20)),
    el("a", { class: "setting", href: "/map" }, sign("map"), el("span", {}, el("b", {}, words("to_map")), el("small", {}, words("to_map_hint"))), sign("chevron", 20)),
    data.me.kind === "department" ? null : el("a", { class: "setting", href: "/roster" }, sign("clock"), el("span", {}, el("b", {}, t("page.to_roster")), el("small", {}, words("to_roster_hint"))), sign("chevron", 20)),
    el("a", { class: "setting", href: "/account" }, sign("person"), el("span", {}, el("b", {}, t("page.account")), el("small", {}, data.me.username)), sign("chevron", 20)));
}

/** Leaves: what was kept to be read goes; what waits to be sent stays on this phone for its account. */
async function signOut() {
  await keep.forgetAnswers().catch(() => {});
  if ("caches" in window) for (const name of await caches.keys()) if (name.startsWith("gridmap-field")) await caches.delete(name);
  part("sign-out").submit();
}
