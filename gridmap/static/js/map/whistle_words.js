// Whistles in words: their level and kind, and what an event of one decided. Nothing here touches the page.

import { comma, dayAndClock, distance } from "../format.js";
import { t } from "../texts.js";

const CALL = ["whistle_accepted", "whistle_on_site", "whistle_done", "whistle_rated"];
const SILENCE = ["whistle_raised", "whistle_overdue"];

/** 社区党委书记哨 · 应急哨. */
export function whistleName({ level, kind }) {
  return `${t(`whistle.level_${level}`)} · ${t(`whistle.${kind}`)}`;
}

/** How soon a unit has to accept, else it rises; to be there; to be done: [label, words] each. `found`: what /choices says of level and kind. */
export function whistleLimits(found, { due_at: due, paused_at: paused }) {
  if (!found) return [["", t("whistle.no_limits")]];
  const next = found.level < 4 ? t("whistle.then_rises", { level: t(`whistle.level_${found.level + 1}`) }) : t("whistle.then_overdue");
  const done = due && !paused ? t("whistle.limit_done", { when: dayAndClock(due) }) : t("whistle.limit_done_none");
  return [[t("whistle.accept"), t("whistle.limit_answer", { limit: found.answer.text, then: next })], [t("whistle.check_in"), t("whistle.limit_site", { limit: found.on_site.text })], [t("whistle.finish"), done]];
}

export function unitsWords(units = []) {
  return units.join(comma());
}

/** The parts of one line of a history; none for what is no event of a whistle. */
export function whistleWords(kind, data) {
  if (kind === "whistle") return [whistleName(data), t("whistle.to_units", { units: unitsWords(data.units) })];
  if (CALL.includes(kind)) return [data.unit, awayWords(data), data.rating === undefined ? null : t(`whistle.rating_${data.rating}`)];
  if (SILENCE.includes(kind)) return [kind === "whistle_raised" ? t("whistle.to_level", { level: t(`whistle.level_${data.level}`) }) : null, t("whistle.still_silent", { units: unitsWords(data.units) })];
  return [];
}

/** How far from the matter somebody checked in, and how well that is known; null for nothing known. */
export function awayWords({ distance_m: away, accuracy_m: accuracy }) {
  if (away === undefined || away === null) return null;
  return accuracy === null || accuracy === undefined ? t("whistle.away", { distance: distance(away) }) : t("whistle.away_at", { distance: distance(away), accuracy: distance(accuracy) });
}
