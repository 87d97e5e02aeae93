// The photos of a matter: the first large, with when and by whom; all of them in a viewer on a click.

import { el, put } from "../dom.js";
import { fullTime } from "../format.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";

/** The photo part for `photos` of the whole answer and its `events`; null without any. */
export function photosPart(photos = [], events = []) {
  if (!photos.length) return null;
  const taken = new Map(events.filter(({ kind, data }) => kind === "photo" && data?.photo).map((event) => [event.data.photo, event]));
  const list = photos.map((photo, at) => ({ ...photo, at, all: photos.length, event: taken.get(photo.id) }));
  const picture = el("img", { alt: "" });
  const label = el("span", { class: "photo__count" });
  const caption = el("figcaption", { class: "photo__caption" });
  let current = 0;
  const show = (at) => {
    current = at;
    picture.src = list[at].url;
    picture.alt = label.textContent = t("panel.photo_of", { n: at + 1, all: list.length });
    put(caption, captionOf(list[at]));
  };
  show(0);
  const strip = list.length > 1 ? el("div", { class: "photo__strip" }, list.map((photo, at) =>
    el("button", { type: "button", onclick: () => show(at), "aria-label": t("panel.photo_of", { n: at + 1, all: list.length }) }, el("img", { src: photo.thumbnail_url, alt: "" })))) : null;
  return el("figure", { class: "photo" },
    el("button", { type: "button", class: "photo__open", "aria-label": t("panel.photo_open"), onclick: () => viewer(list, current) }, picture), label, caption, strip);
}

function captionOf({ event }) {
  return event ? [fullTime(event.at).slice(0, 16), event.actor?.name].filter(Boolean).join(" · ") : "";
}

/** All photos over the page: arrows go on, Esc closes. */
function viewer(list, first) {
  const picture = el("img", { alt: "" });
  const words = el("p", {});
  let at = first;
  const show = (by) => {
    at = (at + by + list.length) % list.length;
    picture.src = list[at].url;
    picture.alt = t("panel.photo_of", { n: at + 1, all: list.length });
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
