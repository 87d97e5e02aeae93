// Doing something to a matter: words and photos for it, kept on this phone until they have arrived.

import { el, put } from "../dom.js";
import { messageOf } from "../states.js";
import { t, tOr } from "../texts.js";
import { act, keptImage, photoSlot, side } from "./bits.js";
import { categories, search } from "./catalogue.js";
import * as drafts from "./drafts.js";
import { FieldMap } from "./drawing.js";
import * as keep from "./keep.js";
import { data, toast, words } from "./page.js";
import { pick, PictureError, read } from "./pictures.js";
import { megabytes } from "./say.js";
import { sign, signOfCategory } from "./signs.js";
import { whistlePart } from "./whistle_form.js";

const WITH_PHOTOS = ["finish", "photo", "comment", "whistle_finish"];
const WORDS_OR_PHOTOS = ["finish", "whistle_finish"];
const NEEDS_WORDS = ["comment", "reopen", "reopen_unsolved", "return", "rework", "object"];
const WISHES = ["more_time", "a_pause", "help"]; // what somebody in the field asks the desk for, as the first words of a comment
const RATED = { solved: [2, 1, 0], satisfaction: [2, 1, 0] };
const GIVES = { finish: ["submit", "check"], whistle_finish: ["submit", "check"], comment: ["send", "send"], photo: ["send", "send"] }; // not the words that led here
const SAVE_MS = 300;

/** {node, foot, close} to do `name` to a matter, or about the `whistle` over it, begun with the words of a `wish`; `done(kept)` when it is in the outbox or was left. */
export function doing(name, { properties: p, geometry }, { done, whistle = null, wish = null }) {
  const held = drafts.begun(p, name, whistle);
  const body = el("section", { class: "doing" });
  const foot = el("div", {});
  let map = null;
  let timer = null;
  let isSending = false;
  let lacks = [];
  let place = geometry?.coordinates || null;

  async function send(more = {}) {
    clearTimeout(timer);
    if (isSending) return;
    isSending = true;
    try {
      await drafts.act(held, more);
    } catch {
      isSending = false;
      toast(words("phone_full"));
      return;
    }
    map?.close();
    done(true);
  }

  /** What was typed stays on this phone, also when it is closed before sending. */
  function remember() {
    clearTimeout(timer);
    timer = setTimeout(() => drafts.save(held).catch(() => toast(words("phone_full"))), SAVE_MS);
  }

  function leave() {
    map?.close();
    done(false);
  }

  const footed = (...actions) => el("div", { class: "bar" }, side("", "arrow", leave, { "aria-label": words("back"), class: "side side--back" }), actions);

  function drawWords() {
    const said = held.words.trim();
    const isReady = name === "self_fix" ? !lacks.length : name === "photo" ? held.photos.length : WORDS_OR_PHOTOS.includes(name) ? said || held.photos.length : !NEEDS_WORDS.includes(name) || said;
    const [label, icon] = GIVES[name] || [`act_${name}`, "check"];
    put(foot, footed(act(words(label), icon, () => send(), { disabled: !isReady })));
  }

  function drawPhotos(box) {
    put(box, held.photos.map((photo) => el("figure", { class: "look__more" }, keptImage(photo, words("photo_new")), el("figcaption", {}, megabytes(photo.size)))),
      el("button", { type: "button", class: "look__add", onclick: () => pick(take) }, sign("camera"), words(held.photos.length ? "photo_again" : { finish: "photo_after_take", whistle_finish: "photo_evidence_take", comment: "photo_add" }[name] || "photo_take")));
    async function take(files) {
      for (const file of files) await add(file);
      drawPhotos(box);
      drawWords();
    }
  }

  async function add(file, shows) {
    try {
      const { blob, ...photo } = await read(file);
      await keep.putBlob(photo.id, held.id, blob);
      await drafts.save(held, { photos: [...held.photos.filter((one) => !shows || one.shows !== shows), { ...photo, shows }] });
    } catch (error) {
      toast(words(error instanceof PictureError ? `photo_fault_${error.code}` : "phone_full", { size: megabytes(file.size), limit: 40 }), { lasts: 8000 });
    }
  }

  function words_(above = null) {
    const photos = el("div", { class: "look" });
    const text = el("textarea", { class: "words", rows: 3, maxlength: data.limits.words, placeholder: tOr(`field.act_${name}_hint`, words("act_words_hint")), "aria-label": words("card_words"), oninput() { held.words = this.value; remember(); drawWords(); } });
    text.value = held.words;
    if (wish && !held.words) Object.assign(text, { value: held.words = words("wish_said", { wish: words(`wish_${wish}`), words: "" }) });
    put(body, el("h2", {}, words(`act_${name}`)), above, WORDS_OR_PHOTOS.includes(name) ? el("p", { class: "quiet" }, words(`act_${name}_needs`)) : null, name === "comment" && !wish ? wishes(text) : null, WITH_PHOTOS.includes(name) ? photos : null, name === "photo" ? null : el("div", { class: "words-box" }, text));
    if (WITH_PHOTOS.includes(name)) drawPhotos(photos);
    drawWords();
  }

  /** Asking the desk for what only the desk can give: a tap puts the first words down. */
  function wishes(text) {
    return el("div", { class: "ways" }, WISHES.map((wish) => el("button", { type: "button", class: "side", onclick: () => {
      text.value = words("wish_said", { wish: words(`wish_${wish}`), words: text.value });
      text.dispatchEvent(new Event("input"));
      text.focus();
    } }, words(`wish_${wish}`))));
  }

  async function category() {
    const found = el("div", { class: "category__list" });
    const input = el("input", { type: "search", class: "category__search", placeholder: words("category_search"), "aria-label": words("category_search_label"), maxlength: 40 });
    put(body, el("h2", {}, words("act_recategorise")), found);
    put(foot, footed(el("label", { class: "search-box" }, sign("search"), input)));
    try {
      const all = await categories();
      const draw = () => put(found, (input.value.trim() ? search(all, input.value) : all.filter(({ kind, standard }) => kind === "matter" && standard !== "GBT30428")).slice(0, 80).map((one) => el("button", { type: "button", class: "found", onclick: () => send({ category: one.id }) },
        signOfCategory(one.id, 24), el("span", {}, el("b", {}, one.name), el("small", {}, one.group)), one.limitText ? el("em", {}, one.limitText) : null)));
      input.addEventListener("input", draw);
      draw();
    } catch (error) {
      put(found, el("p", { class: "quiet pad" }, messageOf(error)));
    }
  }

  function move() {
    const ground = el("div", { class: "doing__map" });
    put(body, el("h2", {}, words("act_move")), el("p", { class: "quiet" }, words("act_move_hint")), ground);
    put(foot, footed(act(words("act_move_here"), "pin", () => send({ lon: place[0], lat: place[1], datum: "wgs84" }))));
    map = new FieldMap(ground, { label: words("map_place") });
    if (place) map.goTo(place, 18);
    else map.fit(data.bounds);
    place ||= [map.map.getCenter().lng, map.map.getCenter().lat];
    map.showPin(place, (to) => { place = to.map((degrees) => Math.round(degrees * 1e7) / 1e7); });
  }

  /** A photo from before and one from after: what is there already need not be taken again. */
  function fixed() {
    const slots = el("div", { class: "fix" });
    const known = (p.photos || []).map(({ kind }) => kind);
    const drawSlots = () => {
      lacks = ["before", "after"].filter((shows) => !known.includes(shows) && !held.photos.some((photo) => photo.shows === shows));
      put(slots, ["before", "after"].map((shows) => photoSlot(shows, { photo: held.photos.find((one) => one.shows === shows), isThere: known.includes(shows), take: ([file]) => add(file, shows).then(() => { drawSlots(); drawWords(); }) })));
    };
    drawSlots();
    words_([el("p", { class: "quiet" }, words("act_self_fix_needs")), slots]);
  }

  /** Solved or not, content or not: three and three. */
  function rate() {
    const said = {};
    const text = el("textarea", { class: "words", rows: 2, maxlength: data.limits.words, placeholder: words("act_rate_hint"), "aria-label": words("card_words"), oninput() { held.words = this.value; remember(); } });
    text.value = held.words;
    const drawFoot = () => put(foot, footed(act(words("act_rate"), "check", () => send(said), { disabled: Object.keys(said).length < 2 })));
    const row = (question) => {
      const buttons = el("div", { class: "segments", role: "group", "aria-label": t(`act.${question}`) });
      const drawRow = () => put(buttons, RATED[question].map((value) => el("button", { type: "button", "aria-pressed": String(said[question] === value), onclick: () => { said[question] = value; drawRow(); drawFoot(); } }, t(`act.${question}_${value}`))));
      drawRow();
      return el("section", { class: "rate" }, el("h3", {}, t(`act.${question}`)), buttons);
    };
    put(body, el("h2", {}, words("act_rate")), Object.keys(RATED).map(row), el("div", { class: "words-box" }, text));
    drawFoot();
  }

  /** Which units, which kind, which level; what they should do stands below. */
  function whistle_() {
    const part = whistlePart(p, { asked: held.asked, me: data.me, changed(asked) { held.asked = { ...asked }; remember(); drawFoot(); } });
    const drawFoot = () => put(foot, footed(act(words("act_whistle"), "send", () => send(part.body()), { disabled: !part.isReady() })));
    const text = el("textarea", { class: "words", rows: 3, maxlength: data.limits.words, placeholder: t("whistle.words_hint"), "aria-label": words("card_words"), oninput() { held.words = this.value; remember(); } });
    text.value = held.words;
    put(body, el("h2", {}, words("act_whistle")), part.node, el("div", { class: "words-box" }, text));
    put(foot, footed(act(words("act_whistle"), "send", () => {}, { disabled: true })));
  }

  ({ self_fix: fixed, rate, whistle: whistle_, recategorise: category, move: () => requestAnimationFrame(move) }[name] || words_)();
  return { node: body, foot, close() { map?.close(); } };
}
