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
let told = { lines: [], unread: 0, until: null };
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
    told = await get("/notices/lines", { limit: SHOWN });
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
  drawList(!told.lines.length && !failed);
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
  const all = told.unread ? el("button", { type: "button", class: "button button--plain", onclick: () => read({ until: told.until }) }, words("mark_all")) : null;
  const head = el("header", { class: "bell__head" }, el("h2", {}, words("bell")), all);
  const foot = el("a", { class: "bell__foot", href: "/account#notices" }, words("settings"));
  const hadFocus = list.contains(document.activeElement);
  put(list, head, body(isFirst), foot);
  if (hadFocus) list.focus({ preventScroll: true });
}

function body(isFirst) {
  if (told.lines.length) return el("ol", {}, told.lines.map(row));
  if (isFirst) return skeleton(3);
  const [title, hint] = failed ? [words("failed"), null] : [words("none"), words("none_hint")];
  return el("div", { class: `state${failed ? " state--error" : ""}` }, el("strong", {}, title), hint && el("p", {}, hint));
}

/** A line leads to its matter, or where it stands for many to the list of them. */
function row(line) {
  const attributes = { class: `notice notice--${line.urgency}${line.is_read ? "" : " is-new"}`, onclick: (event) => follow(event, line) };
  const many = line.matters > 1 ? el("em", { class: "notice__go" }, words("list_open", { n: line.matters })) : null;
  const inside = [el("b", {}, line.title), el("span", {}, [line.about, shortNumber(line.number)].filter(Boolean).join(" · ")), many, el("time", { datetime: line.at, title: fullTime(line.at) }, ago(line.at))];
  const href = line.number ? `${data.matter}${encodeURIComponent(line.number)}` : many && listOf(line);
  return el("li", {}, href ? el("a", { ...attributes, href }, inside) : el("button", { ...attributes, type: "button" }, inside));
}

/** A page with one list of its own has an address with a place in it. */
function listOf(line) {
  return data.list.includes("#") ? data.list : `${data.list}${line.opens}`;
}

/** A number as people here say it: month, day and place in that day's row. */
function shortNumber(number) {
  return number && number.replace(/^\d+-\d{4}(?=\d{4}-)/, "");
}

/** Opens the matter here where the page can, else goes there; either way the line is read. */
function follow(event, line) {
  if (!line.is_read) read({ ids: line.ids });
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (line.number) {
    const isFree = window.dispatchEvent(new CustomEvent("gridmap:matter", { cancelable: true, detail: { number: line.number } }));
    if (!isFree) event.preventDefault();
  }
  close();
}

async function read(which) {
  const isOf = (line) => "until" in which || line.ids === which.ids;
  for (const line of told.lines) if (isOf(line)) line.is_read = true;
  told.unread = "until" in which ? 0 : Math.max(0, told.unread - 1);
  drawButton();
  if (!list.hidden) drawList();
  await post("/notices/read", which, { keepalive: true }).catch(() => {});
  soon();
}

start();
