// The head of a legend: what is shown, its unit, and what it is of.

import { el } from "../dom.js";

/** `moment` takes the place of what stands at the right where there is room for one line only. */
export function legendHead(title, unit, right, moment) {
  return el("h2", { class: "legend__head" }, title, el("small", {}, unit || ""), el("span", {}, right || ""), el("i", { class: "legend__moment" }, moment || ""));
}
