// Small parts that several tabs are made of: choices, figures with their bars.

import { el } from "../dom.js";
import { NOTHING, count, percent } from "../format.js";
import { t } from "../texts.js";

/** A labelled list to choose from: pairs of value and words. */
export function choice(label, options, chosen, onChange) {
  const list = el("select", { onchange: (event) => onChange(event.target.value) },
    options.map(([value, words]) => el("option", { value, selected: value === chosen }, words)));
  return el("label", { class: "choice" }, el("span", {}, label), list);
}

/** Buttons of which one is pressed. */
export function segments(label, options, chosen, onChange) {
  return el("div", { class: "segments", role: "group", "aria-label": label }, options.map(([value, words]) => el("button", {
    type: "button", "aria-pressed": String(value === chosen), dataset: { value }, onclick: () => onChange(value),
  }, words)));
}

/** A figure as a button that opens its matters: the share, a bar, what it is made of. Without a base a dash and why. */
export function figureButton(figure, indicator, place, open) {
  if (figure.value === null) {
    const why = t(indicator.is_computable ? "evaluation.empty_base" : "evaluation.not_kept");
    return el("span", { class: "figure figure--none", title: why }, NOTHING, el("span", { class: "visually-hidden" }, why));
  }
  const said = { place, name: indicator.name, value: percent(figure.value), n: figure.numerator, d: figure.denominator };
  return el("button", { class: "figure", type: "button", "aria-label": t("evaluation.open_figure", said), onclick: open },
    el("b", {}, percent(figure.value)),
    el("small", {}, `${count(figure.numerator)}/${count(figure.denominator)}`),
    bar(figure, indicator));
}

/** A bar as long as the share, in one colour: no limit between good and bad is invented. Hatched where less is better. */
function bar(figure, indicator) {
  return el("i", { class: `bar${indicator.lower_is_better ? " bar--lower" : ""}`, "aria-hidden": "true" },
    el("i", { css: { "inline-size": `${Math.max(figure.value * 100, figure.value ? 2 : 0)}%` } }));
}
