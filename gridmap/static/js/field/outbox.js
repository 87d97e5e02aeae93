// Sends what waits, one thing after another, each step under its own id; nothing is dropped, whatever the answer.

import { serverNow } from "../format.js";
import { sessionEnded, onSession, sessionOver } from "./entry.js";
import * as keep from "./keep.js";
import { data, draw } from "./page.js";
import { freshPage, post, postPhoto, useToken } from "./wire.js";

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;
const LEADS_TO = { accept: "accepted", start: "handling", finish: "handled", self_fix: "handled", return: "accepted", verify: "verified", close: "closed", rate: "rated", reopen: "reported", reopen_unsolved: "reported" };
const BEHIND = { whistle_accept: ["accepted", "on_site", "done"], whistle_check_in: ["on_site", "done"], whistle_finish: ["done"] };
const LOCK = `gridmap-field-outbox-${data.me.username}`;

/** Emits `change` when an item or the link changes, `sent` {detail: item} when one has wholly arrived. */
class Outbox extends EventTarget {
  constructor() {
    super();
    Object.assign(this, { items: [], goneSince: null, tries: 0, running: false, again: false });
  }

  async start() {
    await this.load();
    window.addEventListener("online", () => this.kick());
    window.addEventListener("offline", () => this.lost());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.kick(); });
    onSession(() => { if (!sessionEnded()) this.kick(); else this.tell(); });
    if (!navigator.onLine) this.lost();
    this.kick();
  }

  /** Those of a phase, oldest first. */
  of(...phases) {
    return this.items.filter(({ phase }) => phases.includes(phase));
  }

  get waiting() {
    return this.of("waiting", "sending");
  }

  async load() {
    const held = new Map(this.items.filter(isOpen).map((item) => [item.id, item]));
    this.items = (await keep.items()).map((item) => (isOpen(item) && held.get(item.id)) || item);
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** Shows an item that has just been kept for the first time; it stays this object while it is filled in. */
  adopt(item) {
    this.items = [...this.items, item];
    this.tell();
  }

  /** Keeps an item, shows it, and sends it if it is to be sent. */
  async put(item) {
    await keep.put(item);
    await this.load();
    if (item.phase === "waiting") this.kick();
    return item;
  }

  async drop(item) {
    await keep.drop(item);
    await this.load();
  }

  /** Tries now, however long the pause was to be. */
  kick() {
    clearTimeout(this.timer);
    if (this.running) this.again = true;
    else this.drain().catch((error) => { console.warn("outbox", error); });
  }

  async drain() {
    this.running = true;
    try {
      await alone(async () => {
        do {
          this.again = false;
          await this.load();
          for (const item of this.waiting) if (!(await this.deliver(item))) return;
        } while (this.again);
      });
    } finally {
      this.running = false;
      await this.load();
      if (this.waiting.length && !sessionEnded()) this.later();
    }
  }

  later() {
    clearTimeout(this.timer);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(this.tries, 6), LONGEST_WAIT_MS);
    this.timer = setTimeout(() => this.kick(), this.pause || wait);
    this.pause = null;
  }

  /** Does an item's open steps; whether the next item may follow. */
  async deliver(item) {
    if (sessionEnded()) return false;
    item.phase = "sending";
    item.progress = item.progress || 0;
    this.show(item);
    for (const step of item.steps) {
      if (step.done) continue;
      try {
        await this.take(item, step);
      } catch (error) {
        if (!isThere(step, error)) return this.failed(item, step, error);
      }
      this.reached();
      step.done = true;
      item.progress = 0;
      await keep.put(item);
      if (step.kind === "photo") await keep.dropBlob(step.id);
      this.show(item);
    }
    Object.assign(item, { phase: "sent", answered: serverNow().getTime(), error: null });
    await keep.put(item);
    await this.load();
    this.dispatchEvent(new CustomEvent("sent", { detail: item }));
    return true;
  }

  async take(item, step) {
    if (step.kind === "report") {
      const feature = await post("/issues", { ...step.body, client_id: step.id });
      item.number = feature.properties.number;
      item.answer = feature;
    } else if (step.kind === "act") {
      item.answer = await post(`/issues/${encodeURIComponent(item.number)}/actions/${step.name}`, { ...step.body, client_id: step.id });
    } else if (step.kind === "whistle") item.answer = await post(step.path, { ...step.body, client_id: step.id });
    else await this.takePhoto(item, step);
  }

  async takePhoto(item, step) {
    const photo = await keep.blob(step.id);
    if (!photo) throw Object.assign(new Error("photo_gone"), { code: "photo_gone", status: 410 });
    const { thumbnail_url: small } = await postPhoto(item.number, { clientId: step.id, shows: step.shows, photo }, (share) => {
      item.progress = share;
      this.show(item);
    });
    step.small = small;
  }

  /** Shows an item as it is in memory, without waiting for the store. */
  show(item) {
    this.items = this.items.map((one) => (one.id === item.id ? item : one));
    this.tell();
  }

  reached() {
    this.tries = 0;
    this.goneSince = null;
  }

  lost() {
    this.goneSince ||= serverNow();
    this.tell();
  }

  /** What an answer that is none means for the item: to wait, to sign in, or to ask the person. */
  async failed(item, step, error) {
    if (error.status === 401) return this.wait(item, () => sessionOver());
    if (error.code === "csrf_failed") return this.wait(item, () => this.renew());
    if (isPassing(error)) {
      this.tries += 1;
      this.pause = error.details?.retry_after_s ? error.details.retry_after_s * 1000 : null;
      if (!error.isOurs) this.lost();
      else item.error = told(error, step);
      return this.wait(item);
    }
    this.reached();
    Object.assign(item, { phase: "refused", error: told(error, step), progress: 0 });
    if (error.code === "client_id_reused") step.id = step.kind === "photo" ? step.id : draw();
    await keep.put(item);
    await this.load();
    return true; // the others need not wait for this one
  }

  async wait(item, act) {
    item.phase = "waiting";
    await keep.put(item);
    await this.load();
    await act?.();
    return false;
  }

  /** The page's token is old: take a new one, or find out who is signed in. */
  async renew() {
    try {
      const page = await freshPage();
      if (!page) return sessionOver();
      if (page.me.username !== data.me.username) return window.location.reload();
      useToken(page.csrf);
      this.again = true;
      setTimeout(() => this.kick(), 0);
    } catch {
      this.lost();
    }
    return undefined;
  }
}

/** Whether somebody may be filling it in: then what is in memory is newer than what is kept. */
function isOpen({ phase }) {
  return phase === "draft" || phase === "begun";
}

/** Whether an action is refused because the matter, or the call of one's unit, already stands where it leads: then it is done. */
function isThere({ kind, name }, { code, details }) {
  if (kind === "whistle") return code === "call_not_now" && Boolean(BEHIND[name]?.includes(details?.call));
  return kind === "act" && code === "action_not_now" && Boolean(LEADS_TO[name]) && details?.status === LEADS_TO[name];
}

/** What passes by itself: no network, a server that is busy or away, too fast. */
function isPassing({ status }) {
  return !status || status === 429 || status >= 500;
}

function told({ code, message, status, details }, step) {
  return { code, message, status, details: details || {}, step: step.id, kind: step.kind, name: step.name, at: serverNow().getTime() };
}

/** One tab sends at a time; ids make it harmless where the browser has no locks. */
function alone(act) {
  if (!navigator.locks) return act();
  return navigator.locks.request(LOCK, { ifAvailable: true }, (lock) => (lock ? act() : null));
}

export const outbox = new Outbox();
