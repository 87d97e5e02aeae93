// “为什么是这个网格”: the finding explained, folded away: shares as bars, margin, rule, what was sent.

import { el } from "../dom.js";
import { ago, distance, lonLat, percent } from "../format.js";
import { icon } from "../icons.js";
import { t, tOr } from "../texts.js";
import { actorName } from "./event_words.js";

const SHOWN = 3;
const COARSE = 0.2; // no cell is likelier than that: the place alone cannot decide

/** The folded part of a matter's panel; nothing where the matter has no why. */
export function whyPart({ why, cell, events = [] }, panel) {
  if (!why) return null;
  const isChosen = why.rule === "chosen_by_person";
  panel.folded ??= why.status === "inside" && !isChosen; // what is certain need not be read
  const body = el("div", { class: "why__body", hidden: panel.folded },
    isChosen ? choice(events) : null, bars(why), facts(why, cell));
  const button = el("button", { type: "button", class: "why__head", "aria-expanded": String(!panel.folded) },
    el("h3", {}, t("panel.why")), isChosen ? el("span", { class: "tag tag--reported" }, t("panel.where_chosen")) : el("span", { class: `tag tag--${tone(why.status)}` }, t(`panel.where_${why.status}`)), icon("chevron"));
  button.addEventListener("click", () => {
    panel.folded = !panel.folded;
    body.hidden = panel.folded;
    button.setAttribute("aria-expanded", String(!panel.folded));
  });
  return el("section", { class: "why" }, button, body);
}

/** A person's choice: by whom and when; the shares below it are what the place alone said. */
function choice(events) {
  const event = events.filter(({ kind }) => kind === "choose_cell").pop();
  return [
    event ? el("p", { class: "why__choice" }, t("panel.chosen_by", { name: actorName(event.actor) || t("panel.somebody"), when: ago(event.at) })) : null,
    el("p", { class: "quiet" }, t("panel.place_said")),
  ];
}

function tone(status) {
  return { inside: "done", ambiguous: "handling", near: "handling", outside: "suspended" }[status] || "suspended";
}

/** The best few of those it could be in, with the one it is in; a place known too coarsely is said to be so. */
function bars({ candidates = [], cell, sent }) {
  if (!candidates.length) return null;
  const shown = bestOf(candidates, cell);
  const rest = candidates.length - shown.length;
  const isCoarse = rest > 0 && Math.max(...candidates.filter(({ code }) => code).map(({ share }) => share)) < COARSE;
  return [
    isCoarse ? el("p", { class: "why__coarse" }, t(sent?.accuracy_m ? "panel.too_coarse" : "panel.too_coarse_bare", { accuracy: distance(sent?.accuracy_m || 0) })) : null,
    list(shown, cell),
    rest ? el("p", { class: "quiet" }, t("panel.more_cells", { n: rest })) : null,
  ];
}

/** At most SHOWN by their share, the one it is in among them, in their order. */
export function bestOf(candidates, cell) {
  if (candidates.length <= SHOWN) return candidates;
  const isIn = ({ code }) => Boolean(cell) && code === cell.code;
  const best = [...candidates].sort((a, b) => isIn(b) - isIn(a) || b.share - a.share).slice(0, SHOWN);
  return candidates.filter((one) => best.includes(one));
}

function list(candidates, cell) {
  return el("ul", { class: "shares" }, candidates.map((candidate) => {
    const chosen = cell && candidate.code === cell.code;
    return el("li", { class: chosen ? "is-chosen" : "" },
      el("span", {}, candidate.code ? candidate.name : t("panel.no_cell"), candidate.overlap ? el("small", {}, ` ${t("panel.overlap")}`) : null),
      el("span", { class: "shares__bar", "aria-hidden": "true" }, el("i", { css: { width: `${Math.min(candidate.share * 100, 100)}%` } })),
      el("b", {}, percent(candidate.share)));
  }));
}

function facts(why, cell) {
  const { sent } = why;
  const accuracy = sent?.accuracy_m;
  const entries = [
    ["place", why.margin_m !== null && why.margin_m !== undefined ? t("panel.margin", { margin: distance(why.margin_m), accuracy: accuracy ? distance(accuracy) : "—" }) : null],
    ["nearest", why.nearest ? t("panel.nearest", { name: why.nearest.name, distance: distance(why.nearest.distance_m) }) : null],
    ["rule", why.rule ? tOr(`rule.${why.rule}`, why.rule) : null],
    ["coordinate", why.lon_lat_wgs84 ? `WGS84 ${lonLat(why.lon_lat_wgs84)}` : null],
    ["sent", sent && sent.datum !== "wgs84" ? t("panel.sent_as", { datum: sent.datum.toUpperCase(), lon_lat: lonLat([sent.lon, sent.lat]) }) : null],
    ["version", cell?.version ? t("panel.cell_version", { name: cell.name, n: cell.version }) : null],
  ];
  return el("dl", { class: "facts" }, entries.filter(([, words]) => words).map(([name, words]) =>
    el("div", {}, el("dt", {}, t(`panel.fact_${name}`)), el("dd", {}, words))));
}
