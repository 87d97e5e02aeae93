// The residents' door: what is typed stays until it has arrived; then its number, and how to follow it.

import { post } from "../api.js";
import { el, put, svg } from "../dom.js";
import { categorySign } from "../icons.js";
import { faultWords, data, grouped, part, path, postForm, say, words } from "./page.js";
import { Pictures } from "./pictures.js";
import { Place } from "./place.js";
import { solved, used } from "./puzzle.js";

const KEPT = "gridmap-door";
const AGAIN = ["door_puzzle_stale", "door_puzzle_wrong"];
const form = document.getElementById("door");
const place = new Place(form);
const pictures = new Pictures();
let isSending = false;

function start() {
  for (const node of document.querySelectorAll("[data-sign]")) {
    node.append(svg("svg", { viewBox: "1 1 14 14", "aria-hidden": "true" }, categorySign(node.dataset.sign)));
  }
  restore();
  form.addEventListener("input", () => { keep(); begin(); });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
}

/** Begins with the puzzle; a fault is told when it is needed. */
function begin() {
  solved(data.solver, data.lang).catch(() => {});
}

/** Words and category outlive a reload of this page, in this tab only; the contact does not. */
function keep() {
  const { category, words: said } = Object.fromEntries(new FormData(form));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify({ category, words: said }));
  } catch { /* a browser that keeps nothing */ }
}

function restore() {
  try {
    const held = JSON.parse(sessionStorage.getItem(KEPT) || "{}");
    if (held.words) form.elements.words.value = held.words;
    for (const input of form.querySelectorAll("input[name=category]")) input.checked = input.value === held.category;
  } catch { /* nothing to bring back */ }
}

async function send() {
  if (isSending) return;
  const body = filled();
  if (!body) return;
  busy(true);
  say("fault", null);
  try {
    done(await through(body));
  } catch (error) {
    say("fault", error);
  } finally {
    busy(false);
  }
}

/** What was filled in; null where something is missing, which is said and shown. */
function filled() {
  const { category, words: said, contact, website } = Object.fromEntries(new FormData(form));
  const where = place.sent();
  const missing = !category ? ["category", "category_missing"] : !where ? ["place", place.choice === "me" ? "place_waiting" : "place_missing"] : null;
  if (missing) {
    say("fault", words(missing[1]));
    document.querySelector(`[data-card=${missing[0]}] input`)?.focus();
    return null;
  }
  return { category, words: said, contact, website, ...where };
}

/** Sends it with the puzzle's answer; once more with another one where that was too old. */
async function through(body, isAgain = false) {
  const { puzzle, answer } = await solved(data.solver, data.lang);
  try {
    return await post(path("/door"), { ...body, puzzle, answer });
  } catch (error) {
    if (isAgain || !AGAIN.includes(error.code)) {
      if (error.code === "door_puzzle_used") used();
      throw error;
    }
    used();
    return through(body, true);
  }
}

function busy(is) {
  isSending = is;
  part("send").disabled = is;
  part("send").textContent = words(is ? "sending" : "send");
}

function done({ number, secret, link, qr }) {
  used();
  try { sessionStorage.removeItem(KEPT); } catch { /* nothing was kept */ }
  form.hidden = true;
  document.querySelector(".door__head").hidden = true;
  const photos = el("p", { class: "done__photos", role: "status" });
  put(part("done"),
    el("p", { class: "done__mark", "aria-hidden": "true" }, "✓"),
    el("h2", {}, words("done")),
    el("p", { class: "done__number", "data-part": "number" }, number),
    photos,
    el("div", { class: "done__follow" },
      el("img", { src: qr, alt: words("done_qr") }),
      el("div", {}, el("b", {}, words("secret")), el("p", { class: "done__secret", "data-part": "secret" }, grouped(secret)), el("p", { class: "door__hint" }, words("done_keep")))),
    el("div", { class: "done__acts" }, el("a", { class: "button button--main", href: link, "data-part": "link" }, words("done_follow")), copyButton(link), el("button", { type: "button", class: "button", onclick: () => location.reload() }, words("done_more"))));
  part("done").hidden = false;
  part("done").focus();
  window.scrollTo(0, 0);
  sendPhotos(secret, photos);
}

function copyButton(link) {
  const button = el("button", { type: "button", class: "button" }, words("done_copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard?.writeText(link).catch(() => {});
    button.textContent = words("done_copied");
  });
  return button;
}

/** The photos follow; those that did not arrive can be sent again. */
async function sendPhotos(secret, node) {
  const all = pictures.list.length;
  while (pictures.list.length) {
    put(node, words("photos_sending", { n: all - pictures.list.length + 1, all }));
    try {
      await postForm("/track/photos", { secret, photo: pictures.list[0].blob });
      pictures.list.shift();
    } catch (error) {
      put(node, el("span", { class: "door__fault" }, words("photos_left", { n: pictures.list.length }), " ", faultWords(error)),
        el("button", { type: "button", class: "button", onclick: () => sendPhotos(secret, node) }, words("photos_again")));
      return;
    }
  }
  put(node, all ? words("photos_sent", { n: all }) : "");
}

start();
