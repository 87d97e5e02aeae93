// Follows what happens: one stream per browser, shared by its tabs; says since when it is gone, and comes back.

import { serverNow } from "../format.js";

const EVENTS = ["ready", "issue", "gone", "areas", "buildings", "imported", "tiles", "steer", "notice", "reset", "signed-out"];
const LOCK = "gridmap-stream";
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Emits `message` {detail: {kind, data}} and `link` when `goneSince` (a Date, or null while connected) changes.
 *
 * `last`: the stream's number when the page was made; what came since is told first, so that nothing that
 * happens between a page's figures and its stream is missed. Without it the page has to look again at the first link.
 */
export class Live extends EventTarget {
  constructor(url, last = null) {
    super();
    Object.assign(this, { url, last, goneSince: null, wait: FIRST_WAIT_MS });
    this.channel = "BroadcastChannel" in window ? new BroadcastChannel(LOCK) : null;
    if (this.channel) this.channel.onmessage = ({ data }) => this.take(data);
  }

  /** Starts following. Locks exist only on secure pages; elsewhere each tab has its own stream. */
  start() {
    window.addEventListener("pagehide", () => this.source?.close());
    if (!this.channel || !navigator.locks) {
      this.open();
      return;
    }
    navigator.locks.request(LOCK, () => {
      this.open();
      return new Promise(() => {}); // held until this tab is gone; then the next tab opens the stream
    });
  }

  open() {
    this.source = new EventSource(this.last === null ? this.url : `${this.url}?last_event_id=${this.last}`);
    this.source.onopen = () => this.opened();
    this.source.onerror = () => this.failed();
    for (const kind of EVENTS) {
      this.source.addEventListener(kind, (event) => this.tell({ kind, data: parse(event.data), last: event.lastEventId }));
    }
  }

  opened() {
    this.wait = FIRST_WAIT_MS;
    this.tell({ kind: "link", data: { since: null } });
  }

  failed() {
    if (!this.goneSince) this.tell({ kind: "link", data: { since: serverNow().toISOString() } });
    if (this.source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  tell(message) {
    this.channel?.postMessage(message);
    this.take(message);
  }

  take({ kind, data, last }) {
    if (last) this.last = last; // also in tabs that listen along: one of them opens the next stream
    if (kind === "link") {
      this.goneSince = data.since ? new Date(data.since) : null;
      this.dispatchEvent(new Event("link"));
    } else if (kind !== "ready") this.dispatchEvent(new CustomEvent("message", { detail: { kind, data } }));
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
