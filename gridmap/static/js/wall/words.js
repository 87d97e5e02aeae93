// How long something took or is ago, and dates, as the wall says them.

import { serverNow } from "../format.js";
import { t } from "../texts.js";

const SPANS = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];

/** A stretch in its largest unit: 3 分钟, 2 小时, 1 天. */
export function span(seconds) {
  const whole = Math.max(0, seconds);
  const [unit, length] = SPANS.find(([, size]) => whole >= size) || SPANS[3];
  return t(`wall.${unit}`, { n: Math.floor(whole / length) });
}

/** How long ago, in words that change seldom: 刚刚, 20 秒前, 3 分钟前; `form` "row" is short. */
export function ago(seconds, form = "ago") {
  if (seconds < 10) return t("wall.now");
  if (seconds < 60) return t("wall.seconds_ago", { n: Math.floor(seconds / 10) * 10 });
  const [unit, length] = SPANS.find(([, size]) => seconds >= size);
  return t(`wall.${unit}_${form}`, { n: Math.floor(seconds / length) });
}

/** The age of a moment in seconds, by the server's clock. */
export function ageOf(date) {
  return (serverNow() - date) / 1000;
}

let zone = "Asia/Shanghai";
let language = "zh-CN";
let clockFormat = null;
let dayFormat = null;

/** Sets zone and language; formats are made once, since the clock uses them every second. */
export function setZone(timeZone, lang) {
  [zone, language] = [timeZone, lang];
  clockFormat = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  dayFormat = new Intl.DateTimeFormat(language, { timeZone: zone, year: "numeric", month: "numeric", day: "numeric", weekday: "long" });
}

/** Hours, minutes and seconds, two digits each. */
export function clockParts(date) {
  return clockFormat.format(date).split(":");
}

/** The date with its weekday. */
export function longDay(date) {
  const p = Object.fromEntries(dayFormat.formatToParts(date).map(({ type, value }) => [type, value]));
  return t("wall.day", { ...p, name: monthName(date, zone) });
}

/** A day YYYY-MM-DD in short; `isFirst`: with its month. */
export function shortDay(iso, isFirst) {
  const [, month, day] = iso.split("-").map(Number);
  const name = monthName(new Date(`${iso}T12:00:00Z`), "UTC");
  return t(isFirst ? "wall.month_day" : "wall.month_day_short", { month, day, name });
}

function monthName(date, timeZone) {
  return new Intl.DateTimeFormat("en", { timeZone, month: "short" }).format(date);
}
