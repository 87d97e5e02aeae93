// The report: four cards in any order, each showing that it is done; the foot with the cards and the way on.

import { el, put } from "../dom.js";
import { bar } from "./bits.js";
import { current, done } from "./drafts.js";
import { go, words } from "./page.js";
import { placing } from "./placing.js";
import { categoryCard } from "./report_category.js";
import { photoCard } from "./report_photo.js";
import { placeCard } from "./report_place.js";
import { wordsCard } from "./report_words.js";
import { sign } from "./signs.js";

const CARDS = { photo: photoCard, place: placeCard, category: categoryCard, words: wordsCard };
const SIGNS = { photo: "camera", place: "pin", category: "tag", words: "words" };

/** The screen of one card. */
export function report(name = "photo") {
  const card = name in CARDS ? name : "photo";
  const body = el("div", { class: "report__body" });
  const steps = el("nav", { class: "steps", "aria-label": words("cards") });
  const foot = el("div", { class: "report__foot" });
  const node = el("div", { class: `report report--${card}` }, body, steps, foot);
  let shown = null;
  let isLeft = false;

  current().then((draft) => {
    if (isLeft) return;
    placing.take(draft);
    shown = CARDS[card](draft, { body, setBar: (...actions) => put(foot, bar(...actions)), redraw: () => drawSteps(steps, draft, card) });
    drawSteps(steps, draft, card);
  });
  return { node, close() { isLeft = true; shown?.close?.(); } };
}

function drawSteps(steps, draft, open) {
  const isDone = done(draft);
  put(steps, Object.keys(CARDS).map((name) => {
    const isOpen = name === open;
    const label = words(`card_${name}`);
    return el("button", { type: "button", class: `step${isDone[name] ? " is-done" : ""}${isOpen ? " is-open" : ""}`, "aria-current": isOpen ? "step" : null,
      "aria-label": isDone[name] ? words("card_done", { name: label }) : label, onclick: () => go(`report/${name}`, { replace: true }) },
    sign(isDone[name] && !isOpen ? "check" : SIGNS[name], 22), el("span", {}, label));
  }));
}
