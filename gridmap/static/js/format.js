// Numbers, times, distances and codes as people here read them. Nothing here touches the page.

import { t } from "./texts.js";

let zone = "Asia/Shanghai";
let language = "zh-CN";
let aheadMs = 0;
const formatters = new Map();
const CLOCK_SLACK_MS = 3000;

/** Sets the time zone (IANA) and language (zh-CN, en) that everything below is said in. */
export function setLocale(timeZone, lang) {
  zone = timeZone || zone;
  language = lang || language;
}

/** Sets what time it is on the server, since this machine's clock may be wrong. */
export function setNow(iso) {
  if (iso) aheadMs = Date.parse(iso) - Date.now();
}

/** The same from answers, which tell whole seconds: a clock that is right to some seconds is left alone. */
export function setClock(iso) {
  if (iso && Math.abs(Date.parse(iso) - serverNow()) > CLOCK_SLACK_MS) setNow(iso);
}

/** What time it is, as the server sees it. */
export function serverNow() {
  return new Date(Date.now() + aheadMs);
}

export const NOTHING = "—";

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** A whole number: 3,688; from ten thousand on 1.2万 in Chinese. Null is a dash. */
export function count(n) {
  if (n === null || n === undefined || Number.isNaN(n)) return NOTHING;
  if (language.startsWith("zh") && Math.abs(n) >= 1e4) return `${trimmed(n / 1e4, 1)}万`;
  return WHOLE.format(n);
}

/** What stands between the parts of a list. */
export function comma() {
  return language.startsWith("zh") ? "、" : ", ";
}

/** A share of 1 as a percentage with one decimal. */
export function percent(share) {
  if (share === null || share === undefined) return NOTHING;
  return share === 1 ? "100%" : `${(share * 100).toFixed(1)}%`;
}

/** A number with one decimal. */
export function decimal(n) {
  return new Intl.NumberFormat(document.documentElement.lang || "zh-CN", { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(n);
}

/** Metres: 8.5 m, 32 m, 1.2 km. */
export function distance(metres) {
  if (metres === null || metres === undefined) return NOTHING;
  if (metres >= 1000) return `${trimmed(metres / 1000, 1)} km`;
  return metres < 10 ? `${trimmed(metres, 1)} m` : `${Math.round(metres)} m`;
}

/** An area in square metres as km². */
export function squareKm(squareMetres) {
  if (squareMetres === null || squareMetres === undefined) return NOTHING;
  return `${(squareMetres / 1e6).toFixed(2)} km²`;
}

/** A density with as many digits as it can bear: 8.4, 84. */
export function density(value) {
  return value < 10 ? trimmed(value, 1) : count(Math.round(value));
}

/** A 12 or 15 digit area code in its segments: 990001 003 012 012. Others stay as they are. */
export function areaCode(code) {
  const parts = /^(\d{6})(\d{3})?(\d{3})?(\d{3})?$/.exec(code || "");
  return parts ? parts.slice(1).filter(Boolean).join(" ") : code;
}

/** The number of a cell inside its community, without the tree before it: 12 for …012. */
export function shortCode(code) {
  return /^\d{15}$/.test(code) ? String(Number(code.slice(12))).padStart(2, "0") : code.slice(-4);
}

/** Longitude and latitude with six decimals, about 0.1 m. */
export function lonLat([lon, lat]) {
  return `${lon.toFixed(6)}, ${lat.toFixed(6)}`;
}

/** When something happened, seen from `now`: 刚刚, 5 分钟前, 今天 14:32, 昨天 09:10, 11月3日, 2025年11月3日. */
export function ago(iso, now = serverNow()) {
  if (!iso) return NOTHING;
  const then = new Date(iso);
  const seconds = (now - then) / 1000;
  if (seconds > -60 && seconds < 60) return t("time.now");
  if (seconds > 0 && seconds < 3600) return t("time.minutes_ago", { n: Math.floor(seconds / 60) });
  const [a, b] = [parts(then), parts(now)];
  const days = dayNumber(b) - dayNumber(a);
  const clock = `${a.hour}:${a.minute}`;
  if (days === 0) return t("time.today", { clock });
  if (days === 1) return t("time.yesterday", { clock });
  return dayWords(a, b, then);
}

/** How long until a deadline, or since it: 剩 38 分, 剩 2 小时, 超期 1 天; with `fine` the smaller unit too. Null: nothing. */
export function deadline(iso, { now = serverNow(), fine = false } = {}) {
  if (!iso) return "";
  const left = (new Date(iso) - now) / 1000;
  return t(left < 0 ? "time.late" : "time.left", { span: span(Math.abs(left), fine) });
}

/** A length of time in seconds: 25 分, 3 小时, 2 天; with `fine` 1 小时 20 分. */
export function span(seconds, fine = false) {
  const minutes = Math.max(Math.floor(seconds / 60), 0);
  const [hours, days] = [Math.floor(minutes / 60), Math.floor(minutes / 1440)];
  const parts = days ? [["days", days], ["hours", hours % 24]] : hours ? [["hours", hours], ["minutes", minutes % 60]] : [["minutes", minutes]];
  return parts.slice(0, fine ? 2 : 1).filter(([, n], at) => !at || n).map(([unit, n]) => t(`time.n_${unit}`, { n })).join(" ");
}

/** When something is due, seen from `now`: 今天 15:52, 明天 09:00, 11月23日. */
export function dueTime(iso, now = serverNow()) {
  if (!iso) return NOTHING;
  const [a, b] = [parts(new Date(iso)), parts(now)];
  const days = dayNumber(a) - dayNumber(b);
  const clockWords = `${a.hour}:${a.minute}`;
  if (days === 0) return t("time.today", { clock: clockWords });
  if (days === 1) return t("time.tomorrow", { clock: clockWords });
  return days === -1 ? t("time.yesterday", { clock: clockWords }) : dayWords(a, b, new Date(iso));
}

function dayWords(a, b, date) {
  return t(a.year === b.year ? "time.day" : "time.day_of_year", { year: a.year, month: Number(a.month), day: Number(a.day), name: monthName(date) });
}

/** A day of this year or another with its clock: 11月19日 06:00. */
export function dayAndClock(iso, now = serverNow()) {
  const date = new Date(iso);
  const a = parts(date);
  return `${dayWords(a, parts(now), date)} ${a.hour}:${a.minute}`;
}

/** The moment today began here (`days` earlier: that day), as ISO: for filters by day. */
export function startOfDay(days = 0, now = serverNow()) {
  const p = parts(now);
  const since = (Number(p.hour) * 3600 + Number(p.minute) * 60 + Number(p.second)) * 1000 + (now % 1000);
  return new Date(now - since - days * 864e5).toISOString();
}

/** The full time, for hovering: 2026-11-20 14:32:05. */
export function fullTime(iso) {
  if (!iso) return NOTHING;
  const p = parts(new Date(iso));
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}:${p.second}`;
}

/** A moment as an input of date and time takes it, in the page's zone; `laterS`: so many seconds later. */
export function inputTime(iso, laterS = 0) {
  const p = parts(new Date(Date.parse(iso) + laterS * 1000));
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}`;
}

/** What such an input says, as ISO in UTC. */
export function fromInputTime(text) {
  const wanted = Date.parse(`${text}Z`);
  const aheadOf = (ms) => Date.parse(`${inputTime(new Date(ms).toISOString())}Z`) - Math.floor(ms / 60_000) * 60_000;
  return new Date(wanted - aheadOf(wanted - aheadOf(wanted))).toISOString().replace(".000Z", "Z");
}

/** Only the clock: 14:32. */
export function clock(iso) {
  const p = parts(new Date(iso));
  return `${p.hour}:${p.minute}`;
}

/** Only the day: 2026-08-01. */
export function day(iso) {
  if (!iso) return NOTHING;
  const p = parts(new Date(iso));
  return `${p.year}-${p.month}-${p.day}`;
}

function trimmed(value, digits) {
  return value.toFixed(digits).replace(/\.0+$/, "");
}

function dayNumber(p) {
  return Date.UTC(Number(p.year), Number(p.month) - 1, Number(p.day)) / 864e5;
}

function monthName(date) {
  return formatter("en", { month: "short" }).format(date);
}

/** A formatter in the page's zone: making one takes longer than a hundred dates. */
function formatter(language, options) {
  const key = `${zone} ${language}`;
  if (!formatters.has(key)) formatters.set(key, new Intl.DateTimeFormat(language, { timeZone: zone, ...options }));
  return formatters.get(key);
}

function parts(date) {
  const pieces = formatter("en-CA", {
    hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(date);
  return Object.fromEntries(pieces.map(({ type, value }) => [type, value]));
}
