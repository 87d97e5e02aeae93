// Where else one wants to be told, on the account page: this browser, 企业微信, a phone; and what could not be delivered.

import { get, post, remove } from "../api.js";
import { el, put } from "../dom.js";
import { dayAndClock, fullTime } from "../format.js";
import { subscribe, ownMark, isPossible } from "./push.js";

const root = document.querySelector("[data-part=ways]");
const data = JSON.parse(document.getElementById("bell-data").textContent);
const words = (key, fields = {}) => (data.texts[`notice.${key}`] || key).replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
const LABELS = { wecom: "wecom_id", sms: "sms_number" };
let told = null;
let mine = null; // the mark of this browser's own subscription
let said = ""; // what went wrong last

async function load() {
  [told, mine] = await Promise.all([get("/notices/ways"), ownMark().catch(() => null)]);
  draw();
}

function draw() {
  const { offered, quiet, addresses } = told;
  const hint = el("p", { class: "card__hint" }, words(offered.length ? "ways_hint" : "ways_none"), quiet && offered.length ? ` ${words("ways_quiet", quiet)}` : "");
  const held = addresses.length ? el("ul", { class: "ways__held" }, addresses.map(row)) : null;
  put(root, hint, said ? el("p", { class: "alert", role: "alert" }, said) : null, held, offered.includes("push") ? pushButton() : null,
    ["wecom", "sms"].filter((way) => offered.includes(way)).map(form));
}

function row(one) {
  const isHere = one.way === "push" && one.mark === mine;
  const name = words(one.way === "push" && !isHere ? "way_push_other" : `way_${one.way}`);
  const about = one.way === "push" ? new URL(one.address).hostname : one.address;
  return el("li", {}, el("div", {}, el("b", {}, name), el("small", {}, `${about} · `, el("time", { datetime: one.since, title: fullTime(one.since) }, words("since", { at: dayAndClock(one.since) })))),
    el("button", { type: "button", class: "button", "aria-label": words("remove_of", { what: `${name} ${about}` }), onclick: () => act(() => remove(`/notices/ways/${one.id}`)) }, words("remove")));
}

function pushButton() {
  if (told.addresses.some(({ way, mark }) => way === "push" && mark === mine)) return null;
  if (!isPossible()) return el("p", { class: "card__hint" }, words("push_insecure"));
  return el("button", { type: "button", class: "button button--main", dataset: { part: "push-on" }, onclick: () => act(turnOn) }, words("push_on"));
}

async function turnOn() {
  const subscription = await subscribe(told.push_key).catch((error) => { throw new Error(words(error.name === "NotAllowedError" ? "push_denied" : "push_failed")); });
  const { endpoint, keys } = subscription.toJSON();
  await post("/notices/ways", { way: "push", address: endpoint, keys });
}

function form(way) {
  const id = `way-${way}`;
  const input = el("input", { id, type: way === "sms" ? "tel" : "text", maxlength: 64, required: true, autocomplete: way === "sms" ? "tel" : "off" });
  const send = (event) => { event.preventDefault(); act(() => post("/notices/ways", { way, address: input.value.trim() })); };
  return el("form", { class: "ways__form", onsubmit: send }, el("div", { class: "field" }, el("label", { for: id }, words(LABELS[way])), input), el("button", { type: "submit", class: "button" }, words("add")));
}

async function act(doing) {
  said = "";
  try {
    await doing();
  } catch (error) {
    said = error.message;
  }
  await load();
}

async function drawLost(node) {
  const { lost, waiting } = await get("/notices/lost");
  const rows = lost.map(({ way, tries, fault, at, kind }) => el("li", {}, el("b", {}, words(kind)), " ", words("lost_row", { way: words(way === "push" ? "way_push_other" : `way_${way}`), n: tries, fault }), el("time", { datetime: at, title: fullTime(at) }, dayAndClock(at))));
  put(node, el("p", { class: "card__hint" }, words(lost.length ? "lost_hint" : "lost_none"), waiting ? ` ${words("waiting", { n: waiting })}` : ""), rows.length ? el("ul", { class: "lost" }, rows) : null);
}

load().catch((error) => put(root, el("p", { class: "alert", role: "alert" }, error.message)));
const lost = document.querySelector("[data-part=lost]");
if (lost) drawLost(lost).catch((error) => put(lost, el("p", { class: "alert", role: "alert" }, error.message)));
