// Distances, deadlines, accuracy and numbers in the words of somebody who stands outside.

import { clock, day, deadline, dueTime, serverNow, span } from "../format.js";
import { runs } from "../status.js";
import { t, tOr } from "../texts.js";
import { words } from "./page.js";
import { grade } from "./position.js";

const MINUTE = 60_000;

/** 93 米, 1.2 公里. */
export function far(metres) {
  if (metres === null || metres === undefined) return "";
  if (metres >= 995) return words("km", { n: (metres / 1000).toFixed(1) });
  return words("metres", { n: Math.round(metres) });
}

/** 40 分, 1 小时 12 分, 3 天. */
export const spanOf = (ms) => span(Math.max(ms / 1000, 60), true);

/** {tone, words} of a deadline: late, soon (today, or within three hours), later; null where there is none. */
export function due(matter, now = serverNow()) {
  if (!runs(matter)) return null;
  const at = matter.due_at;
  const left = new Date(at) - now;
  if (left < 0) return { tone: "late", words: timeLeft(at, now) };
  if (isToday(at, now) || left < 180 * MINUTE) return { tone: "soon", words: timeLeft(at, now) };
  return { tone: "later", words: moment(at, now) };
}

/** 剩 1 小时 12 分, 超期 3 天; in the first minute 刚超期. */
export function timeLeft(at, now = serverNow()) {
  const late = now - new Date(at);
  return late > 0 && late < MINUTE ? words("just_late") : deadline(at, { now, fine: true });
}

/** Why the server did not take something, in words: its own, or those this page has for it. */
export function reasonOf({ code, message, details }) {
  if (code === "photo_gone") return words("photo_gone");
  if (code !== "action_not_now") return message || code;
  return words("refused_not_now", { status: tOr(`status.${details.status}`, details.status), action: tOr(`field.act_${details.action}`, details.action) });
}

/** 今天 15:33, 明天 12:00, 11月24日: a time to come. */
export const moment = (at, now = serverNow()) => dueTime(at, now);

export function isToday(at, now = serverNow()) {
  return day(at) === day(now.toISOString());
}

/** {tone, head, hint} of how well the place is known. */
export function accuracy(accuracyM) {
  const tone = grade(accuracyM);
  return { tone, head: words(`accuracy_${tone}`, { n: Math.round(accuracyM) }), hint: words(`accuracy_${tone}_hint`) };
}

/** 1119-0398 of 990001-20261119-0398; other numbers whole. */
export function shortNumber(number = "") {
  const parts = /^\d+-\d{4}(\d{4})-(\d+)$/.exec(number);
  return parts ? `${parts[1]}-${parts[2]}` : number;
}

/** 第11网格 of 河滨第11网格; other names whole. */
export function shortCell(name = "") {
  return /第\d+网格$/.exec(name)?.[0] || name;
}

/** What somebody is to do next, in a word: 待到场, 处置中, 待核查. */
export function stateWords({ status, in_triage: isTriage }) {
  if (isTriage) return t("status.triage");
  return tOr(`status.${status}`, status);
}

/** 0.4 MB. */
export function megabytes(bytes) {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(bytes / 1e6, 0.1).toFixed(1)} MB`;
}

/** 09:47, by this phone. */
export function clockOf(ms) {
  return clock(new Date(ms).toISOString());
}
