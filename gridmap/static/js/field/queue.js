// Everything on its way from this phone: each thing and how it stands, what wants an answer, what has arrived.

import { el, put } from "../dom.js";
import { startReport } from "./begin.js";
import { act, keptImage, side } from "./bits.js";
import * as drafts from "./drafts.js";
import * as keep from "./keep.js";
import { outbox } from "./outbox.js";
import { data, go, words } from "./page.js";
import { pick, read } from "./pictures.js";
import { clockOf, isToday, megabytes, reasonOf, shortNumber } from "./say.js";
import { sign } from "./signs.js";

export function queue() {
  const body = el("div", { class: "queue" });
  const node = el("div", { class: "queue-screen" }, body, el("div", { class: "bar" }, side(words("retry"), "refresh", () => outbox.kick()), data.may.report ? act(words("report_on"), "camera", startReport) : null));
  let room = null;
  let others = new Map();
  let undo = null;

  function draw() {
    const waiting = outbox.waiting;
    const refused = outbox.of("refused");
    const open = [...outbox.of("draft").filter(drafts.hasContent), ...outbox.of("begun")];
    const arrived = outbox.of("sent").filter(({ answered }) => isToday(new Date(answered).toISOString())).reverse();
    put(body,
      undo ? el("div", { class: "note", role: "status" }, el("span", {}, words("draft_out")), el("button", { type: "button", class: "link", onclick: putBack }, words("undo"))) : null,
      section(words("queue_waiting", { n: waiting.length }), words("queue_safe"), waiting.map(waitingRow), words("queue_nothing")),
      refused.length ? section(words("queue_refused", { n: refused.length }), null, refused.map(refusedRow), null, "queue__head--amber") : null,
      open.length ? section(words("queue_drafts", { n: open.length }), null, open.map((draft) => draftRow(draft, throwAway))) : null,
      arrived.length ? section(words("queue_sent", { n: arrived.length }), null, arrived.slice(0, 30).map(sentRow)) : null,
      [...others].map(([account, n]) => el("p", { class: "note note--amber" }, sign("person"), el("span", {}, words("queue_others", { n, account })))),
      room ? el("p", { class: "quiet queue__room" }, sign("disk", 20), words("room", { size: megabytes(room.bytes), n: room.photos.toLocaleString("en") })) : null);
  }

  async function throwAway(draft) {
    undo = await drafts.discard(draft);
    draw();
    body.scrollTop = 0;
  }

  async function putBack() {
    await undo();
    undo = null;
    draw();
  }

  draw();
  outbox.addEventListener("change", draw);
  Promise.all([keep.room(), keep.others()]).then(([found, counted]) => { room = found; others = counted; draw(); });
  return { node, close() { outbox.removeEventListener("change", draw); } };
}

function section(title, hint, rows, nothing, more = "") {
  return el("section", {}, el("h2", { class: `queue__head ${more}` }, title, hint ? el("small", {}, hint) : null), rows.length ? rows : el("p", { class: "quiet pad" }, nothing));
}

function row(item, tone, icon, state, hint, ...more) {
  return el("article", { class: `queue__row queue__row--${tone}`, dataset: { item: item.id } }, isShown(item) ? el("span", { class: "queue__thumb" }, keptImage(item.photos[0], words("photos"))) : sign(icon, 26),
    el("div", { class: "queue__what" }, el("p", {}, el("b", {}, titleOf(item)), state ? el("em", {}, state) : null), el("small", {}, hint), more));
}

/** Whether its first photo still lies on this phone. */
function isShown({ photos, steps, phase }) {
  return Boolean(photos?.length) && phase !== "sent" && !steps?.some(({ id, done }) => id === photos[0].id && done);
}

function titleOf(item) {
  const name = item.categoryName || words("draft_nameless");
  return item.kind === "act" ? `${name} · ${words(`act_${item.name}`)}` : name;
}

function waitingRow(item) {
  const photos = item.steps.filter(({ kind }) => kind === "photo");
  const at = photos.findIndex(({ done }) => !done);
  const share = Math.round((item.progress || 0) * 100);
  const isPhoto = item.steps.find(({ done }) => !done)?.kind === "photo";
  const state = item.phase === "sending" ? (isPhoto && share ? words("state_percent", { n: share }) : words("state_sending")) : isPhoto && share ? words("state_stopped", { n: share }) : words("state_waiting");
  const hint = [clockOf(item.created), item.number ? shortNumber(item.number) : null, item.error?.message, isPhoto ? words("photo_n", { n: at + 1, all: photos.length }) : photos.length ? words("n_photos", { n: photos.length }) : null, item.place?.unsure ? words("community_decides") : null];
  return row(item, "waiting", "clock", state, hint.filter(Boolean).join(" · "), share && isPhoto ? el("div", { class: "progress" }, el("i", { css: { width: `${share}%` } })) : null);
}

function sentRow(item) {
  const n = item.photos.length;
  const line = [clockOf(item.answered), shortNumber(item.number), item.answer?.properties?.in_triage ? words("in_triage") : null, n ? words("n_photos", { n }) : null];
  return el("a", { class: "queue__link", href: `#/${item.kind === "report" ? `sent/${item.id}` : `task/${encodeURIComponent(item.number)}`}` }, row(item, "sent", "check", words("state_sent"), line.filter(Boolean).join(" · ")));
}

function draftRow(draft, throwAway) {
  const open = async () => {
    await drafts.save(draft);
    go(draft.kind === "act" ? `task/${encodeURIComponent(draft.number)}` : "report/words");
  };
  return row(draft, "draft", "disk", words("state_draft"), [clockOf(draft.created), draft.photos.length ? words("n_photos", { n: draft.photos.length }) : null, draft.words.slice(0, 30)].filter(Boolean).join(" · "),
    el("div", { class: "pair" }, side(words("go_on"), "edit", open), side(words("throw_away"), "trash", () => throwAway(draft))));
}

/** What the server did not take, in its words, and what can be done about it. */
function refusedRow(item) {
  const { error } = item;
  const hint = `${clockOf(error.at)} ${words("sent_back", { reason: reasonOf(error) })}`;
  return row(item, "refused", "warn", null, hint, el("div", { class: "pair pair--wraps" }, waysOut(item)));
}

function waysOut(item) {
  if (item.error.kind === "report") return [side(words("mend"), "edit", () => drafts.reopen(item).then(() => go("report/words"))), side(words("throw_away"), "trash", () => outbox.drop(item))];
  if (item.error.kind === "photo") return [side(words("photo_other"), "camera", () => replace(item)), side(words("photo_leave_out"), "trash", () => leaveOut(item))];
  if (item.kind === "report" && item.error.name !== "choose_cell") return [look(item), side(words("understood"), "check", () => leaveOut(item))];
  if (item.kind === "report") return [side(words("leave_to_community"), null, () => leaveOut(item))];
  if (item.error.code === "changed_meanwhile") return [look(item), side(words("insist"), "send", () => drafts.insist(item)), side(words("throw_away"), "trash", () => outbox.drop(item))];
  return [look(item), side(words("understood"), "check", () => outbox.drop(item))];
}

const look = ({ number }) => el("a", { class: "side", href: `#/task/${encodeURIComponent(number)}` }, words("near_look"));

/** The refused step goes, by the person's word; the others are sent. */
function leaveOut(item) {
  const { step } = item.error;
  return outbox.put({ ...item, steps: item.steps.filter(({ id }) => id !== step), photos: item.photos.filter(({ id }) => id !== step), phase: "waiting", error: null });
}

function replace(item) {
  pick(async ([file]) => {
    const { blob, ...photo } = await read(file);
    await keep.putBlob(photo.id, item.id, blob);
    const { step } = item.error;
    const steps = item.steps.map((one) => (one.id === step ? { ...one, id: photo.id } : one));
    await outbox.put({ ...item, steps, photos: item.photos.map((one) => (one.id === step ? { ...photo, shows: one.shows } : one)), phase: "waiting", error: null });
  });
}

/** Whether anything of this account would be left behind here. */
export const unsent = () => outbox.of("waiting", "sending", "refused", "begun").length + outbox.of("draft").filter(drafts.hasContent).length;

