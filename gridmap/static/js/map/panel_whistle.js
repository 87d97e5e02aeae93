// The whistles over a matter in its panel: who was called, how far each unit has come, and what the reader may do next.

import { el, time } from "../dom.js";
import { clock, day, fullTime, serverNow, span } from "../format.js";
import { t } from "../texts.js";
import { offer } from "./action_forms.js";
import { dueMoment, dueWords, since } from "./due.js";
import { whistleForm } from "./whistle_form.js";
import { rateNode, stepNode } from "./whistle_steps.js";
import { awayWords, unitsWords, whistleName } from "./whistle_words.js";

const STEPS = [["called", "called_at"], ["accepted", "accepted_at"], ["on_site", "checked_in_at"], ["done", "done_at"]];
const OWN_STEPS = ["accept", "check_in", "finish"];
const TONES = { blown: "whistle", overdue: "overdue", answered: "handling", done: "done", closed: "done", cancelled: "suspended" };
const HOLDING = ["blown", "overdue", "answered"];
const FAR_M = 300; // farther than that from the matter is pointed out, nothing more

offer("whistle", whistleForm);

/** The section for a matter's properties, the whistle blown last first; null where none was blown. */
export function whistlesPart(p, panel) {
  const whistles = [...(p.whistles || [])].reverse();
  return whistles.length ? el("section", { class: "whistles", "aria-label": t("whistle.title") }, whistles.map((whistle) => one(whistle, p.number, panel))) : null;
}

function one(whistle, number, panel) {
  const { calls, may, raised, status } = whistle;
  const missing = calls.filter((call) => call.status !== "done").map(({ unit }) => unit);
  return el("article", { class: `whistle whistle--${status}` },
    el("h3", { class: "panel__bar whistle__bar" }, whistleName(whistle), el("span", { class: `tag tag--${TONES[status]} panel__side` }, t(`whistle.${status}`))),
    el("p", { class: "whistle__facts quiet" }, blownBy(whistle), whistle.answer_by && status === "blown" ? el("span", { title: t("whistle.answer_by", { when: fullTime(whistle.answer_by) }) }, `${t("whistle.accept")} `, dueWords(whistle.answer_by, { fine: true })) : null),
    spoken(whistle.words, "whistle__said"),
    raised ? el("p", { class: "whistle__raised" }, t("whistle.raised", { n: raised })) : null,
    spoken(whistle.taken_back, "whistle__said", "taken_back"),
    el("ul", { class: "whistle__calls" }, calls.map((call) => callNode(whistle, call, number, panel))),
    HOLDING.includes(status) ? el("p", { class: "whistle__hold quiet" }, t("whistle.hold", { units: unitsWords(missing) })) : null,
    may.includes("cancel") ? stepNode("cancel", whistle, number, panel) : null);
}

/** “Li Leads 3 分钟前吹哨”, the time said anew while the page is open. */
function blownBy({ caller, called_at: at }) {
  const mark = "\u0000";
  const [before, after] = t("whistle.by", { name: caller, when: mark }).split(mark);
  return el("span", {}, before, since(at), after);
}

function callNode(whistle, call, number, panel) {
  const step = call.own ? OWN_STEPS.find((name) => whistle.may.includes(name)) : null;
  const canRate = whistle.may.includes("rate") && call.status === "done" && call.rating === null;
  return el("li", { class: call.own ? "whistle__call is-own" : "whistle__call", dataset: { unit: call.unit } },
    el("p", { class: "whistle__unit" }, el("b", {}, call.unit), call.own ? el("small", { class: "tag" }, t("whistle.mine")) : null, verdict(call)),
    stepsNode(call), placeNode(call), evidence(call),
    step ? stepNode(step, whistle, number, panel) : null,
    canRate ? rateNode(whistle, call.unit, panel) : null);
}

function verdict({ rating, status, site_by: by }) {
  if (rating !== null) return el("span", { class: `whistle__verdict whistle__verdict--${rating}` }, t(`whistle.rating_${rating}`));
  if (by && (status === "called" || status === "accepted")) return el("small", { class: "whistle__site quiet" }, t("whistle.site_by", { when: "" }), dueMoment(by));
  return null;
}

/** Four steps in a row: those done with their time, the next one hollow. */
function stepsNode(call) {
  const reached = STEPS.findIndex(([name]) => name === call.status);
  return el("ol", { class: "steps" }, STEPS.map(([name, key], at) =>
    el("li", { class: at <= reached ? "is-done" : at === reached + 1 ? "is-next" : "" }, el("i", {}), el("b", {}, t(`whistle.step_${name}`)),
      call[key] ? time(call[key], stamp(call[key]), fullTime(call[key])) : el("span", { class: "quiet" }, "—"))));
}

function stamp(iso) {
  return day(iso) === day(serverNow()) ? clock(iso) : `${day(iso).slice(5)} ${clock(iso)}`;
}

/** Where it checked in, pointed out where that is far off, and how long it took in all. */
function placeNode(call) {
  const away = awayWords(call);
  const isFar = away && call.distance_m > FAR_M + (call.accuracy_m || 0);
  const took = call.done_at ? t("whistle.took", { span: span((Date.parse(call.done_at) - Date.parse(call.called_at)) / 1000, true) }) : null;
  if (!away && !took) return null;
  return el("p", { class: "whistle__place" }, away ? el("span", { class: isFar ? "is-far" : "" }, isFar ? `${t("whistle.far")} · ${away}` : away) : null, took ? el("span", { class: "quiet" }, took) : null);
}

/** What the caller wrote, or why it was taken back; null where nobody said anything. */
function spoken(words = [], style, event = "asked") {
  const said = words.map(({ text, erased }) => (erased ? t("panel.erased") : text)).join(" ");
  return said ? el("p", { class: style }, el("small", {}, t(`whistle.said_${event}`)), " ", said) : null;
}

function evidence({ words, photos }) {
  if (!words.length && !photos.length) return null;
  return el("div", { class: "whistle__evidence" }, spoken(words, "", "did"),
    photos.length ? el("div", { class: "whistle__photos" }, photos.map(({ url, thumbnail_url: small }) =>
      el("a", { href: url, target: "_blank", rel: "noopener" }, el("img", { src: small, alt: t("whistle.evidence") })))) : null);
}
