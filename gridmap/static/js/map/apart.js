// Moves rings that would lie on one another a little apart: small cells side by side have less room than their rings.

import { sum } from "./filters.js";
import { ringRadius } from "./marks.js";

const FARTHEST_PX = 18; // a ring still stands on its area
const ROUNDS = 12;
const GAP_PX = 2;
const MARK_PX = 12;
const CELL_PX = 64; // of the net in which neighbours are looked for: more than two rings

/** Sets `at` of every part of kind ring anew; single marks stay, and rings give way to them. `toPoint`, `toPlace`: of the map. */
export function apart(parts, toPoint, toPlace) {
  const bodies = parts.flatMap((part) => (part.kind === "ring" ? [ringBody(part, toPoint)] : markBodies(part, toPoint)));
  const moving = bodies.filter((body) => body.part);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (!pushAll(bodies, moving)) break;
  }
  for (const { part, now, home } of moving) if (now.distanceTo(home) > 0.5) part.at = toPlace(now);
}

function ringBody(part, toPoint) {
  const home = toPoint(part.at);
  return { part, home, now: home.clone(), radius: ringRadius(sum(part.counts)) + 2 };
}

function markBodies({ features }, toPoint) {
  if (features.length > 3) return []; // these come as clusters, which find their own room
  return features.map(({ geometry: { coordinates: [lon, lat] } }) => ({ now: toPoint([lat, lon]), radius: MARK_PX }));
}

function pushAll(bodies, moving) {
  const net = new Map();
  const keyOf = ({ now }, dx = 0, dy = 0) => `${Math.floor(now.x / CELL_PX) + dx},${Math.floor(now.y / CELL_PX) + dy}`;
  for (const body of bodies) {
    const key = keyOf(body);
    if (!net.has(key)) net.set(key, []);
    net.get(key).push(body);
  }
  let moved = false;
  for (const body of moving) {
    for (let dx = -1; dx <= 1; dx += 1) {
      for (let dy = -1; dy <= 1; dy += 1) {
        for (const other of net.get(keyOf(body, dx, dy)) || []) if (other !== body) moved = push(body, other) || moved;
      }
    }
  }
  return moved;
}

/** Moves `body` half of what it overlaps (all of it, where the other does not move). */
function push(body, other) {
  const away = body.now.subtract(other.now);
  const distance = Math.hypot(away.x, away.y);
  const overlap = body.radius + other.radius + GAP_PX - distance;
  if (overlap <= 0.5) return false;
  const [x, y] = distance ? [away.x / distance, away.y / distance] : [1, 0];
  const step = overlap * (other.part ? 0.5 : 1);
  const wanted = body.now.add([x * step, y * step]);
  const off = wanted.subtract(body.home);
  const far = Math.hypot(off.x, off.y);
  body.now = far > FARTHEST_PX ? body.home.add(off.multiplyBy(FARTHEST_PX / far)) : wanted;
  return true;
}
