// The photos of a matter: before and after side by side, else the first large, with when and by whom; all of them in a viewer on a click.

import { el, put } from "../dom.js";
import { fullTime } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";
import { actorName } from "./event_words.js";

/** The photo part for `photos` of the whole answer and its `events`; null without any. */
export function photosPart(photos = [], events = []) {
  if (!photos.length) return null;
  const taken = new Map(events.filter(({ kind, data }) => kind === "photo" && data?.photo).map((event) => [event.data.photo, event]));
  const list = photos.map((photo, at) => ({ ...photo, at, all: photos.length, event: taken.get(photo.id) }));
  const pair = ["before", "after"].map((wanted) => list.filter(({ kind }) => kind === wanted).pop());
  return pair.every(Boolean) ? pairPart(pair, list) : onePart(list);
}

/** As it was found and as it was left, and the others in a strip below. */
function pairPart(pair, list) {
  const open = (photo, inside, label) => el("button", { type: "button", class: "photo__open", "aria-label": label, onclick: () => viewer(list, photo.at) }, inside);
  const half = (photo) => el("div", { class: "photo__half" }, open(photo, el("img", { src: photo.url, alt: t(`panel.photo_${photo.kind}_label`) }), t("panel.photo_open")),
    el("span", { class: "photo__count" }, t(`panel.photo_${photo.kind}_label`)), el("span", { class: "photo__caption" }, captionOf(photo)));
  const rest = list.filter((photo) => !pair.includes(photo));
  return el("figure", { class: "photo photo--pair" }, el("div", { class: "photo__pair" }, pair.map(half)),
    rest.length ? el("div", { class: "photo__row" }, rest.map((photo) => open(photo, el("img", { src: photo.thumbnail_url, alt: "" }), labelOf(photo)))) : null);
}

/** What a photo shows, where its sender said so, and which of how many it is. */
function labelOf({ kind, at, all }) {
  return [kind ? t(`panel.photo_${kind}_label`) : null, t("panel.photo_of", { n: at + 1, all })].filter(Boolean).join(" · ");
}

function onePart(list) {
  const picture = el("img", { alt: "" });
  const label = el("span", { class: "photo__count" });
  const caption = el("figcaption", { class: "photo__caption" });
  let current = 0;
  const show = (at) => {
    current = at;
    picture.src = list[at].url;
    picture.alt = label.textContent = labelOf(list[at]);
    put(caption, captionOf(list[at]));
  };
  show(0);
  const strip = list.length > 1 ? el("div", { class: "photo__strip" }, list.map((photo, at) =>
    el("button", { type: "button", onclick: () => show(at), "aria-label": labelOf(photo) }, el("img", { src: photo.thumbnail_url, alt: "" })))) : null;
  return el("figure", { class: "photo" },
    el("button", { type: "button", class: "photo__open", "aria-label": t("panel.photo_open"), onclick: () => viewer(list, current) }, picture), label, caption, strip);
}

function captionOf({ event }) {
  return event ? [fullTime(event.at).slice(0, 16), actorName(event.actor)].filter(Boolean).join(" · ") : "";
}

/** All photos over the page: arrows go on, Esc closes. */
function viewer(list, first) {
  const picture = el("img", { alt: "" });
  const words = el("p", {});
  let at = first;
  const show = (by) => {
    at = (at + by + list.length) % list.length;
    picture.src = list[at].url;
    picture.alt = labelOf(list[at]);
    words.textContent = [picture.alt, captionOf(list[at])].filter(Boolean).join(" · ");
  };
  const step = (name, by) => (list.length > 1 ? el("button", { type: "button", class: `viewer__step viewer__step--${name}`, "aria-label": t(`panel.photo_${name}`), onclick: () => show(by) }, icon("back")) : null);
  const dialog = el("dialog", { class: "viewer", "aria-label": t("panel.photo_open") }, picture, words, step("before", -1), step("after", 1),
    el("button", { type: "button", class: "icon-button viewer__close", "aria-label": t("panel.photo_close"), onclick: () => dialog.close() }, icon("close")));
  dialog.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by && list.length > 1) show(by);
    event.stopPropagation();
  });
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  show(0);
  dialog.showModal();
}
