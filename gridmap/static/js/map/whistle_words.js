// Whistles in words: their level and kind, and what an event of one decided. Nothing here touches the page.

import { comma, distance } from "../format.js";
import { t } from "../texts.js";

const CALL = ["whistle_accepted", "whistle_on_site", "whistle_done", "whistle_rated"];
const SILENCE = ["whistle_raised", "whistle_overdue"];

/** 社区党委书记哨 · 应急哨. */
export function whistleName({ level, kind }) {
  return `${t(`whistle.level_${level}`)} · ${t(`whistle.${kind}`)}`;
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
