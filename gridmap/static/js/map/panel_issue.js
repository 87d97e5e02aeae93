// The panel of one matter: its photo, words and status, what happened, who sees to it, and why this cell.

import { el, time } from "../dom.js";
import { clock, comma, day, dueTime, fullTime, serverNow, span } from "../format.js";
import { statusOf, toneOf } from "../status.js";
import { t, tOr } from "../texts.js";
import { dueMoment, dueWords, since, usedBar } from "./due.js";
import { eventWords } from "./event_words.js";
import { statusMark } from "./marks.js";
import { copyable, face } from "./panel_area.js";
import { photosPart } from "./photos.js";
import { whyPart } from "./why.js";

/** The parts of the panel for {feature, names: of categories by id, category: of the table}; `panel.folded` remembers whether the why is folded. */
export function issueParts({ feature: { properties: p }, names, category }, panel) {
  return [photosPart(p.photos, p.events), head(p, panel), clockPart(p, category), timeline(p, names), people(p.assignment, p.unit), whyPart(p, panel)];
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
    p.in_triage ? el("p", { class: "panel__triage" }, t("panel.triage_hint")) : null);
}

/** The deadline against the clock; once it is done, how that went. */
function clockPart(p, category) {
  const limit = limitWords(category);
  if (!p.due_at) return p.status === "void" ? null : el("p", { class: "clock clock--none quiet" }, t("panel.no_deadline"));
  if (p.status === "reported" || p.status === "handling") {
    return el("section", { class: "clock", "aria-label": t("panel.deadline") },
      el("p", { class: "clock__line" }, dueWords(p.due_at, { fine: true }), dueMoment(p.due_at)), usedBar(p.reported_at, p.due_at),
      el("p", { class: "clock__line quiet" }, el("span", {}, limit), el("span", {}, t("panel.used", { span: span((serverNow() - Date.parse(p.reported_at)) / 1000, true) }))));
  }
  const ended = p.closed_at || lastAt(p.events, "finish");
  const off = ended ? (Date.parse(ended) - Date.parse(p.due_at)) / 1000 : null;
  const words = off === null ? null : t(off > 0 ? "panel.done_late" : "panel.done_in_time", { span: span(Math.abs(off), true) });
  return el("section", { class: "clock" }, el("p", { class: "clock__line quiet" }, el("span", {}, [limit, t("panel.was_due", { when: fullTime(p.due_at).slice(5, 16) })].filter(Boolean).join(" · ")),
    words ? el("b", { class: off > 0 ? "word word--overdue" : "word word--handled" }, words) : null));
}

function lastAt(events = [], kind) {
  return events.filter((event) => event.kind === kind).pop()?.at;
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
  return el("ol", { class: "timeline" }, items, next ? el("li", { class: "timeline__next" }, el("time", {}, "—"), el("i", { class: "timeline__dot" }), el("b", {}, next), el("span"), runs(p) ? el("small", {}, t("panel.until", { when: dueTime(p.due_at) })) : el("small")) : null);
}

/** How long it took since the event before. */
function after(before, event) {
  const seconds = before ? (Date.parse(event.at) - Date.parse(before.at)) / 1000 : 0;
  return el("small", { title: t("panel.since_before") }, seconds >= 60 ? `+${span(seconds)}` : "");
}

function runs(p) {
  return p.due_at && ["reported", "handling"].includes(p.status);
}

function people(assignment, unit) {
  if (!assignment) return null;
  const parts = [["owner", assignment.owner], ["handler", assignment.handler]];
  const informed = (assignment.informed || []).filter((part) => part.person).map((part) => part.person.name);
  return el("section", {},
    el("h3", { class: "panel__bar" }, t("panel.who"), unit ? el("small", { class: "panel__side" }, t("panel.with_unit", { unit })) : null),
    el("ul", { class: "parts" }, parts.filter(([, part]) => part).map(([name, part]) => person(name, part))),
    informed.length ? el("p", { class: "panel__note" }, t("panel.informed", { n: informed.length, names: informed.join(comma()) })) : null,
    (assignment.notes || []).map((note) => el("p", { class: "panel__note" }, tOr(`panel.note_${note}`, note))));
}

function person(name, part) {
  const vacant = !part.person;
  return el("li", { class: vacant ? "is-vacant" : "" }, face({ person: part.person, vacant }),
    el("div", {}, el("b", { class: vacant ? "vacant" : "" }, vacant ? t("panel.vacant") : part.person.name), " ", el("small", {}, t(`panel.part_${name}`)),
      el("div", { class: "quiet" }, [part.area?.name, part.role_name].filter(Boolean).join(" · ")),
      // That a post is held by an area above is said by the area's name.
      part.how && !["cell", "inherited"].includes(part.how) ? el("div", { class: "inherited" }, t(`panel.how_${part.how}`)) : null));
}
