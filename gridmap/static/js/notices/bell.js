// The bell of every page: how many notices are unread, what they say, where they lead. Live through whichever tab has the stream.

import { get, post } from "../api.js";
import { el, put } from "../dom.js";
import { ago, fullTime, setLocale } from "../format.js";
import { icon } from "../icons.js";
import { skeleton } from "../states.js";
import { setTexts, t } from "../texts.js";

const STREAM = "gridmap-stream"; // the channel of map/live.js, by which the tabs share one stream
const EVERY_MS = 60_000; // where no tab follows the stream
const SETTLE_MS = 200;
const SHOWN = 30;
const PHONE = window.matchMedia("(max-width: 767px)"); // as map.css has it
const MOST = 99;

const data = JSON.parse(document.getElementById("bell-data").textContent);
const root = document.querySelector("[data-part=bell]");
const home = root.previousElementSibling;
const button = root.querySelector("button");
const words = (key, fields = {}) => (data.texts[`notice.${key}`] || key).replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
const list = el("section", { class: "bell__list", role: "dialog", "aria-label": words("bell"), tabindex: "-1", hidden: true });
let told = { notices: [], unread: 0 };
let failed = false;
let timer = null;

function start() {
  if (t("time.now") === "time.now") { // the page's own script brings its texts later, if it has one
    setTexts(data.texts);
    setLocale(data.timezone, document.documentElement.lang);
  }
  root.append(list);
  settle();
  PHONE.addEventListener("change", settle);
  drawButton();
  button.addEventListener("click", () => (list.hidden ? open() : close()));
  document.addEventListener("click", (event) => { if (!event.composedPath().includes(root)) close(); }); // what was tapped may be gone by now
  document.addEventListener("keydown", escape, { capture: true });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) soon(); });
  if ("BroadcastChannel" in window) new BroadcastChannel(STREAM).onmessage = ({ data: { kind } }) => { if (kind === "notice" || kind === "reset") soon(); };
  setInterval(() => { if (!document.hidden) load(); }, EVERY_MS);
  load();
}

/** On a phone the map's rail is a sheet, mostly shut: there the bell lies over the map. */
function settle() {
  const stage = document.querySelector(".map-page .stage");
  if (stage && PHONE.matches) stage.append(root);
  else if (stage) home.after(root);
}

/** A burst of news is one. */
function soon() {
  timer ||= setTimeout(() => { timer = null; load(); }, SETTLE_MS);
}

async function load() {
  try {
    told = await get("/notices", { limit: SHOWN });
    failed = false;
  } catch {
    failed = true;
  }
  drawButton();
  if (!list.hidden) drawList();
}

function drawButton() {
  const n = told.unread;
  button.setAttribute("aria-label", n ? words("bell_unread", { n }) : words("bell"));
  put(button, icon("bell"), n ? el("b", { class: "bell__count", "aria-hidden": "true" }, n > MOST ? `${MOST}+` : String(n)) : null);
}

function open() {
  list.hidden = false;
  button.setAttribute("aria-expanded", "true");
  drawList(!told.notices.length && !failed);
  list.focus({ preventScroll: true });
  load();
}

/** Closes the list alone: what the page does at Escape waits for the next one. */
function escape(event) {
  if (event.key !== "Escape" || list.hidden) return;
  event.stopPropagation();
  close();
  button.focus();
}

function close() {
  if (list.hidden) return;
  list.hidden = true;
  button.setAttribute("aria-expanded", "false");
}

function drawList(isFirst = false) {
  const all = told.unread ? el("button", { type: "button", class: "button button--plain", onclick: () => read({ until: told.notices[0].id }) }, words("mark_all")) : null;
  const head = el("header", { class: "bell__head" }, el("h2", {}, words("bell")), all);
  const foot = el("a", { class: "bell__foot", href: "/account#notices" }, words("settings"));
  const hadFocus = list.contains(document.activeElement);
  put(list, head, body(isFirst), foot);
  if (hadFocus) list.focus({ preventScroll: true });
}

function body(isFirst) {
  if (told.notices.length) return el("ol", {}, told.notices.map(row));
  if (isFirst) return skeleton(3);
  const [title, hint] = failed ? [words("failed"), null] : [words("none"), words("none_hint")];
  return el("div", { class: `state${failed ? " state--error" : ""}` }, el("strong", {}, title), hint && el("p", {}, hint));
}

function row(notice) {
  const attributes = { class: `notice notice--${notice.urgency}${notice.read_at ? "" : " is-new"}`, onclick: (event) => follow(event, notice) };
  const inside = [el("b", {}, notice.title), el("span", {}, [notice.about, shortNumber(notice.number)].filter(Boolean).join(" · ")), el("time", { datetime: notice.at, title: fullTime(notice.at) }, ago(notice.at))];
  const href = notice.number && `${data.matter}${encodeURIComponent(notice.number)}`;
  return el("li", {}, href ? el("a", { ...attributes, href }, inside) : el("button", { ...attributes, type: "button" }, inside));
}

/** A number as people here say it: month, day and place in that day's row. */
function shortNumber(number) {
  return number && number.replace(/^\d+-\d{4}(?=\d{4}-)/, "");
}

/** Opens the matter here where the page can, else goes there; either way the notice is read. */
function follow(event, notice) {
  if (!notice.read_at) read({ ids: [notice.id] });
  if (!notice.number || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const isFree = window.dispatchEvent(new CustomEvent("gridmap:matter", { cancelable: true, detail: { number: notice.number } }));
  if (!isFree) event.preventDefault();
  close();
}

async function read(which) {
  for (const one of told.notices) if ("until" in which || which.ids.includes(one.id)) one.read_at ||= new Date().toISOString();
  told.unread = "until" in which ? 0 : Math.max(0, told.unread - 1);
  drawButton();
  if (!list.hidden) drawList();
  await post("/notices/read", which).catch(() => {});
  soon();
}

start();
