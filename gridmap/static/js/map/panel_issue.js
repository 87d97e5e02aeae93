// The panel of one matter: its photo, words and status, what happened, who sees to it, and why this cell.

import { post } from "../api.js";
import { el, time } from "../dom.js";
import { clock, comma, day, dueTime, fullTime, serverNow, span } from "../format.js";
import { messageOf } from "../states.js";
import { runs, statusOf, toneOf } from "../status.js";
import { t, tOr } from "../texts.js";
import { dueMoment, dueWords, since, usedBar } from "./due.js";
import { eventWords } from "./event_words.js";
import { howWords } from "./how.js";
import { statusMark } from "./marks.js";
import { copyable, face } from "./panel_area.js";
import { whistlesPart } from "./panel_whistle.js";
import { photosPart } from "./photos.js";
import { whyPart } from "./why.js";

/** The parts of the panel for {feature, names: of categories by id, category: of the table}; `panel.folded` remembers whether the why is folded. */
export function issueParts({ feature: { properties: p }, names, category }, panel) {
  return [photosPart(p.photos, p.events), head(p, panel), ...inOrder(p, clockPart(p, category), whistlesPart(p, panel)), timeline(p, names), people(p), whyPart(p, panel)];
}

/** Whoever is called reads first what they are called for; for others the matter's own clock comes first. */
function inOrder({ whistles = [] }, clock, called) {
  return whistles.some(({ ended_at: ended, calls }) => !ended && calls.some(({ own }) => own)) ? [called, clock] : [clock, called];
}

function head(p, panel) {
  const status = statusOf(p);
  return el("header", { class: "panel__head" },
    el("div", { class: "panel__title" }, el("h2", { tabindex: "-1" }, p.category_name),
      el("span", { class: `tag tag--${toneOf(status)}` }, statusMark(status, 14), tOr(`status.${status}`, status))),
    p.description ? el("p", { class: "panel__words" }, p.description) : null,
    el("p", { class: "panel__facts" }, copyable(p.number), p.source ? el("span", {}, tOr(`panel.source_${p.source}`, p.source)) : null,
      el("span", {}, `${t("panel.reported_at")} `, since(p.reported_at)),
      p.cell ? el("button", { type: "button", class: "crumb panel__cell", onclick: () => panel.choose("area", p.cell.code) }, p.cell.name, " ›") : null),
    marksPart(p, panel),
    contactPart(p),
    p.in_triage ? el("p", { class: "panel__triage" }, t("panel.triage_hint")) : null);
}

/** How the resident who reported it is reached: masked, whole on demand, which the server notes. */
function contactPart({ number, contact }) {
  if (!contact) return null;
  const said = el("b", {}, contact);
  const show = el("button", { type: "button", class: "button button--plain", title: t("panel.contact_show_hint") }, t("panel.contact_show"));
  show.addEventListener("click", async () => {
    const told = await post(`/issues/${encodeURIComponent(number)}/contact`).catch((error) => ({ contact: messageOf(error) }));
    said.textContent = told.contact;
    show.remove();
  });
  return el("p", { class: "panel__facts" }, el("span", {}, t("panel.contact")), said, show);
}

/** Its tier and who settles those, whether it is supervised, and the matter it went on in. */
function marksPart(p, panel) {
  const { tier, supervised_at: supervised, merged_into: other } = p;
  return el("p", { class: "panel__marks" },
    tier ? el("span", { class: `tier tier--${tier}` }, el("b", {}, t(`panel.tier_${tier}`)), el("small", {}, t(`panel.tier_by_${tier}`))) : null,
    supervised ? el("span", { class: "tag tag--supervised", title: t("panel.supervised_since", { when: fullTime(supervised).slice(5, 16) }) }, t("panel.supervised")) : null,
    other ? el("button", { type: "button", class: "crumb panel__cell", onclick: () => panel.choose("issue", other) }, t("panel.merged_into", { number: other }), " ›") : null);
}

/** The deadline against the clock and that of the step it is in; while it stands still, since when; once it is done, how that went. */
function clockPart(p, category) {
  const limit = limitWords(category);
  if (p.paused_at) return pausedPart(p);
  const step = stepPart(p);
  if (!p.due_at) return ["void", "merged"].includes(p.status) ? null : el("section", { class: "clock" }, el("p", { class: "clock--none quiet" }, t("panel.no_deadline")), step);
  if (runs(p)) {
    return el("section", { class: "clock", "aria-label": t("panel.deadline") },
      el("p", { class: "clock__line" }, dueWords(p.due_at, { fine: true }), dueMoment(p.due_at)), usedBar(p.reported_at, p.due_at),
      el("p", { class: "clock__line quiet" }, el("span", {}, limit), el("span", {}, t("panel.used", { span: span((serverNow() - Date.parse(p.reported_at)) / 1000, true) }))), step);
  }
  if (p.stands_still && p.status === "accepted") return returnedPart(p, step);
  const ended = p.closed_at || lastAt(p.events, ["finish", "self_fix"]);
  const off = ended ? (Date.parse(ended) - Date.parse(p.due_at)) / 1000 : null;
  const words = off === null ? null : t(off > 0 ? "panel.done_late" : "panel.done_in_time", { span: span(Math.abs(off), true) });
  return el("section", { class: "clock" }, el("p", { class: "clock__line quiet" }, el("span", {}, [limit, t("panel.was_due", { when: fullTime(p.due_at).slice(5, 16) })].filter(Boolean).join(" · ")),
    words ? el("b", { class: off > 0 ? "word word--overdue" : "word word--done" }, words) : null), step);
}

/** The step that is due, where it has a clock of its own. */
function stepPart({ stage, stage_due_at: due }) {
  return due ? el("p", { class: "clock__line clock__step" }, el("span", {}, t("panel.stage_of", { stage: t(`panel.stage_${stage}`) })), el("span", {}, dueWords(due, { fine: true }), " ", dueMoment(due))) : null;
}

function pausedPart({ paused_at: from }) {
  return el("section", { class: "clock", "aria-label": t("panel.deadline") },
    el("p", { class: "clock__line" }, el("b", { class: "clock__paused word word--suspended" }, t("panel.paused", { span: span((serverNow() - Date.parse(from)) / 1000, true) }))),
    el("p", { class: "clock__line quiet" }, t("panel.paused_since", { when: fullTime(from).slice(5, 16) })));
}

/** Back at the desk: the time that was left waits for whoever gets it next. */
function returnedPart({ events }, step) {
  const from = lastAt(events, ["return"]);
  return el("section", { class: "clock", "aria-label": t("panel.deadline") },
    el("p", { class: "clock__line" }, el("b", { class: "clock__paused word word--suspended" }, t("panel.clock_stands"))),
    el("p", { class: "clock__line quiet" }, from ? t("panel.returned_since", { when: fullTime(from).slice(5, 16) }) : ""), step);
}

function lastAt(events = [], kinds) {
  return events.filter((event) => kinds.includes(event.kind)).pop()?.at;
}

/** The limit of a category in words, as the table of deadlines states it. */
function limitWords(category) {
  return category?.limit ? t("panel.limit", { limit: category.limit.text }) : "";
}

function timeline(p, names) {
  const events = p.events || [];
  if (!events.length) return null;
  const items = events.map((event, at) => {
    const before = events[at - 1];
    const stamp = day(event.at) === day(before?.at || serverNow()) ? clock(event.at) : `${day(event.at).slice(5)} ${clock(event.at)}`;
    return el("li", {}, time(event.at, stamp, fullTime(event.at)), el("i", { class: "timeline__dot" }),
      el("b", {}, tOr(`panel.event_${event.kind}`, event.kind)), el("span", {}, eventWords(event, names, p)), after(before, event));
  });
  const next = tOr(`panel.next_${p.status}`, null);
  return el("ol", { class: "timeline" }, items, next ? el("li", { class: "timeline__next" }, el("time", {}, "—"), el("i", { class: "timeline__dot" }), el("b", {}, next), el("span"), runs(p) ? el("small", {}, t("panel.until", { when: dueTime(p.stage_due_at || p.due_at) })) : el("small")) : null);
}

/** How long it took since the event before. */
function after(before, event) {
  const seconds = before ? (Date.parse(event.at) - Date.parse(before.at)) / 1000 : 0;
  return el("small", { title: t("panel.since_before") }, seconds >= 60 ? `+${span(seconds)}` : "");
}

function people({ assignment, unit, handler }) {
  if (!assignment) return null;
  const isNamed = handler && handler.id !== assignment.handler?.person?.id; // by a person, not by the rules
  const parts = [["owner", assignment.owner], ["handler", isNamed ? { person: handler, how: "named" } : handler || !assignment.handler?.person ? assignment.handler : null]]; // who gave it back has it no more
  const informed = (assignment.informed || []).filter((part) => part.person).map((part) => part.person.name);
  return el("section", {},
    el("h3", { class: "panel__bar" }, t("panel.who"), unit ? el("small", { class: "panel__side" }, t("panel.with_unit", { unit })) : null),
    el("ul", { class: "parts" }, parts.filter(([, part]) => part).map(([name, part]) => person(name, part))),
    informed.length ? el("p", { class: "panel__note" }, t("panel.informed", { n: informed.length, names: informed.join(comma()) })) : null,
    (assignment.notes || []).map((note) => el("p", { class: "panel__note" }, tOr(`panel.note_${note}`, note))));
}

function person(name, part) {
  const vacant = !part.person;
  const how = howWords(part);
  return el("li", { class: vacant ? "is-vacant" : "" }, face({ person: part.person, vacant }),
    el("div", {}, el("b", { class: vacant ? "vacant" : "" }, vacant ? t("panel.vacant") : part.person.name), " ", el("small", {}, t(`panel.part_${name}`)),
      el("div", { class: "quiet" }, [part.area?.name, part.role_name].filter(Boolean).join(" · ")),
      how ? el("div", { class: "inherited" }, how) : null));
}
