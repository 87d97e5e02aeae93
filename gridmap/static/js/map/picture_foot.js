// The foot of a picture of the map: what it shows, of when, of which matters, in which colours, at which scale, in the legend's own words.

import { t } from "../texts.js";
import { TYPE } from "./picture_words.js";

const INSET = 20;
const LINE = 18;
const LEAST_PX = 76;
const SCALE_PX = 130;
const SWATCH = { width: 50, height: 12 };
const QUIET = "#465160";

/** How high it is, and what draws it at a height of a picture; `imageOf` makes an image of a drawing. `ground`: the colour below the map. */
export function footOf({ width, title, legend, when, ground }) {
  const measuring = document.createElement("canvas").getContext("2d");
  measuring.font = `12px ${TYPE}`;
  const key = keyOf(legend);
  const keyWidth = Math.max(0, ...key.map(({ items }) => items.reduce((sum, one) => sum + one.width, 0)));
  const isBeside = width - keyWidth - SCALE_PX - 3 * INSET > 300;
  const room = isBeside ? width - keyWidth - SCALE_PX - 3 * INSET : width - 2 * INSET;
  const lines = saidBy(legend, when).flatMap((words) => wrapped(measuring, words, room));
  const wordsHeight = 28 + lines.length * LINE + 14;
  const keyHeight = key.reduce((sum, row) => sum + row.height, 0) + 12;
  const height = Math.max(LEAST_PX, isBeside ? Math.max(wordsHeight, keyHeight) : wordsHeight + keyHeight + 30);
  return { height, draw: async (context, y, imageOf) => {
    writeWords(context, { y, width, height, title: `${title}${titleOf(legend)}`, lines });
    const at = isBeside ? { x: width - SCALE_PX - INSET - keyWidth, y: y + 12 } : { x: INSET, y: y + wordsHeight };
    await drawKey(context, key, { ...at, ground }, imageOf);
    scale(context, width - INSET, isBeside ? y + 40 : y + height - 12);
  } };
}

/** The heading of the legend: what is shown, in which unit. */
function titleOf(legend) {
  const head = legend.querySelector(".legend__head");
  const [name, unit] = [head?.firstChild?.textContent || "", head?.querySelector("small")?.textContent || ""];
  return unit ? `${name}（${unit}）` : name;
}

/** The lines of words: the moment, then total, method, filters and whatever else the legend says, then notices. */
function saidBy(legend, when) {
  const total = legend.querySelector(".legend__head span")?.textContent || "";
  const parts = [...legend.querySelectorAll(".legend__note, .legend__empty, .spot-list li")].filter((node) => !node.closest("details:not([open])"));
  const said = parts.map((node) => wordsOf(node, node.matches("li") ? " " : " · "));
  const notice = document.querySelector(".stage__notice")?.textContent || "";
  const source = document.querySelector("[data-part=base-source]:not([hidden])")?.textContent || "";
  return [[when, total], said, [notice, source]].map((parts) => parts.filter(Boolean).join(" · ")).filter(Boolean);
}

/** The words in a node, whatever they stand in. */
function wordsOf(node, between = " ") {
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) found.push(texts.currentNode.textContent.trim());
  return found.filter((words) => words && words !== t("map.up_to_date")).join(between); // which paper never is
}

/** A text in lines that fit; a word of Latin letters or figures stays whole. */
function wrapped(context, words, room) {
  const lines = [""];
  for (const piece of words.match(/[\w.,:%+*–-]+|./gu) || []) {
    const line = lines[lines.length - 1] + piece;
    if (context.measureText(line).width > room && lines[lines.length - 1]) lines.push(piece.trimStart());
    else lines[lines.length - 1] = line;
  }
  return lines;
}

function writeWords(context, { y, width, height, title, lines }) {
  Object.assign(context, { fillStyle: "#FFF", textAlign: "left", textBaseline: "alphabetic" });
  context.fillRect(0, y, width, height);
  Object.assign(context, { fillStyle: "#1B2430", font: `600 16px ${TYPE}` });
  context.fillText(title, INSET, y + 28);
  Object.assign(context, { fillStyle: QUIET, font: `12px ${TYPE}` });
  lines.forEach((line, at) => context.fillText(line, INSET, y + 32 + LINE * (at + 1)));
}

/** The rows of swatches and marks, each with its words. */
function keyOf(legend) {
  const swatches = (nodes, wide) => [...nodes].map((row) => {
    const rect = row.querySelector("rect");
    return { fill: rect?.getAttribute("fill"), opacity: Number(rect?.getAttribute("fill-opacity") || 1), words: wide ? wordsOf(row) : row.querySelector("b")?.textContent || "", width: wide || SWATCH.width };
  });
  const ramp = swatches(legend.querySelectorAll(".ramp li"));
  const spots = swatches(legend.querySelectorAll(".spot-key li"), 110);
  const marks = [...legend.querySelectorAll(".legend__marks li")].map((row) => ({ mark: row.querySelector("svg"), words: row.textContent, width: 80 }));
  const isBreaks = Boolean(legend.querySelector(".ramp--breaks"));
  return [
    { items: ramp, height: 38, draw: (context, one, at) => swatch(context, one, { ...at, isBreaks }) },
    { items: spots.slice(0, 2), height: LINE, draw: beside },
    { items: spots.slice(2), height: LINE, draw: beside },
    { items: marks, height: 22, draw: marked },
  ].filter(({ items }) => items.length);
}

async function drawKey(context, rows, at, imageOf) {
  let { y } = at;
  for (const { items, height, draw } of rows) {
    let { x } = at;
    for (const one of items) {
      await draw(context, one, { ...at, x, y }, imageOf);
      x += one.width;
    }
    y += height;
  }
}

/** A colour as the map has it: let through as much, over the same ground. */
function colour(context, { fill, opacity }, { x, y, ground }, width) {
  if (!fill || fill === "none") return;
  for (const [fillStyle, globalAlpha] of [[ground, 1], [fill, opacity]]) {
    Object.assign(context, { fillStyle, globalAlpha });
    context.fillRect(x, y, width, SWATCH.height);
  }
  context.globalAlpha = 1;
  Object.assign(context, { strokeStyle: "#DADDE2", lineWidth: 1 });
  context.strokeRect(x + 0.5, y + 0.5, width - 1, SWATCH.height - 1);
}

/** A class with its range below, in the middle; a bound stands where its class begins. */
function swatch(context, one, at) {
  colour(context, one, at, SWATCH.width - 2);
  write(context, one.words, at.x + (at.isBreaks ? 0 : SWATCH.width / 2 - 1), at.y + 26, "center");
}

function beside(context, one, at) {
  colour(context, one, at, 20);
  write(context, one.words, at.x + 26, at.y + 10);
}

async function marked(context, { mark, words }, { x, y }, imageOf) {
  const image = mark && (await imageOf(mark, 16, 16));
  if (image) context.drawImage(image, x, y, 16, 16);
  write(context, words, x + 21, y + 12);
}

function write(context, words, x, y, textAlign = "left") {
  Object.assign(context, { fillStyle: QUIET, font: `12px ${TYPE}`, textAlign, textBaseline: "alphabetic" });
  context.fillText(words, x, y);
}

function scale(context, right, y) {
  const line = document.querySelector(".leaflet-control-scale-line");
  if (!line) return;
  write(context, line.textContent, right, y, "right");
  const left = right - (line.offsetWidth || parseFloat(line.style.width));
  Object.assign(context, { strokeStyle: QUIET, lineWidth: 1.5 });
  context.beginPath();
  for (const [at, [x, height]] of [[left, -20], [left, -14], [right, -14], [right, -20]].entries()) context[at ? "lineTo" : "moveTo"](x, y + height);
  context.stroke();
}
