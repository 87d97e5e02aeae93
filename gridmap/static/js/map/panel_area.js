// The panel of a cell or another area: what it is, its people (1, 5 and N of a cell, the heads of others), figures, open matters.

import { el } from "../dom.js";
import { areaCode, comma, count, day, percent, squareKm } from "../format.js";
import { icon } from "../icons.js";
import { messageOf } from "../states.js";
import { classWord } from "../status.js";
import { t, tOr } from "../texts.js";
import { crumbs } from "./crumbs.js";
import { daysPart } from "./days.js";
import { dutyMark } from "./how.js";
import { buildingsPart } from "./panel_buildings.js";
import { issueRow } from "./row.js";

/** The parts of the panel for {feature, matters, buildings, stand: totals by class, cells: how many lie below}; `panel.choose(kind, id)` goes on from there. */
export function areaParts({ feature: { properties: p }, matters, buildings, stand, cells }, panel) {
  if (!p.counts) return [head(p, panel), el("p", { class: "panel__none" }, t("map.open_unknown"))];
  const staff = p.level === "grid" ? people(p.staff) : heads(p);
  return [head(p, panel), figures(p), daysPart(p.days), totals(p.counts, stand, cells), staff, openMatters(p, matters, panel), buildingsPart(buildings, panel)];
}

function head(p, panel) {
  const above = (p.breadcrumb || []).filter((step) => step.code !== p.code);
  return el("header", { class: "panel__head" },
    crumbs(above, panel.me, (kind, id) => panel.choose(kind, id)),
    el("h2", { tabindex: "-1" }, p.name),
    el("p", { class: "panel__facts" },
      copyable(p.code, areaCode(p.code)),
      p.version ? el("span", {}, t("panel.version", { n: p.version, day: day(p.valid_from) })) : null,
      p.area_m2 ? el("span", {}, squareKm(p.area_m2)) : null,
      p.level === "grid" && panel.door ? el("a", { href: `/door/${encodeURIComponent(p.code)}/sheet`, target: "_blank", title: t("panel.board_title") }, t("panel.board")) : null));
}

/** Words that can be copied with one click. */
export function copyable(value, shown = value) {
  const button = el("button", { type: "button", class: "copy", "aria-label": t("panel.copy", { what: value }), title: t("panel.copy_short") }, icon("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(value).catch(() => {});
    button.classList.add("copy--done");
    setTimeout(() => button.classList.remove("copy--done"), 1200);
  });
  return el("span", { class: "copyable" }, shown, button);
}

function figures({ counts, on_time: onTime }) {
  const late = counts.overdue || 0;
  const figure = (name, value, tone) => el("div", { class: `figure${tone ? ` figure--${tone}` : ""}` }, el("dt", {}, t(`map.figure_${name}`)), el("dd", {}, value));
  return el("dl", { class: "figures" }, figure("open", count(counts.open)), figure("due_today", count(counts.due_today)),
    figure("overdue", count(counts.overdue), late ? "overdue" : ""), figure("on_time", percent(onTime)));
}

function people(staff) {
  if (!staff) return null;
  const nobody = ["1", "5", "N"].every((name) => staff[name].every((member) => member.vacant));
  if (nobody) return unstaffed(staff);
  const members = [...staff["1"], ...staff["5"], ...staff.N];
  const vacant = members.filter((member) => member.vacant).length;
  const held = members.length - vacant;
  const there = members.filter((member) => member.duty === "on").length;
  return el("section", {},
    el("h3", { class: "panel__bar" }, t("panel.people"), el("small", {}, t("panel.held_of", { held, all: members.length })),
      there < held ? el("small", {}, t("panel.there_n", { n: there })) : null,
      vacant ? el("span", { class: "panel__vacancies" }, t("panel.vacant_n", { n: vacant })) : null),
    slot("1", staff["1"].map(leader)),
    slot("5", five(staff["5"])),
    slot("N", [dynamic(staff.N)]));
}

/** A cell for which nobody at all is appointed, here or above: what that means, and who has to act. */
function unstaffed(staff) {
  const above = (staff.head || []).find((member) => !member.vacant);
  return el("section", {},
    el("h3", { class: "panel__bar" }, t("panel.people"), el("span", { class: "panel__vacancies" }, t("panel.vacant_all"))),
    el("div", { class: "unstaffed" }, el("span", { class: "face face--vacant" }, icon("person")),
      el("div", {}, el("b", { class: "vacant" }, t("panel.unstaffed")), el("p", { class: "quiet" }, above ? t("panel.unstaffed_head", { name: above.person.name, role: above.role_name }) : t("panel.unstaffed_nobody")))));
}

function slot(name, children) {
  return el("div", { class: "slot" }, el("div", { class: "slot__name", "aria-label": t(`panel.slot_${name}`) }, name), el("div", { class: "slot__people" }, children));
}

function leader(member) {
  return el("div", { class: "leader" }, face(member),
    el("div", {}, nameOf(member), " ", el("small", {}, member.role_name), " ", dutyMark(member),
      el("div", { class: "quiet" }, member.vacant ? t("panel.vacant_leader") : heldWords(member))));
}

/** Where all are held by one area above, that is said once below them instead of five times. */
function five(members) {
  const above = members.map((member) => (member.inherited && member.held_at ? member.held_at : null));
  const isShared = above[0] && above.every((area) => area && area.code === above[0].code);
  return [el("ul", { class: "five" }, members.map((member) => officer(member, !isShared))),
    isShared ? el("p", { class: "quiet" }, t("panel.inherited_full", { area: above[0].name })) : null];
}

function heads(p) {
  const list = p.staff?.head;
  if (!list) return null;
  const here = list.filter((member) => !member.inherited);
  const above = list.filter((member) => member.inherited);
  return el("section", {},
    el("h3", { class: "panel__bar" }, t("panel.heads")),
    el("div", { class: "heads" }, here.length ? here.map(leader) : el("p", { class: "vacant" }, t("panel.no_head")),
      above.length ? el("p", { class: "quiet" }, t("panel.heads_above")) : null, above.map(superior)));
}

function superior(member) {
  return el("div", { class: "leader" }, face(member),
    el("div", {}, nameOf(member), " ", el("small", {}, [member.held_at?.name, member.role_name].filter(Boolean).join(" · ")), " ", dutyMark(member)));
}

function officer(member, isMarked) {
  return el("li", { class: member.vacant ? "is-vacant" : "" }, face(member), nameOf(member),
    el("span", { class: "quiet" }, member.role_name), dutyMark(member, { isNarrow: true }),
    isMarked && member.inherited && member.held_at ? el("span", { class: "inherited", title: t("panel.inherited_full", { area: member.held_at.name }) }, tOr(`panel.inherited_${member.held_at.level}`, member.held_at.name)) : null);
}

function dynamic(list) {
  if (!list.length) return el("p", { class: "quiet" }, t("panel.no_dynamic"));
  return el("div", { class: "dynamic" }, el("div", { class: "dynamic__faces" }, list.slice(0, 7).map(face)),
    el("div", {}, el("b", {}, t("panel.dynamic_n", { n: list.length })), el("div", { class: "quiet" }, list.map((member) => member.person?.name).filter(Boolean).join(comma()))));
}

/** The initial of a person on a quiet colour of their own, or an outlined figure where nobody is. */
export function face(member) {
  if (member.vacant || !member.person) return el("span", { class: "face face--vacant" }, icon("person"));
  const name = member.person.name;
  const tone = [...name].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;
  const initial = /^[\u4e00-\u9fff]+$/.test(name) ? name.slice(-1) : name.slice(0, 1);
  return el("span", { class: `face face--${tone}${member.duty && member.duty !== "on" ? " face--off" : ""}`, "aria-hidden": "true" }, initial);
}

function nameOf(member) {
  return el("b", { class: member.vacant ? "vacant" : "" }, member.vacant ? t("panel.vacant") : member.person.name);
}

function heldWords(member) {
  const since = member.since ? t("panel.since", { day: day(member.since) }) : "";
  if (!member.inherited || !member.held_at) return since;
  return [t("panel.inherited_full", { area: member.held_at.name }), since].filter(Boolean).join(" · ");
}

function openMatters(area, { features = [], next, error }, panel) {
  const open = area.counts?.open ?? features.length;
  const title = el("h3", { class: "panel__bar" }, t("panel.open_matters"), el("small", {}, count(open)), el("small", { class: "panel__side" }, t("map.by_deadline")));
  if (error) return el("section", {}, title, el("p", { class: "panel__none", role: "alert" }, messageOf(error)));
  const rows = features.map(({ properties: p }) => issueRow(p, { open: (number) => panel.choose("issue", number), places: area.level !== "grid" }));
  return el("section", {}, title,
    rows.length ? el("ol", { class: "list" }, rows) : el("p", { class: "panel__none" }, t("panel.no_open_matters")),
    next ? el("button", { type: "button", class: "button button--plain panel__more", onclick: () => panel.more(rows.length) }, t("panel.show_rest", { n: count(Math.max(open - rows.length, 1)) })) : null);
}

/** How its matters stand, in the classes of the chips and then those done with, and what lies in the area: cells (where it is none itself), buildings, households. */
function totals(counts, stand, cells) {
  const facts = [
    cells === undefined ? null : t("panel.n_cells_below", { n: count(cells) }),
    counts.buildings ? t("panel.n_buildings", { n: count(counts.buildings) }) : null,
    counts.households ? t("map.households", { n: count(counts.households) }) : null,
  ].filter(Boolean);
  const standing = [["reported", stand?.reported], ["handling", stand?.handling], ["overdue", stand?.late], ["handled", stand?.handled], ["closed", counts.closed]];
  const words = standing.filter(([, n]) => n).map(([name, n]) => `${classWord(name)} ${count(n)}`);
  return el("p", { class: "panel__totals" }, [...words, ...facts].join(" · "));
}
