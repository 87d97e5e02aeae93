// Re-checks: the matters drawn to be looked at again, how each was found, and saying so.

import { get, post } from "../api.js";
import { el, put } from "../dom.js";
import { ago, count, fullTime, percent } from "../format.js";
import { empty, failure, messageOf, skeleton } from "../states.js";
import { t, tOr } from "../texts.js";
import { remember, state } from "./state.js";

const DONE = { open: false, done: true, all: null };
const LIMIT = 100;
const WORDS_LIMIT = 4000;

export function rechecksTab(view, data) {
  const body = el("div", {});
  const tally = el("p", { class: "tally", role: "status" });
  let shown = { rechecks: [], next: null };

  async function load(cursor = null) {
    if (!cursor) put(body, skeleton(9));
    try {
      const told = await get("/rechecks", { month: state.month, done: DONE[which()] === null ? "" : String(DONE[which()]), limit: LIMIT, cursor });
      shown = { ...told, rechecks: cursor ? [...shown.rechecks, ...told.rechecks] : told.rechecks };
      draw();
    } catch (error) {
      put(body, failure(error, () => load()));
    }
  }

  function draw() {
    const { drawn, done, well } = shown.tally;
    put(tally, t("roster.rechecks_tally", { drawn: count(drawn), done: count(done), well: count(well), share: done ? percent(well / done) : "—" }));
    if (!shown.rechecks.length) { put(body, nothing(drawn)); return; }
    put(body, el("ul", { class: "rechecks" }, shown.rechecks.map((one) => row(one, data, () => load()))),
      shown.next ? el("p", { class: "week__more" }, el("button", { type: "button", class: "button", onclick: () => load(shown.next) }, t("roster.more", { n: shown.rechecks.length }))) : null);
  }

  const month = el("select", { onchange: () => { remember({ month: month.value }); load(); } },
    el("option", { value: "", selected: !state.month }, t("roster.all_months")), data.months.map((name) => el("option", { value: name, selected: name === state.month }, name)));
  const choice = el("div", { class: "segments", role: "group", "aria-label": t("roster.which_rechecks") });
  const drawChoice = () => put(choice, Object.keys(DONE).map((name) => el("button", { type: "button", "aria-pressed": String(name === which()), onclick: () => { remember({ done: name }); drawChoice(); load(); } }, t(`roster.rechecks_${name}`))));
  drawChoice();
  put(view, el("section", { class: "card" }, el("div", { class: "tools" }, el("label", { class: "choice" }, t("roster.drawn_in"), month), choice, tally), body));
  load();
}

const which = () => (state.done in DONE ? state.done : "open");

function nothing(drawn) {
  return drawn ? empty(t("roster.rechecks_none_here"), t("roster.rechecks_none_here_hint")) : empty(t("roster.rechecks_none"), t("roster.rechecks_none_hint"));
}

function row(one, { may }, changed) {
  const { id, number, category_name: category, cell, closed_at: closed, month, status, done_at: done, well } = one;
  const state_ = done ? (well ? "well" : "not_well") : "open";
  return el("li", { class: "recheck", dataset: { recheck: id } },
    el("a", { class: "recheck__what", href: `/map#at=issue:${encodeURIComponent(number)}` }, el("b", {}, category), el("small", {}, [number, cell?.name || t("status.triage")].join(" · "))),
    el("span", { class: "recheck__when" }, closed ? el("time", { datetime: closed, title: fullTime(closed) }, t("roster.closed", { when: ago(closed) })) : tOr(`status.${status}`, status), el("small", {}, t("roster.drawn", { month }))),
    el("span", { class: `tag tag--${{ well: "done", not_well: "overdue", open: "reported" }[state_]}` }, t(`roster.found_${state_}`), done ? el("small", {}, ` · ${ago(done)}`) : null),
    done || !may.act ? el("span", {}) : verdict(id, number, changed));
}

/** Well at once; not well with what was found, since the matter begins anew. */
function verdict(id, number, changed) {
  const fault = el("p", { class: "alert", role: "alert", hidden: true });
  const words = el("textarea", { rows: 2, maxlength: WORDS_LIMIT, required: true, placeholder: t("roster.not_well_hint"), "aria-label": t("roster.not_well_words") });
  const form = el("form", { class: "recheck__form", hidden: true, onsubmit: (event) => { event.preventDefault(); say(false); } }, words,
    el("div", { class: "actions" }, el("button", { type: "submit", class: "button button--main" }, t("roster.not_well_send")), el("button", { type: "button", class: "button", onclick: () => fold(true) }, t("roster.back"))));
  const buttons = el("div", { class: "actions" },
    el("button", { type: "button", class: "button", "aria-label": t("roster.well_of", { number }), onclick: () => say(true) }, t("roster.found_well")),
    el("button", { type: "button", class: "button", "aria-label": t("roster.not_well_of", { number }), "aria-expanded": "false", onclick: () => fold(false) }, t("roster.found_not_well")));
  const fold = (isFolded) => { form.hidden = isFolded; buttons.hidden = !isFolded; (isFolded ? buttons.lastChild : words).focus(); };
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); fold(true); } });
  async function say(well) {
    try {
      await post(`/rechecks/${id}`, { well, ...(well ? {} : { words: words.value.trim() }) });
      changed();
    } catch (error) {
      if (error.status === undefined) throw error;
      Object.assign(fault, { hidden: false, textContent: messageOf(error) });
    }
  }
  return el("div", { class: "recheck__do" }, buttons, form, fault);
}
