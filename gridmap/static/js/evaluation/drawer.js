// The matters a figure was computed from, in a panel over the page: the numerator's or the denominator's.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { ago, count, dueTime, percent } from "../format.js";
import { empty, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { segments } from "./bits.js";

const drawer = document.querySelector("[data-part=drawer]");
let before = null;

/** Closes it and gives the focus back. */
export function closeDrawer() {
  if (drawer.hidden) return;
  drawer.hidden = true;
  before?.focus?.();
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeDrawer(); });

/** Opens the matters of a figure. `query` is asked of `path` with the indicator and the part. */
export function openMatters(asked, part = "numerator") {
  if (drawer.hidden) before = document.activeElement;
  const { indicator, place, figure } = asked;
  const body = el("div", { class: "drawer__body" });
  const close = el("button", { class: "button button--plain", type: "button", onclick: closeDrawer }, t("evaluation.close"));
  put(drawer,
    el("header", { class: "drawer__head" }, el("h2", {}, t("evaluation.matters_of", { name: indicator.name, place }), el("small", {}, percent(figure.value))), close),
    segments(t("evaluation.formula"), [["numerator", t("evaluation.matters_numerator", { n: count(figure.numerator) })], ["denominator", t("evaluation.matters_denominator", { n: count(figure.denominator) })]],
      part, (chosen) => openMatters(asked, chosen)),
    el("p", { class: "drawer__formula" }, indicator.formula), body);
  drawer.hidden = false;
  close.focus();
  list(body, asked, part);
}

async function list(body, asked, part) {
  put(body, skeleton(9));
  try {
    const answer = await get(asked.path, { ...asked.query, indicator: asked.indicator.code, part });
    put(body,
      answer.matters.length ? el("ol", { class: "matters" }, answer.matters.map(matter)) : empty(t("evaluation.matters_empty")),
      answer.unseen ? el("p", { class: "drawer__note" }, t("evaluation.matters_unseen", { n: count(answer.unseen) })) : null,
      answer.is_cut ? el("p", { class: "drawer__note" }, t("evaluation.matters_cut")) : null);
  } catch (error) {
    put(body, failure(error, () => list(body, asked, part)));
  }
}

function matter(one) {
  return el("li", {}, el("a", { href: `/map#at=issue:${encodeURIComponent(one.number)}` },
    el("b", {}, one.category_name), el("span", { class: "tag" }, t(`status.${one.status}`)),
    el("small", {}, one.number, facts(one).map((words) => [" · ", el("span", {}, words)]))));
}

function facts({ reported_at: reported, due_at: due, closed_at: closed, times }) {
  return [
    t("evaluation.reported", { at: ago(reported) }), due ? t("evaluation.due", { at: dueTime(due) }) : null,
    closed ? t("evaluation.closed", { at: ago(closed) }) : null, times > 1 ? t("evaluation.times", { n: times }) : null,
  ].filter(Boolean);
}
