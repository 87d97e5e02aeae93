// A photo from before and one from after, for what was fixed on the spot: sent with their kind before the act is.

import { postForm } from "../api.js";
import { el, put } from "../dom.js";
import { icon } from "../icons.js";
import { newId } from "../ids.js";
import { t } from "../texts.js";

const KINDS = ["before", "after"];

/** Two files to choose; one whose kind the matter has already may stay empty. `before(number)` sends them, each under its own id. */
export function photosField({ feature }) {
  const known = new Set((feature.properties.photos || []).map(({ kind }) => kind));
  const slots = KINDS.map((kind) => slot(kind, known.has(kind)));
  return {
    nodes: el("div", { class: "act__photos" }, slots.map(({ node }) => node)), focus: slots[0].input, body: () => ({}),
    leave: () => slots.forEach((one) => one.forget()),
    async before(number) {
      for (const one of slots) await one.send(number);
    },
  };
}

function slot(kind, isThere) {
  let taken = null;
  const picture = el("span", { class: "act__picture" }, icon("camera"));
  const said = el("small", {}, t(isThere ? "act.photo_there" : "act.photo_wanted"));
  const input = el("input", { type: "file", accept: "image/*", required: !isThere, class: "visually-hidden", onchange: () => take(input.files[0]) });
  const forget = () => { if (taken) URL.revokeObjectURL(taken.url); };
  const take = (file) => {
    forget();
    taken = file ? { file, id: newId(), url: URL.createObjectURL(file) } : null;
    put(picture, taken ? el("img", { src: taken.url, alt: "" }) : icon("camera"));
    said.textContent = taken ? taken.file.name : t(isThere ? "act.photo_there" : "act.photo_wanted");
  };
  return {
    input, forget, node: el("label", { class: "act__photo" }, input, picture, el("b", {}, t(`panel.photo_${kind}_label`)), said),
    async send(number) {
      if (!taken || taken.isSent) return;
      await postForm(`/issues/${encodeURIComponent(number)}/photos`, { client_id: taken.id, kind, photo: taken.file });
      taken.isSent = true;
    },
  };
}
