// Keeps on this phone what must not be lost: drafts, what waits to be sent, its photos, and the last answers.

import { serverNow } from "../format.js";
import { data } from "./page.js";

const NAME = "gridmap-field";
const DAYS_KEPT = 7;
let opened = null;

function database() {
  opened ||= import(data.idb).then(({ openDB }) => openDB(NAME, 1, {
    upgrade(db) {
      db.createObjectStore("items", { keyPath: "id" }).createIndex("account", "account");
      db.createObjectStore("blobs", { keyPath: "id" });
      db.createObjectStore("answers", { keyPath: "key" });
    },
  }));
  return opened;
}

/** Everything this account made on this phone, oldest first: drafts, waiting, refused and delivered. */
export async function items(account = data.me.username) {
  const db = await database();
  return (await db.getAllFromIndex("items", "account", account)).sort((a, b) => a.created - b.created);
}

/** What other accounts still have here: how many, by account. Never shown to be read, never sent. */
export async function others() {
  const db = await database();
  const counts = new Map();
  for (const { account, phase } of await db.getAll("items")) {
    if (account !== data.me.username && phase !== "sent") counts.set(account, (counts.get(account) || 0) + 1);
  }
  return counts;
}

/** Keeps an item as it now is. Throws QuotaExceededError where the phone is full. */
export async function put(item) {
  await (await database()).put("items", item);
  return item;
}

export async function item(id) {
  return (await database()).get("items", id);
}

/** Forgets an item and its photos. */
export async function drop({ id, photos = [] }) {
  const db = await database();
  const change = db.transaction(["items", "blobs"], "readwrite");
  change.objectStore("items").delete(id);
  for (const photo of photos) change.objectStore("blobs").delete(photo.id);
  await change.done;
}

/** Keeps a photo's bytes beside its item's id. */
export async function putBlob(id, owner, blob) {
  await (await database()).put("blobs", { id, owner, blob });
}

/** A photo's bytes; null where they are gone. */
export async function blob(id) {
  return (await (await database()).get("blobs", id))?.blob || null;
}

export async function dropBlob(id) {
  await (await database()).delete("blobs", id);
}

/** Keeps the last answer to a question of this account, with when it came. */
export async function remember(name, value, at = Date.now()) {
  const db = await database();
  await db.put("answers", { key: `${data.me.username}|${name}`, at, value }).catch(() => {});
}

/** {at, value} of the last answer; null where there was none. */
export async function recall(name) {
  return (await (await database()).get("answers", `${data.me.username}|${name}`)) || null;
}

/** Forgets delivered items after some days. */
export async function tidy(now = serverNow().getTime()) {
  for (const one of await items()) {
    if (one.phase === "sent" && now - one.answered > DAYS_KEPT * 864e5) await drop(one);
  }
}

/** Forgets the answers that were kept to be read without a network, as on signing out. */
export async function forgetAnswers() {
  await (await database()).clear("answers");
}

const A_PHOTO = 700_000;
const LITTLE = 60 * A_PHOTO;

/** How much room there is: {bytes, photos, isLittle}; null where the browser does not say. */
export async function room() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => null)) || {};
  if (!quota) return null;
  const bytes = Math.max(quota - usage, 0);
  return { bytes, photos: Math.floor(bytes / A_PHOTO), isLittle: bytes < LITTLE };
}

/** Asks the browser not to clear this away when space runs short. */
export function askToStay() {
  navigator.storage?.persist?.().catch(() => {});
}
