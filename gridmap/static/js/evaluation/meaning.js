// What a figure means: its formula, where that comes from and how sure it is; and what composites are made of.

import { el } from "../dom.js";
import { t, tOr } from "../texts.js";

/** A card about one indicator. */
function indicator(one) {
  return el("section", { class: "card meaning" }, el("h2", {}, one.name),
    el("dl", {},
      row("formula", one.formula),
      row("lower_is_better", t(one.lower_is_better ? "evaluation.lower" : "evaluation.higher")),
      row("source", one.source),
      row("sureness", tOr(`evaluation.sure_${one.sureness}`, one.sureness))));
}

function row(key, words) {
  return el("div", {}, el("dt", {}, t(`evaluation.${key}`)), el("dd", {}, words));
}

/** A card about the composites and their weights. */
function composites({ composites: all, indicators }) {
  const name = Object.fromEntries(indicators.map((one) => [one.code, one.name]));
  return all.map((one) => {
    const whole = Object.values(one.weights).reduce((sum, weight) => sum + weight, 0);
    return el("section", { class: "card meaning meaning--weights" }, el("h2", {}, one.name),
      el("dl", {}, Object.entries(one.weights).map(([code, weight]) => el("div", {}, el("dt", {}, name[code]), el("dd", {}, `${((weight / whole) * 100).toFixed(1)}%`)))));
  });
}

export const meaning = { indicator, composites };
