// Objections: one's own with their answers, and those of the people one leads, to be answered.

import { get, post } from "../api.js";
import { el, put } from "../dom.js";
import { ago } from "../format.js";
import { empty, failure, messageOf, skeleton } from "../states.js";
import { t } from "../texts.js";

/** Fills the view with the tab. */
export async function objectionsTab(view) {
  put(view, skeleton(9));
  try {
    const { objections } = await get("/evaluation/objections");
    put(view, el("section", { class: "card objections" },
      el("p", { class: "card__hint" }, t("evaluation.objections_lead")),
      objections.length ? el("ul", {}, objections.map((one) => item(one, () => objectionsTab(view)))) : empty(t("evaluation.objections_none"))));
  } catch (error) {
    put(view, failure(error, () => objectionsTab(view)));
  }
}

function item(one, again) {
  const isOpen = one.is_accepted === null;
  const tag = isOpen ? ["handling", "objection_waits"] : one.is_accepted ? ["done", "objection_accepted"] : ["suspended", "objection_declined"];
  return el("li", {},
    el("header", {}, el("b", {}, one.indicator_name), el("span", {}, one.month), el("span", { class: `tag tag--${tag[0]}` }, t(`evaluation.${tag[1]}`)),
      el("small", {}, one.is_mine ? t("evaluation.me") : one.person, " · ", ago(one.at), one.issue ? [" · ", el("a", { href: `/map#at=issue:${encodeURIComponent(one.issue)}` }, one.issue)] : null)),
    el("p", {}, one.words),
    one.answer ? el("blockquote", {}, el("small", {}, t("evaluation.answered", { name: one.answered_by || "" }), " · ", ago(one.answered_at)), el("p", {}, one.answer)) : null,
    isOpen && !one.is_mine ? answerForm(one, again) : null);
}

function answerForm(one, again) {
  const words = el("textarea", { rows: "2", maxlength: "4000", required: true });
  const said = el("p", { class: "alert", role: "alert", hidden: true });
  const send = (accepted) => async (event) => {
    event.preventDefault();
    if (!words.reportValidity()) return;
    try {
      await post(`/evaluation/objections/${one.id}/answer`, { accepted, words: words.value });
      again();
    } catch (error) {
      said.hidden = false;
      put(said, messageOf(error));
    }
  };
  return el("form", { class: "objection__form" }, said, el("label", {}, t("evaluation.answer_words"), words),
    el("p", { class: "actions" },
      el("button", { class: "button button--main", type: "submit", onclick: send(true) }, t("evaluation.accept")),
      el("button", { class: "button", type: "button", onclick: send(false) }, t("evaluation.decline"))));
}
