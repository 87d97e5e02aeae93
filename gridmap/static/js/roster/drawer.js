// One post beside the week: who holds it, when, who stands in; and for who leads above it, absences, shifts, handing it over.

import { get, post as send, remove, replace } from "../api.js";
import { el, put } from "../dom.js";
import { comma, fromInputTime, fullTime, inputTime, serverNow } from "../format.js";
import { messageOf } from "../states.js";
import { t } from "../texts.js";
import { dutyTag, fromWhen, spanWords } from "./week.js";

const drawer = document.querySelector("[data-part=drawer]");
const FOUND = 20;
const TYPED_MS = 250;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];
const MOST_SHIFTS = 14;
let before = null;

/** Closes it and gives the focus back to the row, as it is drawn by now. */
export function closeDrawer() {
  if (drawer.hidden) return;
  drawer.hidden = true;
  document.querySelector(before)?.focus();
}

document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) closeDrawer(); });

/** Opens a post of the roster; `changed` is called when something was done. */
export function openPost(one, data, changed) {
  before = `tr[data-post="${one.post_id}"] .who`;
  const close = el("button", { class: "button button--plain", type: "button", onclick: closeDrawer }, t("roster.close"));
  const said = el("p", { class: "alert alert--done", role: "status", hidden: true });

  /** After something was done: the week anew, and this post as it is now. */
  async function done(words) {
    await changed();
    const { posts } = await get("/roster", { area: one.area?.code, q: one.person.code, since: new Date().toISOString(), limit: 100 }).catch(() => ({ posts: [] }));
    const now = posts.find(({ post_id: key }) => key === one.post_id);
    if (now) openPost(now, data, changed);
    else closeDrawer();
    const note = drawer.querySelector("[role=status]");
    if (now && note) { note.hidden = false; note.textContent = words; }
  }

  const ways = one.may ? [absenceForm(one, done), shiftsForm(one, done), handOverForm(one, done)] : [el("p", { class: "quiet" }, t("roster.not_above"))];
  put(drawer,
    el("header", { class: "drawer__head" }, el("h2", { tabindex: "-1" }, one.person.name, el("small", {}, [one.role_name, one.area?.name].filter(Boolean).join(" · "))), close), said,
    el("p", { class: "drawer__duty" }, dutyTag(one), one.duty === "on" ? null : el("span", {}, fromWhen(one))),
    el("dl", { class: "rows" }, el("div", {}, el("dt", {}, t("roster.number")), el("dd", {}, one.person.code)),
      el("div", {}, el("dt", {}, t("roster.shifts")), el("dd", {}, one.shifts.length ? one.shifts.map((shift) => el("div", {}, shiftWords(shift))) : t("roster.always"))),
      el("div", {}, el("dt", {}, t("roster.absences")), el("dd", {}, absences(one, done)))), ways);
  drawer.hidden = false;
  drawer.querySelector("h2").focus();
}

/** 周一至周五 08:00–20:00. */
function shiftWords({ weekdays, begins, ends }) {
  return `${daysWords(weekdays.split(",").map(Number))} ${begins}–${ends}${ends <= begins ? ` ${t("roster.next_day")}` : ""}`;
}

/** Days that follow one another are said by the first and the last of them. */
function daysWords(days) {
  if (days.length === WEEKDAYS.length) return t("roster.every_day");
  const runs = [];
  for (const n of days) {
    if (runs.at(-1)?.at(-1) === n - 1) runs.at(-1).push(n);
    else runs.push([n]);
  }
  const name = (n) => t(`roster.weekday_${n}`);
  return runs.flatMap((run) => (run.length > 2 ? [t("roster.days", { first: name(run[0]), last: name(run.at(-1)) })] : run.map(name))).join(comma());
}

function absences({ away, may }, done) {
  const ahead = away.filter(({ ends }) => new Date(ends) > serverNow());
  if (!ahead.length) return t("roster.none");
  return ahead.map((one) => el("div", { class: "away" }, el("span", {}, spanWords(one)), may ? endButton(one, done) : null));
}

function endButton({ id, begins }, done) {
  const hasBegun = new Date(begins) <= serverNow();
  const fault = el("small", { class: "fault", role: "alert", hidden: true });
  const button = el("button", { type: "button", class: "button", "aria-label": t("roster.end_of", { begins: fullTime(begins).slice(0, 16) }), onclick: async () => {
    button.disabled = true;
    try {
      await remove(`/absences/${id}`);
      await done(t(hasBegun ? "roster.ended" : "roster.taken_back"));
    } catch (error) {
      Object.assign(fault, { hidden: false, textContent: messageOf(error) });
      button.disabled = false;
    }
  } }, t(hasBegun ? "roster.end" : "roster.take_back"));
  return [button, fault];
}

/** A folded form: its fields, and what is sent; a fault stands above its button, what was filled in stays. */
function form(name, nodes, act) {
  const fault = el("p", { class: "alert", role: "alert", hidden: true });
  const button = el("button", { type: "submit", class: "button button--main" }, t(`roster.do_${name}`));
  const submit = async (event) => {
    event.preventDefault();
    Object.assign(button, { disabled: true });
    fault.hidden = true;
    try {
      await act();
    } catch (error) {
      if (error.status === undefined) throw error;
      Object.assign(fault, { hidden: false, textContent: messageOf(error) });
      button.disabled = false;
    }
  };
  return el("details", { class: "way", dataset: { way: name } }, el("summary", {}, t(`roster.way_${name}`)), el("form", { class: "form", onsubmit: submit }, nodes, fault, button));
}

const field = (words, input, hint = null) => el("label", { class: "field" }, el("span", {}, words), input, hint ? el("small", {}, hint) : null);

function absenceForm({ person, area }, done) {
  const now = inputTime(serverNow().toISOString());
  const begins = el("input", { type: "datetime-local", name: "begins", required: true, value: now });
  const ends = el("input", { type: "datetime-local", name: "ends", required: true, min: now });
  const deputy = personInput("deputy", { area: area?.level === "grid" ? area.code.slice(0, 12) : area?.code, besides: person.code });
  return form("absence", [field(t("roster.begins"), begins), field(t("roster.ends"), ends), field(t("roster.deputy"), deputy.node, t("roster.deputy_hint"))], async () => {
    await send("/absences", { person: person.code, begins: fromInputTime(begins.value), ends: fromInputTime(ends.value), ...(deputy.value() ? { deputy: deputy.value() } : {}) });
    await done(t("roster.saved"));
  });
}

/** Somebody by name or staff number: what is typed is looked for among the staff one sees. */
function personInput(name, { area = null, besides = "", required = false }) {
  const list = el("datalist", { id: `people-${name}` });
  let waits = null;
  const look = async () => {
    const { posts } = await get("/roster", { area, q: input.value.trim(), limit: FOUND }).catch(() => ({ posts: [] }));
    const found = new Map(posts.filter(({ person }) => person.code !== besides).map(({ person, role_name: role, area: place }) => [person.code, [person.name, role, place?.name].filter(Boolean).join(" · ")]));
    put(list, [...found].map(([code, words]) => el("option", { value: code }, words)));
  };
  const input = el("input", { name, list: list.id, maxlength: 64, autocomplete: "off", spellcheck: "false", required, placeholder: t("roster.person_hint"), onfocus: look, oninput: () => { clearTimeout(waits); waits = setTimeout(look, TYPED_MS); } });
  return { node: [input, list], value: () => input.value.trim() };
}

function shiftsForm({ post_id: key, shifts }, done) {
  const rows = el("div", { class: "shifts" });
  const add = (shift) => rows.append(shiftRow(shift));
  for (const shift of shifts) add(shift);
  const more = el("button", { type: "button", class: "button", onclick: () => { if (rows.childElementCount < MOST_SHIFTS) add({ weekdays: "1,2,3,4,5", begins: "08:30", ends: "17:30" }); } }, t("roster.shift_add"));
  return form("shifts", [el("p", { class: "quiet" }, t("roster.shifts_hint")), rows, more], async () => {
    await replace(`/posts/${key}/shifts`, { shifts: [...rows.children].map(({ told }) => told()) });
    await done(t("roster.shifts_saved"));
  });
}

function shiftRow({ weekdays, begins, ends }) {
  const days = WEEKDAYS.map((n) => el("label", { class: "shift__day" }, el("input", { type: "checkbox", value: n, checked: weekdays.split(",").includes(String(n)), "aria-label": t(`roster.weekday_${n}`) }), el("span", { "aria-hidden": "true" }, t(`roster.weekday_short_${n}`))));
  const [from, to] = [begins, ends].map((value) => el("input", { type: "time", required: true, value }));
  from.setAttribute("aria-label", t("roster.shift_begins"));
  to.setAttribute("aria-label", t("roster.shift_ends"));
  const node = el("div", { class: "shift" }, el("div", { class: "shift__days" }, days), el("div", { class: "shift__times" }, from, "–", to, el("button", { type: "button", class: "button button--plain", onclick: () => node.remove() }, t("roster.shift_remove"))));
  node.told = () => ({ weekdays: [...node.querySelectorAll(":checked")].map(({ value }) => value).join(",") || "0", begins: from.value, ends: to.value });
  return node;
}

function handOverForm({ post_id: key, person }, done) {
  const successor = personInput("successor", { besides: person.code, required: true });
  return form("hand_over", [el("p", { class: "quiet" }, t("roster.hand_over_hint")), field(t("roster.successor"), successor.node)], async () => {
    const { matters } = await send(`/posts/${key}/hand-over`, { person: successor.value() });
    await done("");
    announce(t("roster.handed_over", { n: matters }));
  });
}

/** Where the post itself is gone from the list: said above the week, and gone by itself. */
function announce(words) {
  const node = el("p", { class: "alert alert--done roster__said", role: "status" }, words);
  document.querySelector("[data-part=view]").prepend(node);
  setTimeout(() => node.remove(), 8000);
}
