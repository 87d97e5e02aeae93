// A resident follows a matter: the secret stands behind the # of the address or is typed; both are sent in a body only.

import { post } from "../api.js";
import { el, put, time } from "../dom.js";
import { dayAndClock, fullTime } from "../format.js";
import { grouped, part, path, say, words } from "./page.js";

const ask = document.getElementById("ask");
const SOLVED = [[2, "solved_2"], [1, "solved_1"], [0, "solved_0"]];
const CONTENT = [[2, "content_2"], [1, "content_1"], [0, "content_0"]];
const LATER = { received: ["accepted", "handling", "closed"], accepted: ["handling", "closed"], handling: ["closed"], checking: ["closed"] };
let secret = "";

async function follow(wanted) {
  secret = wanted.trim();
  say("fault", secret ? null : words("secret_missing"));
  if (!secret) return;
  await tell("/track", {});
}

async function tell(route, more) {
  try {
    show(await post(path(route), { secret, ...more }));
    say("fault", null);
  } catch (error) {
    say("fault", error);
  }
}

function show(found) {
  ask.hidden = true;
  const asks = found.may_rate ? ratingForm() : found.rated ? ratedPart(found) : null;
  put(part("matter"), head(found), stepsPart(found.steps), asks, found.may_send_back ? sendBackForm() : null,
    found.holds_contact ? el("p", { class: "door__hint" }, words("contact_held")) : null,
    el("button", { type: "button", class: "button track__other", onclick: other }, words("track_other")));
}

function other() {
  history.replaceState(null, "", location.pathname + location.search);
  put(part("matter"));
  ask.hidden = false;
  ask.elements.secret.value = "";
  ask.elements.secret.focus();
}

function head({ number, category, cell, steps }) {
  const last = steps[steps.length - 1].step;
  return el("section", { class: "door__card track__head" },
    el("p", { class: `track__state track__state--${last}`, "data-part": "state" }, words(`step_${last}`)),
    el("h1", {}, category), el("p", {}, [cell || words("no_cell"), number].join(" · ")),
    el("p", { class: "door__hint" }, words(`step_${last}_means`)));
}

function stepsPart(steps) {
  const next = LATER[steps[steps.length - 1].step] || [];
  return el("ol", { class: "door__card track" },
    steps.map(({ step, at }, n) => el("li", { class: n === steps.length - 1 ? "is-here" : "is-past" }, el("b", {}, words(`step_${step}`)), time(at, dayAndClock(at), fullTime(at)))),
    next.map((step) => el("li", { class: "is-next" }, el("span", {}, words(`step_${step}`)))));
}

function ratingForm() {
  const form = el("form", { class: "door__card rate", "data-part": "rate" },
    el("h2", {}, words("rate")),
    choices("solved", words("rate_solved"), SOLVED), choices("satisfaction", words("rate_content"), CONTENT),
    el("button", { class: "button button--main", type: "submit" }, words("rate_send")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = Object.fromEntries(new FormData(form));
    if (said.solved === undefined || said.satisfaction === undefined) say("fault", words("rate_missing"));
    else tell("/track/rating", { solved: Number(said.solved), satisfaction: Number(said.satisfaction) });
  });
  return form;
}

function choices(name, legend, all) {
  return el("fieldset", {}, el("legend", {}, legend), el("div", { class: "rate__row" },
    all.map(([value, key]) => el("label", { class: "rate__choice" }, el("input", { type: "radio", name, value }), el("span", {}, words(key))))));
}

function ratedPart({ rated, may_send_back: isOpen }) {
  const said = [words(`solved_${rated.solved}`), words(`content_${rated.satisfaction}`)].join(" · ");
  return el("section", { class: "door__card", "data-part": "rated" }, el("h2", {}, words("rated")), el("p", {}, said), isOpen ? null : el("p", { class: "door__hint" }, words("rated_thanks")));
}

function sendBackForm() {
  const form = el("form", { class: "door__card back", "data-part": "back" },
    el("h2", {}, el("label", { for: "why" }, words("back"))), el("p", { class: "door__hint" }, words("back_hint")),
    el("textarea", { id: "why", name: "words", rows: 3, maxlength: 1000 }),
    el("button", { class: "button button--main", type: "submit" }, words("back_send")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const said = form.elements.words.value.trim();
    if (said) tell("/track/return", { words: said });
    else say("fault", words("back_missing"));
  });
  return form;
}

function fromAddress() {
  const held = decodeURIComponent(location.hash.slice(1));
  if (!held) return;
  ask.elements.secret.value = grouped(held);
  follow(held);
}

ask.addEventListener("submit", (event) => { event.preventDefault(); follow(ask.elements.secret.value); });
window.addEventListener("hashchange", fromAddress);
fromAddress();
