// The panel of one matter: its photo, words and status, what happened, who sees to it, and why this cell.

import { el, time } from "../dom.js";
import { ago, clock, day, fullTime } from "../format.js";
import { t, tOr } from "../texts.js";
import { statusOf, toneOf } from "./issues.js";
import { statusMark } from "./marks.js";
import { eventWords } from "./event_words.js";
import { copyable, face } from "./panel_area.js";
import { whyPart } from "./why.js";

/** The parts of the panel for {feature, names: of categories by id}; `panel.folded` remembers whether the why is folded. */
export function issueParts({ feature: { properties: p }, names }, panel) {
  return [photos(p.photos), head(p, panel), timeline(p, names), people(p.assignment), whyPart(p, panel)];
}

function photos(list = []) {
  if (!list.length) return null;
  const picture = el("img", { src: list[0].url, alt: t("panel.photo_of", { n: 1, all: list.length }) });
  const label = el("span", { class: "photo__count" }, t("panel.photo_of", { n: 1, all: list.length }));
  const show = (at) => {
    picture.src = list[at].url;
    picture.alt = label.textContent = t("panel.photo_of", { n: at + 1, all: list.length });
  };
  return el("figure", { class: "photo" }, picture, label,
    list.length > 1 ? el("div", { class: "photo__strip" }, list.map((photo, at) =>
      el("button", { type: "button", onclick: () => show(at), "aria-label": t("panel.photo_of", { n: at + 1, all: list.length }) }, el("img", { src: photo.thumbnail_url, alt: "" })))) : null);
}

function head(p, panel) {
  const status = statusOf(p);
  return el("header", { class: "panel__head" },
    el("div", { class: "panel__title" }, el("h2", { tabindex: "-1" }, p.category_name),
      el("span", { class: `tag tag--${toneOf(status)}` }, statusMark(status, 14), tOr(`status.${status}`, status))),
    el("p", { class: "panel__facts" }, copyable(p.number), p.source ? el("span", {}, tOr(`panel.source_${p.source}`, p.source)) : null,
      time(p.reported_at, t("panel.reported", { when: ago(p.reported_at) }), fullTime(p.reported_at))),
    p.description ? el("p", { class: "panel__words" }, p.description) : null,
    p.in_triage ? el("p", { class: "panel__triage" }, t("panel.triage_hint")) : null,
    p.cell ? el("button", { type: "button", class: "button button--plain panel__cell", onclick: () => panel.choose("area", p.cell.code) }, p.cell.name, " ›") : null);
}

function timeline(p, names) {
  const events = p.events || [];
  if (!events.length) return null;
  let before = null;
  const items = events.map((event) => {
    const today = day(event.at);
    const stamp = today === before ? clock(event.at) : `${today.slice(5)} ${clock(event.at)}`;
    before = today;
    return el("li", {}, time(event.at, stamp, fullTime(event.at)), el("i", { class: "timeline__dot" }),
      el("b", {}, tOr(`panel.event_${event.kind}`, event.kind)), el("span", {}, eventWords(event, names, p)));
  });
  const next = tOr(`panel.next_${p.status}`, null);
  return el("ol", { class: "timeline" }, items, next ? el("li", { class: "timeline__next" }, el("time", {}, "—"), el("i", { class: "timeline__dot" }), el("b", {}, next), el("span")) : null);
}

function people(assignment) {
  if (!assignment) return null;
  const parts = [["owner", assignment.owner], ["handler", assignment.handler], ...(assignment.informed || []).map((part) => ["informed", part])];
  return el("section", {},
    el("h3", { class: "panel__bar" }, t("panel.who")),
    el("ul", { class: "parts" }, parts.filter(([, part]) => part).map(([name, part]) => person(name, part))),
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
