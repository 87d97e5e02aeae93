// Whistles in the field: which step one's own unit takes next, how far every unit called has come, and saying how one did.

import { el } from "../dom.js";
import { clock, day, fullTime, serverNow } from "../format.js";
import { awayWords, unitsWords, whistleName } from "../map/whistle_words.js";
import { t } from "../texts.js";
import { words } from "./page.js";
import { timeLeft } from "./say.js";
import { shape, sign } from "./signs.js";

export const STEPS = ["accept", "check_in", "finish"];
const REACHED = ["called", "accepted", "on_site", "done"];
const MOMENTS = { called: "called_at", accepted: "accepted_at", on_site: "checked_in_at", done: "done_at" };
const STATE = { called: "to_accept", accepted: "to_come", on_site: "to_finish", done: "waits_others" };
const LIVE = ["blown", "overdue", "answered", "done"];

/** The call of one's own unit; undefined where it was not called. */
const ownCall = ({ calls }) => calls.find(({ own }) => own);

/** {whistle, step} of what one's own unit has to do next about a matter; null for nothing. */
export function nextStep({ whistles = [] }) {
  for (const whistle of whistles) {
    const step = STEPS.find((name) => whistle.may.includes(name));
    if (step && ownCall(whistle)) return { whistle, step };
  }
  return null;
}

/** Whether somebody here has to do something about a whistle of the list. */
export const waitsForMe = (whistle) => STEPS.some((step) => whistle.may.includes(step)) && Boolean(ownCall(whistle));

/** One whistle as a row: over what, who blew it, what one has to do and by when; for who blew it how many came. */
export function whistleRow(whistle) {
  const own = ownCall(whistle);
  const due = own ? { called: whistle.answer_by, accepted: own.site_by }[own.status] : whistle.answer_by;
  const state = own ? words(`whistle_${STATE[own.status]}`) : whistle.may.includes("rate") ? words("whistle_to_rate") : words("whistle_came", { n: whistle.calls.filter(({ status }) => status !== "called").length, all: whistle.calls.length });
  const said = own ? words("whistle_from", { name: whistle.caller }) : words("whistle_mine");
  return el("a", { class: "task task--whistle", href: `#/task/${encodeURIComponent(whistle.number)}`, dataset: { whistle: whistle.id } }, shape("whistle", "!"),
    el("span", { class: "task__what" }, el("b", {}, whistle.category_name), el("small", {}, [t(`whistle.${whistle.kind}`), said, spoken(whistle.words)].filter(Boolean).join(" · "))),
    el("span", { class: "task__when" }, el("b", { class: "whistle-word" }, state), due ? el("small", { class: `due due--${new Date(due) < serverNow() ? "late" : "soon"}` }, timeLeft(due)) : null));
}

const spoken = (said = []) => said.map(({ text, erased }) => (erased ? t("panel.erased") : text)).join(" ");

/** The whistles over a matter, the last first; `act(name, whistle, more)` takes what is tapped. */
export function whistlesPart({ whistles = [] }, act) {
  const shown = [...whistles].reverse();
  return shown.length ? el("section", { class: "calls", "aria-label": t("whistle.title") }, shown.map((whistle) => one(whistle, act))) : null;
}

function one(whistle, act) {
  const { calls, caller, status, words: asked, taken_back: back, raised } = whistle;
  const missing = calls.filter((call) => call.status !== "done").map(({ unit }) => unit);
  return el("article", { class: `call call--${status}` },
    el("h2", {}, shape("whistle", "", 22), el("span", {}, whistleName(whistle)), el("em", {}, t(`whistle.${status}`))),
    el("p", { class: "quiet" }, t("whistle.by", { name: caller, when: stamp(whistle.called_at) }), status === "blown" && whistle.answer_by ? ` · ${t("whistle.accept")} ${timeLeft(whistle.answer_by)}` : ""),
    asked?.length ? el("p", { class: "call__said" }, spoken(asked)) : null,
    raised ? el("p", { class: "call__raised" }, t("whistle.raised", { n: raised })) : null,
    back?.length ? el("p", { class: "quiet" }, `${t("whistle.said_taken_back")} ${spoken(back)}`) : null,
    el("ul", {}, calls.map((call) => unit(whistle, call, act))),
    LIVE.includes(status) && missing.length ? el("p", { class: "quiet" }, t("whistle.hold", { units: unitsWords(missing) })) : null);
}

function unit(whistle, call, act) {
  const reached = REACHED.indexOf(call.status);
  const canRate = whistle.may.includes("rate") && call.status === "done" && call.rating === null;
  return el("li", { class: call.own ? "is-own" : "", dataset: { unit: call.unit } },
    el("p", { class: "call__unit" }, el("b", {}, call.unit), call.own ? el("small", {}, t("whistle.mine")) : null, call.rating === null ? null : el("small", {}, t("whistle.rating", { rating: t(`whistle.rating_${call.rating}`) }))),
    el("ol", { class: "stages" }, REACHED.map((name, i) => el("li", { class: i <= reached ? "is-done" : i === reached + 1 ? "is-now" : "" }, el("i", {}), el("span", {}, t(`whistle.step_${name}`)),
      call[MOMENTS[name]] ? el("time", { datetime: call[MOMENTS[name]], title: fullTime(call[MOMENTS[name]]) }, stamp(call[MOMENTS[name]])) : null))),
    awayWords(call) ? el("p", { class: "quiet" }, sign("pin", 16), awayWords(call)) : null,
    call.words.length ? el("p", {}, spoken(call.words)) : null,
    call.photos.length ? el("div", { class: "sent__photos" }, call.photos.map(({ url, thumbnail_url: small }) => el("a", { href: url, target: "_blank", rel: "noopener" }, el("img", { src: small, alt: t("whistle.evidence"), loading: "lazy" })))) : null,
    canRate ? el("div", { class: "call__rates", role: "group", "aria-label": t("whistle.rate_title", { unit: call.unit }) }, el("p", { class: "quiet" }, t("whistle.rate_title", { unit: call.unit })),
      [2, 1, 0].map((rating) => el("button", { type: "button", class: "side", onclick: () => act("rate", whistle, { unit: call.unit, rating }) }, t(`whistle.rating_${rating}`)))) : null);
}

function stamp(iso) {
  return day(iso) === day(serverNow().toISOString()) ? clock(iso) : `${day(iso).slice(5)} ${clock(iso)}`;
}

