// Small pieces that several screens are made of: badges, task rows, bars, photo tiles.

import { el } from "../dom.js";
import { serverNow } from "../format.js";
import * as keep from "./keep.js";
import { position } from "./position.js";
import { go, words } from "./page.js";
import { pick, urlOf } from "./pictures.js";
import { accuracy, due, far, stateWords } from "./say.js";
import { shape, shapeOf, sign } from "./signs.js";

const BADGE_SIGNS = { good: "check", fair: "warn", poor: "warn", none: "locate", refused: "nowhere" };

/** How well the place is known, in colour, shape and words; `more` replaces the hint. */
export function accuracyBadge({ more } = {}) {
  const { fix, trouble } = position;
  let said = { tone: "none", head: words("locating"), hint: words("locating_hint") };
  if (fix) said = { ...accuracy(fix.accuracy_m) };
  else if (trouble) said = { tone: "refused", head: words(`trouble_${trouble}`), hint: words("trouble_hint") };
  return el("div", { class: `badge badge--${said.tone}`, dataset: { part: "accuracy" } }, sign(BADGE_SIGNS[said.tone], 20),
    el("span", {}, el("b", {}, said.head), el("small", {}, (fix && more) || said.hint)));
}

/** One task as a row: its numbered shape, what, where, how far, by when. */
export function taskRow(task, { isChosen = false } = {}) {
  return el("a", { class: `task${isChosen ? " is-chosen" : ""}`, href: `#/task/${encodeURIComponent(task.number)}` },
    shape(shapeOf(task, serverNow()), task.rank),
    el("span", { class: "task__what" }, el("b", {}, task.category_name), el("small", {}, [stateWords(task), task.description].filter(Boolean).join(" · "))),
    el("span", { class: "task__when" }, el("b", {}, far(task.metres)), dueWords(task)));
}

/** The deadline of a matter as coloured words; nothing where it has none. */
export function dueWords(task) {
  const said = task.due || due(task, serverNow());
  return said ? el("small", { class: `due due--${said.tone}` }, said.words) : null;
}

/** The foot of a screen: back at the left, what is to be done at the right. */
export function bar(...actions) {
  return el("div", { class: "bar" }, el("button", { type: "button", class: "side side--back", "aria-label": words("back"), onclick: back }, sign("arrow")), actions);
}

export function back() {
  if (window.history.length > 1) window.history.back();
  else go("home", { replace: true });
}

/** The main button of a screen. */
export function act(label, name, onclick, more = {}) {
  return el("button", { type: "button", class: "act", onclick, ...more }, name ? sign(name) : null, label);
}

/** A second button beside it. */
export function side(label, name, onclick, more = {}) {
  return el("button", { type: "button", class: "side", onclick, ...more }, name ? sign(name) : null, label);
}

/** A place for one photo, from before or after; `photo`: the one taken, `isThere`: the matter has one, `take(files)` hears of a new one. */
export function photoSlot(shows, { photo, isThere = false, take }) {
  const label = words(`shows_${shows}`);
  return el("button", { type: "button", class: `fix__slot${photo || isThere ? " is-done" : ""}`, dataset: { shows }, onclick: () => pick(take) },
    photo ? keptImage(photo, label) : sign(isThere ? "check" : "camera", 28),
    el("b", {}, label), el("small", {}, words(photo ? "photo_again" : isThere ? "shows_there" : "photo_take")));
}

/** A kept photo as an image, drawn as soon as its bytes are read. */
export function keptImage({ id }, alt) {
  const image = el("img", { alt, class: "photo__image" });
  keep.blob(id).then((blob) => { if (blob) image.src = urlOf(id, blob); else image.classList.add("is-gone"); });
  return image;
}
