// One of several to choose from in a form.

import { el } from "../dom.js";

/** {input, node}: a radio with its words, and what stands beside them. */
export function choice(name, value, words, side, checked) {
  const input = el("input", { type: "radio", name, value, checked });
  return { input, node: el("label", { class: "act__choice" }, input, el("span", {}, words), el("small", {}, side)) };
}
