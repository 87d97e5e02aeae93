// One matter as a row of a list: what it is, where and with whom, and how much time is left.

import { el } from "../dom.js";
import { t, tOr } from "../texts.js";
import { runs, statusOf, toneOf } from "../status.js";
import { dueMoment, dueWords, since } from "./due.js";
import { mark } from "./marks.js";

/** A list item with the row; `places`: whether the cell stands in it; `open(number)` is called on a click. */
export function issueRow(p, { open, isChosen = false, places = true }) {
  return el("li", {}, el("button", {
    type: "button", class: "row", dataset: { number: p.number }, "aria-current": isChosen ? "true" : null, onclick: () => open(p.number),
  },
  mark(p, 26),
  el("span", { class: "row__main" },
    el("span", { class: "row__title", title: p.description || null }, el("b", {}, p.category_name), p.description ? ` ${p.description}` : ""),
    el("span", { class: "row__place" }, p.supervised_at ? el("b", { class: "row__supervised" }, t("panel.supervised")) : null,
    [places ? placeOf(p) : null, p.unit || p.handler?.name || t("map.nobody")].filter(Boolean).join(" · "))),
  el("span", { class: "row__side" }, ...side(p))));
}

function side(p) {
  const status = statusOf(p);
  if (runs(p)) return [dueWords(p.due_at), dueMoment(p.due_at)];
  return [el("span", { class: `word word--${toneOf(status)}` }, tOr(`status.${status}`, status)), since(p.paused_at || p.reported_at)];
}

/** Where a matter is, in words: its cell, or that it waits for one. */
export function placeOf(p) {
  return p.in_triage || !p.cell ? t("map.in_triage") : p.cell.name;
}
