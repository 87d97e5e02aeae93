// Matters that may be the same as the one in hand: how near, how much sooner or later, and one key to put them together.

import { el } from "../dom.js";
import { distance, span } from "../format.js";
import { statusOf, toneOf } from "../status.js";
import { t, tOr } from "../texts.js";
import { statusMark } from "../map/marks.js";

const SHOWN = 2;

/** The part of the matter for `features` of /duplicates; `merge(number)`, `dismiss()`, `open(number)`; null without any. */
export function duplicatesPart(features, { merge, dismiss, open, mayMerge }) {
  if (!features.length) return null;
  return el("section", { class: "twins", "aria-label": t("desk.twins", { n: features.length }) },
    el("div", { class: "twins__head" }, el("h3", {}, t("desk.twins", { n: features.length }), el("small", {}, t("desk.twins_rule"))),
      el("button", { type: "button", class: "button button--plain", dataset: { twins: "dismiss" }, onclick: dismiss }, t("desk.no_twin"), el("kbd", { "aria-hidden": "true" }, "N"))),
    el("ul", {}, features.slice(0, SHOWN).map(({ properties: p }, at) => twin(p, at, { merge, open, mayMerge }))),
    features.length > SHOWN ? el("p", { class: "twins__foot" }, t("desk.twins_more", { n: features.length - SHOWN })) : null);
}

function twin(p, at, { merge, open, mayMerge }) {
  const status = statusOf(p);
  return el("li", {},
    el("button", { type: "button", class: "twins__open", onclick: () => open(p.number) },
      el("span", { class: "twins__line" }, el("b", {}, shortNumber(p.number)), el("span", { class: `tag tag--${toneOf(status)}` }, statusMark(status, 12), tOr(`status.${status}`, status)), el("span", { class: "twins__words" }, p.description || p.category_name)),
      el("span", { class: "quiet" }, [t("desk.apart", { distance: distance(p.distance_m) }), apartWords(p.apart_s), p.unit || p.handler?.name].filter(Boolean).join(" · "))),
    mayMerge ? el("button", { type: "button", class: "button", dataset: { merge: p.number }, onclick: () => merge(p.number) }, t("desk.merge_into"), at === 0 ? el("kbd", { "aria-hidden": "true" }, "M") : null) : null);
}

/** Sooner or later, by how much. */
export function apartWords(seconds) {
  if (Math.abs(seconds) < 60) return t("desk.same_time");
  return t(seconds < 0 ? "desk.sooner" : "desk.later", { span: span(Math.abs(seconds), true) });
}

/** A number as people quote it: month, day and place in that day's row. */
export const shortNumber = (number) => number.replace(/^.*-\d{4}(\d{4}-\d+)$/, "$1");
