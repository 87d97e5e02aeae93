// Days of a week in the page's zone, and which parts of them shifts and absences take. Nothing here touches the page.

import { day, fromInputTime, serverNow } from "../format.js";

const DAY_MS = 864e5;
const DAY_MIN = 1440;

/** The seven local days, as 2026-11-16, of the week that one lies in; `text`: such a day, none: today. */
export function weekOf(text) {
  const at = Date.parse(`${/^\d{4}-\d\d-\d\d$/.test(text || "") ? text : day(serverNow().toISOString())}T00:00Z`);
  const monday = at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS;
  return Array.from({ length: 7 }, (_, n) => new Date(monday + n * DAY_MS).toISOString().slice(0, 10));
}

/** A day so many days later. */
export function later(text, days) {
  return new Date(Date.parse(`${text}T00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** When a local day begins and ends, in milliseconds. */
export function spanOf(text) {
  return [Date.parse(fromInputTime(`${text}T00:00`)), Date.parse(fromInputTime(`${later(text, 1)}T00:00`))];
}

const minutes = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const weekday = (text) => String(((new Date(`${text}T00:00Z`).getUTCDay() + 6) % 7) + 1);

/** The parts of a local day that shifts take: {from, to} as shares of it, and the words of the shift that begins there. */
export function shiftsOn(text, shifts) {
  if (!shifts.length) return [{ from: 0, to: 1, shift: null }];
  return shifts.flatMap((shift) => {
    const [begins, ends] = [minutes(shift.begins), minutes(shift.ends)];
    const on = (one) => shift.weekdays.split(",").includes(weekday(one));
    if (begins < ends) return on(text) ? [{ from: begins / DAY_MIN, to: ends / DAY_MIN, shift }] : [];
    return [
      on(later(text, -1)) && ends ? { from: 0, to: ends / DAY_MIN, shift, isRest: true } : null,
      on(text) ? { from: begins / DAY_MIN, to: 1, shift } : null,
    ].filter(Boolean);
  });
}

/** The part of a local day that an absence takes, as shares of it; null for none. */
export function awayOn(text, { begins, ends }) {
  const [from, to] = spanOf(text);
  const part = (iso) => (Date.parse(iso) - from) / (to - from);
  const [a, b] = [Math.max(part(begins), 0), Math.min(part(ends), 1)];
  return a < b ? { from: a, to: b } : null;
}

/** How far a local day has gone by now, as a share; null on any other day. */
export function nowOn(text) {
  const [from, to] = spanOf(text);
  const share = (serverNow() - from) / (to - from);
  return share >= 0 && share < 1 ? share : null;
}
