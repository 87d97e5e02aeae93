// Doing something to a matter: words and photos for it, kept on this phone until they have arrived.

import { el, put } from "../dom.js";
import { messageOf } from "../states.js";
import { act, keptImage, side } from "./bits.js";
import { categories, search } from "./catalogue.js";
import * as drafts from "./drafts.js";
import { FieldMap } from "./drawing.js";
import * as keep from "./keep.js";
import { data, toast, words } from "./page.js";
import { pick, PictureError, read } from "./pictures.js";
import { megabytes } from "./say.js";
import { sign, signOfCategory } from "./signs.js";

const WITH_PHOTOS = ["finish", "photo"];
const NEEDS_WORDS = ["comment", "reopen"];
const GIVES = { finish: ["submit", "check"], comment: ["send", "send"], photo: ["send", "send"] }; // not the words that led here
const SAVE_MS = 300;

/** {node, foot, close} to do `name` to a matter; `done(kept)` when it is in the outbox or was left. */
export function doing(name, { properties: p, geometry }, { done }) {
  const held = drafts.begun(p, name);
  const body = el("section", { class: "doing" });
  const foot = el("div", {});
  let map = null;
  let timer = null;
  let isSending = false;
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
    const isReady = name === "photo" ? held.photos.length : name === "finish" ? said || held.photos.length : !NEEDS_WORDS.includes(name) || said;
    const [label, icon] = GIVES[name] || [`act_${name}`, "check"];
    put(foot, footed(act(words(label), icon, () => send(), { disabled: !isReady })));
  }

  function drawPhotos(box) {
    put(box, held.photos.map((photo) => el("figure", { class: "look__more" }, keptImage(photo, words("photo_new")), el("figcaption", {}, megabytes(photo.size)))),
      el("button", { type: "button", class: "look__add", onclick: () => pick(take) }, sign("camera"), words(held.photos.length ? "photo_again" : name === "finish" ? "photo_after_take" : "photo_take")));
    async function take(files) {
      for (const file of files) await add(file);
      drawPhotos(box);
      drawWords();
    }
  }

  async function add(file) {
    try {
      const { blob, ...photo } = await read(file);
      await keep.putBlob(photo.id, held.id, blob);
      await drafts.save(held, { photos: [...held.photos, photo] });
    } catch (error) {
      toast(words(error instanceof PictureError ? `photo_fault_${error.code}` : "phone_full", { size: megabytes(file.size), limit: 40 }), { lasts: 8000 });
    }
  }

  function words_() {
    const photos = el("div", { class: "look" });
    const text = el("textarea", { class: "words", rows: 3, maxlength: data.limits.words, placeholder: words(`act_${name}_hint`), "aria-label": words("card_words"), oninput() { held.words = this.value; remember(); drawWords(); } });
    text.value = held.words;
    put(body, el("h2", {}, words(`act_${name}`)), name === "finish" ? el("p", { class: "quiet" }, words("act_finish_needs")) : null, WITH_PHOTOS.includes(name) ? photos : null, name === "photo" ? null : el("div", { class: "words-box" }, text));
    if (WITH_PHOTOS.includes(name)) drawPhotos(photos);
    drawWords();
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

  ({ recategorise: category, move: () => requestAnimationFrame(move) }[name] || words_)();
  return { node: body, foot, close() { map?.close(); } };
}
