// The card for photos: what was taken, how large, what could not be used and why, and the way on without.

import { el, put } from "../dom.js";
import { act, keptImage, side } from "./bits.js";
import { next } from "./drafts.js";
import * as keep from "./keep.js";
import { outbox } from "./outbox.js";
import { data, go, words } from "./page.js";
import { addPhotos, forgetFault, takeOut } from "./photos.js";
import { pick, TOO_LARGE_BYTES } from "./pictures.js";
import { clockOf, megabytes } from "./say.js";
import { sign } from "./signs.js";

export function photoCard(draft, { body, setBar, redraw }) {
  let undo = null;
  let room = null;

  const take = (camera) => pick((files) => addPhotos(draft, files, { goOn: draft.photos.length === 0 }), { camera });

  function draw() {
    const n = draft.photos.length;
    put(body,
      el("header", { class: "card-head" }, el("h1", {}, words("photos")), el("span", { class: "quiet" }, words("photos_of", { n, most: data.limits.photos }))),
      room?.isLittle ? el("div", { class: "note note--amber" }, sign("disk"), el("span", {}, el("b", {}, words("room_little", { n: room.photos })), el("small", {}, words("room_hint")))) : null,
      el("div", { class: "photos" }, draft.photos.map((photo) => tile(photo))),
      undo ? el("div", { class: "note" }, el("span", {}, words("photo_out")), el("button", { type: "button", class: "link", onclick: putBack }, words("undo"))) : null,
      (draft.faults || []).map((fault, index) => faultBox(fault, index)),
      n < data.limits.photos ? el("div", { class: "pair" }, n ? side(words("photo_again"), "camera", () => take(true)) : null, side(words("photo_album"), "album", () => take(false))) : null,
      el("p", { class: "quiet" }, words(n ? "photo_enough" : "photo_without")));
    const goOn = () => go(`report/${next(draft, "photo")}`);
    if (n) setBar(act(words("photos_use", { n, card: words(`to_${next(draft, "photo")}`) }), null, goOn));
    else setBar(side(words("photos_none"), null, goOn), act(words("photo_take"), "camera", () => take(true)));
    redraw();
  }

  function tile(photo) {
    return el("figure", { class: "photo" }, keptImage(photo, words("photo_of_report", { clock: clockOf(photo.taken) })),
      el("figcaption", {}, sign("check", 16), photo.shows ? `${words(`shows_${photo.shows}`)} · ` : null, words("photo_said", { size: megabytes(photo.size) })),
      el("button", { type: "button", class: "photo__out", "aria-label": words("photo_take_out"), onclick: () => remove(photo) }, sign("trash", 20)));
  }

  async function remove(photo) {
    undo = await takeOut(draft, photo);
    draw();
  }

  async function putBack() {
    await undo();
    undo = null;
    draw();
  }

  function faultBox(fault, index) {
    const fields = { size: megabytes(fault.bytes), limit: TOO_LARGE_BYTES / 1e6 };
    const again = (camera) => async () => { take(camera); await forgetFault(draft, index); draw(); };
    return el("section", { class: "fault", role: "alert" },
      el("div", { class: "fault__what" }, el("span", { class: "fault__picture" }, sign("broken", 32)),
        el("div", {}, el("b", {}, sign("warn", 18), words("photo_fault")), el("p", {}, words(`photo_fault_${fault.code}`, fields)))),
      el("div", { class: "pair" }, side(words("photo_other"), "album", again(false)), side(words("photo_retake"), "camera", again(true))));
  }

  draw();
  keep.room().then((found) => { room = found; if (found?.isLittle) draw(); });
  outbox.addEventListener("change", draw);
  return { close() { outbox.removeEventListener("change", draw); } };
}
