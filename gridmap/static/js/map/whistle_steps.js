// What somebody may do to a whistle: accept, check in where they stand, finish with words and photos, rate, take it back.

import { post, postForm } from "../api.js";
import { el, put } from "../dom.js";
import { newId } from "../ids.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";

const PATIENCE_MS = 27_000;
const WORDS_LIMIT = 4000;
const LOST = 404;
const TOO_LATE = 409;
const kept = new Map(); // by step: what was begun stays when the panel is drawn anew

/** One step of a whistle with its button and, where it asks for something, its form. `panel`: told what the server answered. */
export function stepNode(name, whistle, number, panel) {
  const key = `${whistle.id}/${name}`;
  if (!kept.has(key)) kept.set(key, MADE[name]({ key, whistle, number, panel }));
  const node = kept.get(key);
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  if (focused) queueMicrotask(() => focused.focus({ preventScroll: true }));
  return node;
}

/** How a unit did its part: three words, one tap. */
export function rateNode(whistle, unit, panel) {
  const said = error();
  const rate = (rating) => el("button", { type: "button", class: `button whistle__rate whistle__rate--${rating}`, onclick: ({ currentTarget }) =>
    send({ path: `/whistles/${whistle.id}/rate`, body: { unit, rating }, panel, said, button: currentTarget }) }, t(`whistle.rating_${rating}`));
  return el("div", { class: "whistle__rates", role: "group", "aria-label": t("whistle.rate_title", { unit }) }, el("span", { class: "quiet" }, t("whistle.rate_title", { unit })), [2, 1, 0].map(rate), said);
}

const MADE = { accept: acceptStep, check_in: checkInStep, finish: finishStep, cancel: cancelStep };

function acceptStep({ key, whistle, panel }) {
  const said = error();
  const button = main("accept", () => send({ key, path: `/whistles/${whistle.id}/accept`, body: {}, panel, said, button }));
  return el("div", { class: "whistle__do" }, button, said);
}

/** Asks the device where it is, and sends that with how well it knows; a place is needed, a near one is not. */
function checkInStep({ key, whistle, panel }) {
  const said = error();
  const hint = el("small", { class: "quiet", role: "status" }, t("whistle.check_in_hint"));
  const fail = (words) => { Object.assign(said, { hidden: false, textContent: words }); Object.assign(button, { disabled: false }); hint.textContent = t("whistle.check_in_hint"); };
  const take = ({ coords }) => {
    hint.textContent = t("whistle.check_in_hint");
    const body = { lon: coords.longitude, lat: coords.latitude, datum: "wgs84", accuracy_m: Math.round(coords.accuracy * 10) / 10 };
    send({ key, path: `/whistles/${whistle.id}/check-in`, body, panel, said, button });
  };
  const button = main("check_in", () => {
    said.hidden = true;
    if (!("geolocation" in navigator) || !window.isSecureContext) { fail(t("whistle.location_insecure")); return; }
    button.disabled = true;
    hint.textContent = t("whistle.locating");
    navigator.geolocation.getCurrentPosition(take, ({ code }) => fail(t(code === 1 ? "whistle.location_refused" : "whistle.location_unavailable")), { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS });
  });
  return el("div", { class: "whistle__do" }, button, hint, said);
}

function finishStep({ key, whistle, number, panel }) {
  const photos = photosField();
  const before = () => photos.send(number);
  return formStep("finish", { key, panel, path: `/whistles/${whistle.id}/finish`, extra: photos.node, before, isDone: (words) => words || photos.count() });
}

function cancelStep({ key, whistle, panel }) {
  return formStep("cancel", { key, panel, path: `/whistles/${whistle.id}/cancel`, isDone: (words) => words, style: "button--quiet" });
}

/** A button that unfolds a small form with words; Esc folds it again, what was written stays. */
function formStep(name, { key, panel, path, extra = null, before = null, isDone, style = "button--main" }) {
  const said = error();
  const words = el("textarea", { rows: 2, maxlength: WORDS_LIMIT, placeholder: t(`whistle.${name}_hint`), "aria-label": t(`whistle.${name}_title`) });
  const submit = el("button", { type: "submit", class: "button button--main" }, t(`whistle.${name}`));
  const form = el("form", { class: "act whistle__form", hidden: true, "aria-label": t(`whistle.${name}_title`) }, words, extra, said,
    el("div", { class: "act__buttons" }, submit, el("button", { type: "button", class: "button button--quiet", onclick: () => fold(true) }, t("act.back"))));
  const open = el("button", { type: "button", class: `button ${style}`, dataset: { step: name }, "aria-expanded": "false", onclick: () => { fold(false); words.focus({ preventScroll: true }); form.scrollIntoView({ block: "nearest" }); } }, t(`whistle.${name}`));
  const fold = (isFolded) => {
    form.hidden = isFolded;
    open.hidden = !isFolded;
    if (isFolded) open.focus();
  };
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); fold(true); } });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (isDone(text)) send({ key, path, body: text ? { words: text } : {}, panel, said, button: submit, before });
    else words.focus();
  });
  return el("div", { class: "whistle__do" }, open, form);
}

/** Photos to choose, shown small; each goes out once under its own id, as evidence. */
function photosField() {
  const taken = [];
  const strip = el("div", { class: "whistle__strip" });
  const input = el("input", { type: "file", accept: "image/*", multiple: true, class: "visually-hidden", onchange: () => {
    for (const file of input.files) taken.push({ file, id: newId(), url: URL.createObjectURL(file) });
    input.value = "";
    draw();
  } });
  const draw = () => put(strip, taken.map((one) => el("img", { src: one.url, alt: one.file.name })), taken.length ? el("small", { class: "quiet" }, t("whistle.photos_n", { n: taken.length })) : null);
  return {
    node: el("div", { class: "act__field" }, el("label", { class: "button button--quiet whistle__add" }, input, t("whistle.photo")), strip),
    count: () => taken.length,
    async send(number) {
      for (const one of taken) {
        if (!one.isSent) await postForm(`/issues/${encodeURIComponent(number)}/photos`, { client_id: one.id, kind: "evidence", photo: one.file });
        one.isSent = true;
      }
    },
  };
}

/** Sends; nothing is shown as done before the server said so. The same body sent again keeps its client_id. */
async function send({ key, path, body, panel, said, button, before = null }) {
  const print = JSON.stringify([path, body]);
  if (button.sent?.print !== print) button.sent = { print, id: newId() };
  button.disabled = true;
  said.hidden = true;
  try {
    if (before) await before();
    const answer = await post(path, { ...body, client_id: button.sent.id });
    kept.delete(key);
    panel.acted(answer);
  } catch (failed) {
    if (failed.status === undefined) throw failed;
    button.disabled = false;
    Object.assign(said, { hidden: false, textContent: messageOf(failed) });
    if (failed.status === TOO_LATE || failed.status === LOST) panel.refresh(); // somebody was faster: what holds now is shown
  }
}

function main(name, act) {
  return el("button", { type: "button", class: "button button--main", dataset: { step: name }, onclick: act }, t(`whistle.${name}`));
}

function error() {
  return el("p", { class: "act__error", role: "alert", hidden: true });
}
