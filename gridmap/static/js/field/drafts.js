// The report being filled in: kept after every change, and turned into steps to send.

import { serverNow } from "../format.js";
import * as keep from "./keep.js";
import { outbox } from "./outbox.js";
import { data, draw } from "./page.js";

const WHISTLE_STEPS = { whistle_accept: "accept", whistle_check_in: "check-in", whistle_finish: "finish", whistle_rate: "rate", whistle_cancel: "cancel" };
const GOOD_M = 50; // beyond this a place wants a look
const COARSE_M = 200; // and beyond this it is no place at all

/** The draft touched last; one is begun where there is none. */
export async function current() {
  const open = outbox.of("draft").sort((a, b) => a.touched - b.touched).at(-1);
  return open || begin();
}

/** A new draft beside those that wait to be gone on with. */
export async function fresh() {
  const empty = outbox.of("draft").find((draft) => !hasContent(draft) && !draft.error);
  return empty ? save(empty, { created: serverNow().getTime(), place: null, occurred: null }) : begin();
}

function begin() {
  return save({ id: draw(), account: data.me.username, kind: "report", phase: "draft", created: serverNow().getTime(),
    photos: [], faults: [], place: null, choice: null, category: null, categoryName: null, words: "", steps: [] });
}

/** Keeps the draft with what changed. Throws QuotaExceededError where the phone is full. */
export async function save(draft, changes = {}) {
  Object.assign(draft, changes, { touched: serverNow().getTime() });
  await keep.put(draft);
  if (outbox.items.some(({ id }) => id === draft.id)) outbox.show(draft);
  else outbox.adopt(draft);
  return draft;
}

/** Whether something was put into it. */
export function hasContent({ photos, category, words, place }) {
  return Boolean(photos.length || category || words.trim() || place?.confirmed);
}

/** Whether somebody has begun to fill it in: from then on it means one place. */
export function isBegun({ photos, category, words }) {
  return Boolean(photos.length || category || words.trim());
}

/** Whether a place is known too badly to be said: so wide, or so wide that its cell is rather another. A pin never is. */
export function isCoarse(place) {
  if (!place || place.accuracy_m === null || place.confirmed) return false;
  return place.accuracy_m > COARSE_M || (place.accuracy_m > GOOD_M && shareOf(place.why) < 0.5);
}

/** The share of the cell a place is said to lie in; 1 where the answer tells of no other. */
export function shareOf(why) {
  return why?.candidates?.find(({ code }) => code && code === why.cell?.code)?.share ?? 1;
}

/** The photo of how it was left, for what was fixed on the spot; null for none. */
export const afterOf = ({ photos }) => photos.find(({ shows }) => shows === "after") || null;

/** What is fixed on the spot needs a photo from before and one from after. */
export function lacksPhotos({ fixed, photos }) {
  return Boolean(fixed) && (!afterOf({ photos }) || photos.length < 2);
}

/** Whether a place needs no question any more. */
export function isPlaced({ place }) {
  if (!place) return false;
  return place.confirmed || (place.why?.status === "inside" && place.accuracy_m !== null && place.accuracy_m <= GOOD_M);
}

/** Which of the four cards are done. */
export function done(draft) {
  return {
    photo: draft.photos.length > 0,
    place: isPlaced(draft),
    category: Boolean(draft.category),
    words: Boolean(draft.words.trim()),
  };
}

/** The card to go to after `from`: the next one that still wants something, at last the look over all. */
export function next(draft, from) {
  const cards = done(draft);
  const open = ["place", "category"].filter((name) => name !== from && !cards[name]);
  return open[0] || "words";
}

/** Into the outbox: the report, the cell chosen, the photos, that it was fixed on the spot; each step with its own id. */
export async function send(draft, extra = []) {
  const { lon, lat, accuracy_m } = draft.place;
  const body = {
    lon, lat, datum: "wgs84", accuracy_m, category: draft.category, description: draft.words.trim(), ...(draft.place.unsure ? { unsure: true } : {}),
    occurred_at: draft.occurred || momentOf(draft.created),
  };
  draft.occurred = body.occurred_at;
  draft.steps = [
    { kind: "report", id: draft.id, body },
    ...(draft.choice ? [{ kind: "act", id: draw(), name: "choose_cell", body: { cell: draft.choice } }] : []),
    ...draft.photos.map((photo) => ({ kind: "photo", id: photo.id, shows: photo.shows || "before" })),
    ...(draft.fixed ? [{ kind: "act", id: draw(), name: "self_fix", body: {} }] : []),
    ...extra,
  ];
  Object.assign(draft, { phase: "waiting", error: null, created: serverNow().getTime() });
  keep.askToStay();
  return outbox.put(draft);
}

function momentOf(ms) {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** A refused report back into the form; what the server has taken already stays taken. */
export async function reopen(item) {
  Object.assign(item, { phase: "draft", error: item.error, created: serverNow().getTime() });
  return save(item);
}

/** What somebody began to do to a matter as it is shown (or about a whistle over it) and has not sent; a new one, not yet kept, where there is none. */
export function begun(matter, name, whistle = null) {
  const kept = outbox.of("begun").find((item) => item.number === matter.number && item.name === name && (item.whistle || null) === whistle);
  if (kept) return Object.assign(kept, { seen: matter.seq ?? kept.seen });
  return { id: draw(), account: data.me.username, kind: "act", phase: "begun", created: serverNow().getTime(), name, whistle, number: matter.number,
    categoryName: matter.category_name, category: matter.category, seen: matter.seq, photos: [], words: "", steps: [] };
}

/** An action on a matter into the outbox, its photos before it; `photo` is photos, with words a comment too. */
export function act(item, more = {}) {
  const body = { ...(item.words.trim() ? { words: item.words.trim() } : {}), ...more };
  const shown = { finish: "after", whistle_finish: "evidence" }[item.name];
  const photos = item.photos.map(({ id, shows }) => ({ kind: "photo", id, shows: shows || shown }));
  const step = item.whistle ? { kind: "whistle", id: draw(), name: item.name, path: `/whistles/${item.whistle}/${WHISTLE_STEPS[item.name]}`, body }
    : { kind: "act", id: draw(), name: item.name === "photo" ? "comment" : item.name, body: item.seen ? { ...body, seen: item.seen } : body };
  const steps = item.name === "photo" && !item.words.trim() ? photos : [...photos, step];
  return outbox.put({ ...item, steps, phase: "waiting", created: serverNow().getTime(), error: null });
}

/** The act that was refused since somebody else decided something meanwhile, once more: now one has been told. */
export function insist(item) {
  const { step, details } = item.error;
  const steps = item.steps.map((one) => (one.id === step ? { ...one, id: draw(), body: { ...one.body, seen: details.seq } } : one));
  return outbox.put({ ...item, steps, phase: "waiting", error: null });
}

/** A draft that is no longer wanted; its photos too, unless something else sends them. Answers a way to put it back. */
export async function discard(draft, { keepPhotos = false } = {}) {
  const photos = keepPhotos ? [] : draft.photos;
  const blobs = await Promise.all(photos.map(({ id }) => keep.blob(id)));
  await outbox.drop({ ...draft, photos });
  return async () => {
    for (const [i, blob] of blobs.entries()) if (blob) await keep.putBlob(photos[i].id, draft.id, blob);
    await outbox.put(draft);
  };
}
