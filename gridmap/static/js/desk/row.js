// One matter as a row of a queue: chosen or not, what and where it is, whence it came, and how long it may still wait.

import { el } from "../dom.js";
import { t, tOr } from "../texts.js";
import { statusOf, toneOf } from "../status.js";
import { since } from "../map/due.js";
import { actorName } from "../map/event_words.js";
import { mark } from "../map/marks.js";
import { placeOf } from "../map/row.js";
import { ticking } from "./ticking.js";

/** A list item for the properties of a queue's feature; `open(number)`, `tick(number, isOn)`. */
export function deskRow(p, { open, tick, isChosen, isTicked }) {
  const box = el("input", { type: "checkbox", class: "qrow__box", checked: isTicked, "aria-label": t("desk.select_one", { number: p.number }), onchange: ({ target }) => tick(p.number, target.checked) });
  const title = el("span", { class: "row__title", title: p.description || null }, el("b", {}, p.category_name), p.description ? ` ${p.description}` : "");
  const button = el("button", { type: "button", class: "qrow__open", dataset: { number: p.number }, "aria-current": isChosen ? "true" : null, onclick: () => open(p.number) },
    mark(p, 26), el("span", { class: "row__main" }, title, el("span", { class: "qrow__below" }, tags(p), el("span", { class: "row__place" }, placeWords(p)))), el("span", { class: "qrow__side" }, side(p)));
  return el("li", { class: `qrow${isChosen ? " is-chosen" : ""}${isTicked ? " is-ticked" : ""}` }, el("label", { class: "qrow__tick" }, box), button);
}

function tags(p) {
  return [
    p.source ? el("i", { class: "qtag", title: tOr(`panel.source_${p.source}`, p.source) }, tOr(`desk.from_${p.source}`, p.source)) : null,
    p.in_triage ? el("i", { class: "qtag qtag--amber" }, t("status.triage")) : null,
    p.reopened_at && p.status === "reported" ? el("i", { class: "qtag qtag--red" }, t("desk.tag_reopened")) : null,
    p.supervised_at ? el("i", { class: "qtag qtag--red" }, t("panel.supervised")) : null,
    p.answer_by ? el("i", { class: "qtag qtag--whistle" }, t("desk.queue_whistles")) : null,
    p.tier > 1 ? el("i", { class: "qtag" }, t(`panel.tier_${p.tier}`)) : null,
    p.photos ? el("i", { class: "qtag qtag--plain", title: t("desk.photos", { n: p.photos }) }, t("desk.photos", { n: p.photos })) : null,
  ];
}

function placeWords(p) {
  const who = p.unit || (p.handler && actorName({ name: p.handler.name, post: p.handler_post }));
  return [placeOf(p), who || t("map.nobody")].join(" · ");
}

/** The clock that runs, else how it stands and since when. */
function side(p) {
  const until = p.answer_by || p.runs_until;
  if (until) return ticking(until, p.answer_by ? null : p.stage_due_at ? p.stage_at || p.reported_at : p.reported_at);
  const status = statusOf(p);
  return [el("span", { class: `word word--${toneOf(status)}` }, tOr(`status.${status}`, status)), since(p.stage_at || p.reported_at)];
}
