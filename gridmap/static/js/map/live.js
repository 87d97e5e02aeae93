// Follows what happens: one stream per browser, shared by its tabs; says since when it is gone, and comes back.

import { serverNow } from "../format.js";

const EVENTS = ["issue", "gone", "areas", "buildings", "imported", "tiles", "steer", "notice", "reset", "signed-out"];
const LOCK = "gridmap-stream";
const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

/** Emits `message` {detail: {kind, data}} and `link` when `goneSince` (a Date, or null while connected) changes. */
export class Live extends EventTarget {
  constructor(url) {
    super();
    Object.assign(this, { url, goneSince: null, wait: FIRST_WAIT_MS });
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
    this.source = new EventSource(this.url);
    this.source.onopen = () => this.opened();
    this.source.onerror = () => this.failed();
    for (const kind of EVENTS) {
      this.source.addEventListener(kind, (event) => this.tell({ kind, data: parse(event.data) }));
    }
  }

  opened() {
    this.wait = FIRST_WAIT_MS;
    const missed = this.reopened;
    this.reopened = false;
    this.tell({ kind: "link", data: { since: null } });
    if (missed) this.tell({ kind: "reset", data: {} }); // a new stream does not know what the old one saw last
  }

  failed() {
    if (!this.goneSince) this.tell({ kind: "link", data: { since: serverNow().toISOString() } });
    if (this.source.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    this.reopened = true;
    setTimeout(() => this.open(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT_MS);
  }

  tell(message) {
    this.channel?.postMessage(message);
    this.take(message);
  }

  take({ kind, data }) {
    if (kind === "link") {
      this.goneSince = data.since ? new Date(data.since) : null;
      this.dispatchEvent(new Event("link"));
    } else this.dispatchEvent(new CustomEvent("message", { detail: { kind, data } }));
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
