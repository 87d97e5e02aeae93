// Figures about people: one's own, and, one person at a time, those of the people one directly leads. Nothing is ranked.

import { get, post } from "../api.js";
import { el, put } from "../dom.js";
import { NOTHING, count } from "../format.js";
import { empty, failure, messageOf, skeleton } from "../states.js";
import { t } from "../texts.js";
import { choice, figureButton } from "./bits.js";
import { openMatters } from "./drawer.js";
import { remember, state } from "./state.js";

/** One's own figures, each open to objection. */
export function mineTab(view, data) {
  sheet(view, data, data.me.person_id, t("evaluation.mine_lead"));
}

/** Those of the people one leads. */
export async function peopleTab(view, data) {
  put(view, skeleton(9));
  try {
    const { people } = await get("/evaluation/people");
    const led = people.filter((one) => !one.is_me);
    if (!led.length) {
      put(view, el("div", { class: "card" }, empty(t("evaluation.people_none"))));
      return;
    }
    const chosen = led.find((one) => String(one.id) === state.person) || led[0];
    const body = el("div", { class: "people__one" });
    const names = el("nav", { class: "card people__names", "aria-label": t("evaluation.choose_person") },
      el("p", { class: "card__hint" }, t("evaluation.people_lead")),
      led.map((one) => el("button", { type: "button", "aria-pressed": String(one.id === chosen.id), onclick: () => { remember({ person: one.id }); peopleTab(view, data); } },
        el("b", {}, one.name), el("small", {}, one.roles.join(" · ")))));
    put(view, el("div", { class: "people" }, names, body));
    sheet(body, data, chosen.id, null);
  } catch (error) {
    put(view, failure(error, () => peopleTab(view, data)));
  }
}

async function sheet(view, data, person, lead) {
  const month = data.months.includes(state.month) ? state.month : data.months[0];
  const again = () => sheet(view, data, person, lead);
  const card = el("section", { class: "card personal" });
  put(view, card);
  put(card, skeleton(9));
  try {
    const answer = await get(`/evaluation/people/${person}`, { month });
    const named = Object.fromEntries(answer.indicators.map((one) => [one.code, one]));
    put(card,
      el("header", { class: "personal__head" }, el("h2", {}, answer.person.name),
        choice(t("evaluation.month"), data.months.map((one) => [one, one]), month, (one) => { remember({ month: one }); again(); }),
        answer.is_final ? null : el("span", { class: "tag tag--handling" }, t("evaluation.running"))),
      lead ? el("p", { class: "card__hint" }, lead) : null,
      answer.figures.some((one) => one.is_few && one.cases) ? el("p", { class: "card__hint" }, t("evaluation.few_hint", { n: answer.least })) : null,
      el("ul", { class: "personal__list" }, answer.figures.map((figure) => line(figure, named[figure.indicator], answer, again))));
  } catch (error) {
    put(card, failure(error, again));
  }
}

function line(figure, indicator, answer, again) {
  const open = () => openMatters({ path: `/evaluation/people/${answer.person.id}/matters`, query: { month: answer.month }, indicator, place: answer.person.name, figure });
  const form = el("div", { hidden: true });
  const item = el("li", {},
    el("div", { class: "personal__what" }, el("b", {}, indicator.name), el("small", {}, indicator.formula)),
    el("div", { class: "personal__value" }, figure.is_few ? few(figure, answer) : figureButton(figure, indicator, answer.person.name, open),
      figure.left_out ? el("small", {}, t("evaluation.left_out", { n: figure.left_out })) : null),
    answer.person.is_me && !figure.is_few ? el("button", { class: "button", type: "button", onclick: () => { form.hidden = !form.hidden; if (!form.hidden) objectionForm(form, indicator, answer.month, again); } }, t("evaluation.object")) : null,
    form);
  return item;
}

/** So few that chance would speak: how many there are, and from how many on a share is told. */
function few({ cases }, { least }) {
  if (!cases) return el("span", { class: "figure--none", title: t("evaluation.empty_base") }, `${NOTHING} `, el("small", {}, t("evaluation.empty_base")));
  return el("span", { class: "is-quiet", title: t("evaluation.few_hint", { n: least }) }, t("evaluation.few", { n: count(cases), least }));
}

function objectionForm(place, indicator, month, again) {
  const words = el("textarea", { rows: "3", maxlength: "4000", required: true });
  const issue = el("input", { maxlength: "64", autocomplete: "off" });
  const said = el("p", { class: "alert", role: "alert", hidden: true });
  const send = async (event) => {
    event.preventDefault();
    try {
      await post("/evaluation/objections", { month, indicator: indicator.code, words: words.value, ...(issue.value.trim() ? { issue: issue.value.trim() } : {}) });
      put(place, el("p", { class: "alert alert--done", role: "status" }, t("evaluation.object_sent")));
    } catch (error) {
      said.hidden = false;
      put(said, messageOf(error));
    }
  };
  put(place, el("form", { class: "objection__form", onsubmit: send },
    el("h3", {}, t("evaluation.object_to", { name: indicator.name })), el("p", { class: "card__hint" }, t("evaluation.object_hint")), said,
    el("label", {}, t("evaluation.object_words"), words), el("label", {}, t("evaluation.object_issue"), issue),
    el("button", { class: "button button--main", type: "submit" }, t("evaluation.object_send"))));
  words.focus();
}
