// What is chosen on the page of evaluation, and the months it speaks of.

import { chosen } from "../chosen.js";

export const { state, remember } = chosen(["tab", "by", "month", "span", "theme", "area", "person"]);

/** The month `back` months before one like 2026-11. */
export function monthBefore(name, back) {
  const at = Number(name.slice(0, 4)) * 12 + Number(name.slice(5)) - 1 - back;
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
}
