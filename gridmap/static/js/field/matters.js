// My tasks and what I reported: loaded, kept for without a network, and followed while they change.

import { get } from "../api.js";
import { serverNow } from "../format.js";
import { keepers } from "./kept_answers.js";
import { data } from "./page.js";
import { position } from "./position.js";
import { due } from "./say.js";
import { metres } from "./sides.js";
import { waitsForMe } from "./whistles.js";

const MOST = 300;
const SOON_MS = 250;
const RETRY_MS = 15_000;

/** Emits `change`. `at`: when what is shown came; `error` and `tries` while nothing newer can be had. */
class Matters extends EventTarget {
  constructor() {
    super();
    Object.assign(this, { open: [], mine: [], whistles: [], at: null, error: null, tries: 0, loaded: false });
  }

  async restore() {
    const kept = await keepers.recallWhole("matters");
    if (kept && !this.loaded) Object.assign(this, { open: kept.value.open, mine: kept.value.mine, whistles: kept.value.whistles || [], at: kept.at });
    this.tell();
  }

  tell() {
    this.dispatchEvent(new Event("change"));
  }

  /** Soon, once for many wishes. */
  soon() {
    this.timer ||= setTimeout(() => { this.timer = null; this.load(); }, SOON_MS);
  }

  async load() {
    clearTimeout(this.retry);
    try {
      const [open, mine, { whistles }] = await Promise.all([
        get("/issues", { mine: 1, status: "open", order: "urgency", limit: MOST }),
        get("/issues", { mine: 1, limit: 60 }),
        get("/whistles", { open: 1, mine: 1, limit: 50 }),
      ]);
      Object.assign(this, { open: open.features, mine: mine.features, whistles: byUrgency(whistles), at: Date.now(), error: null, tries: 0, loaded: true });
      keepers.remember("matters", { open: this.open, mine: this.mine.slice(0, 30), whistles: this.whistles });
    } catch (error) {
      this.error = error;
      this.tries += 1;
      this.retry = setTimeout(() => this.load(), RETRY_MS);
    }
    this.tell();
  }

  remove(number) {
    this.open = this.open.filter(({ id }) => id !== number);
    this.mine = this.mine.filter(({ id }) => id !== number);
    this.whistles = this.whistles.filter((whistle) => whistle.number !== number);
    this.tell();
  }

  find(number) {
    return [...this.open, ...this.mine].find(({ id }) => id === number) || null;
  }

  /** What I have to do: matters I handle while they are in my hands, and those I answer for until they are closed. */
  tasks(order = "urgency") {
    const now = serverNow();
    const list = this.open.filter(({ properties: p }) => isTask(p)).map((feature) => ({
      ...feature.properties, geometry: feature.geometry, metres: distanceTo(feature), due: due(feature.properties, now),
    }));
    return list.sort(ORDERS[order]).map((task, i) => ({ ...task, rank: i + 1 }));
  }

  /** What I reported, newest first. */
  reports() {
    return this.mine.filter(({ properties: p }) => p.reported_by_me ?? !isTask(p)).map(({ properties, geometry }) => ({ ...properties, geometry }));
  }
}

/** What one has to do oneself first, then what others have to; each by when it has to be answered. */
function byUrgency(whistles) {
  const until = ({ answer_by: at }) => (at ? Date.parse(at) : Infinity);
  return [...whistles].sort((a, b) => waitsForMe(b) - waitsForMe(a) || differ(until(a), until(b)) || b.id - a.id);
}

// Where it waits for somebody else than whoever handles it: to be accepted, dispatched anew, verified, closed, resumed.
const ELSEWHERE = ["received", "accepted", "handled", "verified", "suspended"];

function isTask({ owner, handler, unit, status }) {
  const { person_id: me, unit: mine } = data.me;
  const isElsewhere = ELSEWHERE.includes(status);
  if (mine && unit === mine) return !isElsewhere;
  if (!me) return false;
  return owner?.id === me || (handler?.id === me && !unit && !isElsewhere);
}

function distanceTo({ geometry }) {
  const { fix } = position;
  return fix && geometry ? metres([fix.lon, fix.lat], geometry.coordinates) : null;
}

const at = (task) => (task.due_at ? Date.parse(task.due_at) : Infinity);
const near = (task) => task.metres ?? Infinity;
// How urgent, in steps: late, within the hour, today, tomorrow, later, without a deadline. Within a step the nearer comes first.
const STEPS_MS = [0, 3_600_000, 14_400_000, 86_400_000, 172_800_000];
const rank = (task) => (task.due ? STEPS_MS.filter((step) => Date.parse(task.due_at) - serverNow() >= step).length : STEPS_MS.length + 1);
const byNumber = (a, b) => (a.number < b.number ? -1 : 1);
const differ = (a, b) => (a === b ? 0 : a - b);

const ORDERS = {
  urgency: (a, b) => rank(a) - rank(b) || differ(near(a), near(b)) || differ(at(a), at(b)) || byNumber(a, b),
  distance: (a, b) => differ(near(a), near(b)) || differ(at(a), at(b)) || byNumber(a, b),
  deadline: (a, b) => differ(at(a), at(b)) || differ(near(a), near(b)) || byNumber(a, b),
};

/** {late, soon} among tasks. */
export function tally(tasks) {
  return { late: tasks.filter(({ due: d }) => d?.tone === "late").length, soon: tasks.filter(({ due: d }) => d?.tone === "soon").length };
}

export const matters = new Matters();
