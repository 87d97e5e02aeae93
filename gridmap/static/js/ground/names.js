// Names on the ground: roads along their course (upright where they run up the page), places with their sign.

import { isInView } from "./shapes.js";
import { SIGNS, signOf } from "./signs.js";

const TYPE = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';
const INK = { road: "#5C6470", green: "#3F6B3A", water: "#3B6E94", place: "#465160", field: "#7A7D55" };
const HALO = "rgb(255 255 255 / 88%)";
const ROAD_FROM = { main: 12.5, minor: 15.75, lane: 16.5, rail: 14 };
const PLACE_FROM = { government: 12.5, station: 12.5, hospital: 13.5, mall: 14, market: 14, school: 14.75, square: 14.5, site: 14.5, village: 13.5 };
const WEIGHT = { government: 1, station: 1, hospital: 2, market: 2, mall: 2, school: 4, site: 3, square: 3, village: 6 };
const APART_PX = { main: 420, minor: 380, lane: 600, rail: 600 };
const UPRIGHT_FROM = (52 * Math.PI) / 180; // steeper roads have their letters upright, one below the other
const SAME_APART_PX = 300;
const SIGN_PX = 15;
const SQUARE_PX = 64;
const ROW = 100_003; // more squares than any sheet is high
const STEP = 24; // names are written at one go
const CJK = /[⺀-鿿豈-﫿]/u;

export class Names {
  /** Writes of `items` what finds room, in steps; `taken` are boxes in layer points that stay free. */
  * paint(context, view, items, taken) {
    const boxes = new Boxes();
    for (const box of taken) boxes.add(shifted(box, view.origin));
    const seen = items.filter((item) => isInView(item, view) && isShown(item, view));
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    const places = seen.filter(({ shape, kind }) => shape !== "line" && kind !== "road").sort((a, b) => weightOf(a) - weightOf(b));
    const roads = seen.filter(({ shape }) => shape === "line");
    const of = (rank) => roads.filter((road) => road.rank === rank);
    this.written = new Map();
    yield* inSteps(of("main"), (road) => this.alongRoad(context, view, road, boxes));
    yield* inSteps(places, (place) => this.atPlace(context, view, place, boxes));
    yield* inSteps(roads.filter(({ rank }) => rank !== "main"), (road) => this.alongRoad(context, view, road, boxes));
  }

  alongRoad(context, view, road, boxes) {
    const size = road.rank === "main" ? 13 : 12;
    context.font = `${size}px ${TYPE}`;
    const letters = [...road.name];
    const isCjk = CJK.test(road.name);
    const advance = letters.map((letter) => this.widthOf(context, letter) + (isCjk ? 5 : 0.4));
    const wanted = advance.reduce((sum, width) => sum + width, 0);
    for (const ring of road.rings) {
      const course = courseOf(ring, view);
      let last = -Infinity;
      for (let middle = wanted / 2 + 12; middle < course.length - wanted / 2 - 12; middle += 24) {
        if (middle - last < (APART_PX[road.rank] || 400)) continue;
        const spots = lettersAt(course, middle, advance, wanted, isCjk, view.size);
        if (!spots) continue;
        const around = spots.map(({ x, y }) => ({ left: x - size * 0.7, right: x + size * 0.7, top: y - size * 0.7, bottom: y + size * 0.7 }));
        if (around.some((box) => boxes.meets(box)) || !this.isFarFromSame(road.name, spots[0])) continue;
        for (const box of around) boxes.add(box);
        spots.forEach((spot, at) => write(context, letters[at], spot, INK[road.kind] || INK.road));
        last = middle;
      }
    }
  }

  atPlace(context, view, item, boxes) {
    const [x, y] = item.rings[0];
    const at = { x: x * view.scale + view.dx, y: y * view.scale + view.dy };
    if (this.isFarFromSame(item.name, at, false) && writePlace(context, item, at, boxes)) this.isFarFromSame(item.name, at);
  }

  /** How wide a letter is in the font that is set; measured once. */
  widthOf(context, letter) {
    const key = context.font + letter;
    this.widths ||= new Map();
    if (!this.widths.has(key)) this.widths.set(key, context.measureText(letter).width);
    return this.widths.get(key);
  }

  /** Whether a name does not stand nearby already; from then on it does. */
  isFarFromSame(name, { x, y }, isKept = true) {
    const others = this.written.get(name) || [];
    if (others.some((other) => Math.hypot(other.x - x, other.y - y) < SAME_APART_PX)) return false;
    if (isKept) this.written.set(name, [...others, { x, y }]);
    return true;
  }
}

function isShown(item, { scale, zoom }) {
  if (item.shape === "line") return zoom >= (ROAD_FROM[item.rank] ?? 13.5);
  if (item.kind === "place") return zoom >= (PLACE_FROM[item.rank] ?? 15);
  return Boolean(item.span) && item.span.x * scale > 60 && item.span.y * scale > 26 && zoom >= 13;
}

function weightOf(item) {
  return item.kind === "place" ? (WEIGHT[item.rank] ?? 5) : 3;
}

/** The course of a road on the sheet: points, and the way to each. */
function courseOf(ring, { scale, dx, dy }) {
  const points = [];
  let way = 0;
  for (let at = 0; at < ring.length; at += 2) {
    const point = { x: ring[at] * scale + dx, y: ring[at + 1] * scale + dy };
    const before = points.at(-1);
    if (before) way += Math.hypot(point.x - before.x, point.y - before.y);
    points.push({ ...point, way });
  }
  return { points, length: way };
}

function pointAt({ points }, way) {
  let [low, high] = [0, points.length - 1];
  while (high - low > 1) {
    const half = (low + high) >> 1;
    if (points[half].way <= way) low = half;
    else high = half;
  }
  const [a, b] = [points[low], points[high]];
  const share = b.way > a.way ? (way - a.way) / (b.way - a.way) : 0;
  return { x: a.x + (b.x - a.x) * share, y: a.y + (b.y - a.y) * share };
}

/** Where each letter stands and how far it is turned; null where the road is not in view or too crooked there. */
function lettersAt(course, middle, advance, wanted, isCjk, size) {
  const [from, to] = [pointAt(course, middle - wanted / 2), pointAt(course, middle + wanted / 2)];
  if ([from, to].some(({ x, y }) => x < 4 || y < 4 || x > size.x - 4 || y > size.y - 4)) return null;
  if (Math.hypot(to.x - from.x, to.y - from.y) < wanted * 0.96) return null;
  const slope = Math.atan2(to.y - from.y, to.x - from.x);
  const isUpright = isCjk && Math.abs(Math.sin(slope)) > Math.sin(UPRIGHT_FROM);
  const isForward = isUpright ? to.y > from.y : to.x > from.x;
  const turn = isUpright ? 0 : isForward ? slope : slope + Math.PI;
  let way = 0;
  return advance.map((width) => {
    const at = way + width / 2 - wanted / 2;
    way += width;
    return { ...pointAt(course, middle + (isForward ? at : -at)), turn };
  });
}

function write(context, text, { x, y, turn }, ink) {
  context.save();
  context.translate(x, y);
  if (turn) context.rotate(turn);
  context.strokeStyle = HALO;
  context.lineWidth = 3;
  context.strokeText(text, 0, 0);
  context.fillStyle = ink;
  context.fillText(text, 0, 0);
  context.restore();
}

function writePlace(context, item, { x, y }, boxes) {
  context.font = `12px ${TYPE}`;
  const half = context.measureText(item.name).width / 2 + 3;
  const sign = item.kind === "place" ? signOf(item.rank) : null;
  const [above, below] = sign ? [SIGN_PX / 2, SIGN_PX / 2 + 17] : [8, 8];
  const box = { left: x - half, right: x + half, top: y - above - 1, bottom: y + below + 1 };
  if (boxes.meets(box)) return false;
  boxes.add(box);
  if (sign) drawSign(context, x, y, sign);
  write(context, item.name, { x, y: sign ? y + SIGN_PX / 2 + 9 : y, turn: 0 }, INK[item.kind] || INK.place);
  return true;
}

function drawSign(context, x, y, { colour, path }) {
  context.save();
  context.translate(x, y);
  context.beginPath();
  context.arc(0, 0, SIGN_PX / 2 + 1, 0, 2 * Math.PI);
  context.fillStyle = "#FFF";
  context.fill();
  context.beginPath();
  context.arc(0, 0, SIGN_PX / 2, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  context.scale(SIGN_PX / 24, SIGN_PX / 24);
  context.translate(-12, -12);
  Object.assign(context, { strokeStyle: "#FFF", lineWidth: 2.2, lineCap: "round", lineJoin: "round" });
  context.stroke(path);
  context.restore();
}

/** Boxes that were taken, by the squares of a net they lie in. */
class Boxes {
  constructor() {
    this.net = new Map();
  }

  add(box) {
    for (const key of squaresOf(box)) {
      if (!this.net.has(key)) this.net.set(key, []);
      this.net.get(key).push(box);
    }
  }

  meets(box) {
    return squaresOf(box).some((key) => this.net.get(key)?.some((other) => meet(box, other)));
  }
}

function squaresOf({ left, right, top, bottom }) {
  const found = [];
  for (let x = Math.floor(left / SQUARE_PX); x <= right / SQUARE_PX; x += 1) {
    for (let y = Math.floor(top / SQUARE_PX); y <= bottom / SQUARE_PX; y += 1) found.push(x * ROW + y);
  }
  return found;
}

function* inSteps(items, write) {
  let at = 0;
  for (const item of items) {
    write(item);
    at += 1;
    if (at % STEP === 0) yield;
  }
}

function shifted({ left, right, top, bottom }, { x, y }) {
  return { left: left - x, right: right - x, top: top - y, bottom: bottom - y };
}

function meet(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export { SIGNS };
