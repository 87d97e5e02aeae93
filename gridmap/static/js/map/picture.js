// The map as a picture: what its canvases show, then drawings and words over them in the order of their panes, and a foot below.

import { fullTime, serverNow } from "../format.js";
import { footOf } from "./picture_foot.js";
import { drawBox, drawWords } from "./picture_words.js";

const KEPT_MS = 10_000;
const STYLED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity"];
const OVER = ".leaflet-pane svg, .map-label span, .place-label span, .spot-mark > span, .chosen-pin";

/** The picture as an address of PNG bytes; `legend`: the node whose words and swatches stand below; `when`: the words for its moment. */
export async function pictureOf({ map, title, legend, when }) {
  const stage = map.getContainer().getBoundingClientRect();
  const ratio = Math.max(window.devicePixelRatio || 1, 2);
  const foot = footOf({ width: stage.width, title, legend, when, ground: getComputedStyle(map.getContainer()).backgroundColor });
  const canvas = Object.assign(document.createElement("canvas"), { width: stage.width * ratio, height: (stage.height + foot.height) * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
  context.fillRect(0, 0, stage.width, stage.height);
  for (const sheet of sheetsOf(map)) place(context, sheet, stage);
  for (const node of shownOver(map)) await drawOver(context, node, stage);
  await foot.draw(context, stage.height, imageOf);
  const bytes = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  return URL.createObjectURL(bytes);
}

/** Saves a picture under a name with the moment, as clocks of the district show it. */
export function save(address) {
  const moment = fullTime(serverNow().toISOString()).slice(0, 16).replace(/[-:]/g, "").replace(" ", "-");
  Object.assign(document.createElement("a"), { href: address, download: `gridmap-${moment}.png` }).click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/** Prints a picture on one sheet, whatever the size of the window. */
export async function print(address) {
  const image = Object.assign(new Image(), { className: "print-only", alt: "", src: address });
  await image.decode();
  document.body.append(image);
  window.addEventListener("afterprint", () => { image.remove(); URL.revokeObjectURL(address); }, { once: true });
  window.print();
}

function heightOf(node) {
  return Number(getComputedStyle(node.closest(".leaflet-pane")).zIndex) || 0;
}

/** What is drawn on canvases and the pictures of a base map, bottom to top. */
function sheetsOf(map) {
  const found = [...map.getContainer().querySelectorAll("canvas, .leaflet-base-pane img")];
  return found.filter((node) => isSeen(node) && (node.tagName !== "IMG" || node.naturalWidth)).sort((a, b) => heightOf(a) - heightOf(b));
}

/** Drawings and words over the sheets, bottom to top. */
function shownOver(map) {
  return [...map.getContainer().querySelectorAll(OVER)].filter(isSeen).sort((a, b) => heightOf(a) - heightOf(b));
}

function isSeen(node) {
  return getComputedStyle(node).visibility !== "hidden" && node.getClientRects().length > 0;
}

function place(context, image, stage, node = image) {
  const { left, top, width, height } = node.getBoundingClientRect();
  if (!width || !height) return;
  context.globalAlpha = Number(getComputedStyle(node.closest(".leaflet-layer") || node).opacity);
  context.drawImage(image, left - stage.left, top - stage.top, width, height);
  context.globalAlpha = 1;
}

async function drawOver(context, node, stage) {
  if (node instanceof SVGElement) await drawShape(context, node, stage);
  else if (node.matches(".map-label span")) drawWords(context, node, stage);
  else drawBox(context, node, stage);
}

async function drawShape(context, shape, stage) {
  const { width, height } = shape.getBoundingClientRect();
  const image = width && height ? await imageOf(shape, width, height) : null;
  if (image) place(context, image, stage, shape);
}

/** A drawing of the page as an image; null for none. Its looks are kept only where they are written into it; where it lies is not its matter. */
async function imageOf(shape, width, height) {
  const copy = shape.cloneNode(true);
  const [own, copied] = [[shape, ...shape.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  own.forEach((node, at) => {
    const looks = getComputedStyle(node);
    for (const name of STYLED) copied[at].setAttribute(name, looks.getPropertyValue(name));
    for (const name of ["class", "style"]) copied[at].removeAttribute(name);
  });
  copy.setAttribute("opacity", 1); // `place` has it
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  Object.entries({ width, height }).forEach(([name, value]) => copy.setAttribute(name, value));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  return image.decode().then(() => image, () => null);
}
