// The map as a picture: what its canvases show, marks and words over them, and below what it shows, of when, at which scale.

import { fullTime, serverNow } from "../format.js";

const FOOT_PX = 76;
const KEPT_MS = 10_000;
const STYLED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "stroke-linejoin", "font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "opacity"];
const TYPE = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif';

/** The picture as an address of PNG bytes; `legend`: the node whose words and swatches stand below. */
export async function pictureOf({ map, title, legend }) {
  const stage = map.getContainer().getBoundingClientRect();
  const ratio = Math.max(window.devicePixelRatio || 1, 2);
  const canvas = Object.assign(document.createElement("canvas"), { width: stage.width * ratio, height: (stage.height + FOOT_PX) * ratio });
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  context.fillStyle = getComputedStyle(map.getContainer()).backgroundColor;
  context.fillRect(0, 0, stage.width, stage.height);
  for (const sheet of sheetsOf(map)) place(context, sheet, stage);
  for (const shape of map.getContainer().querySelectorAll(".leaflet-pane svg")) if (isSeen(shape)) await drawShape(context, shape, stage);
  for (const words of map.getContainer().querySelectorAll(".map-label span")) drawWords(context, words, stage);
  foot(context, { title, legend, stage, map });
  const bytes = await new Promise((resolve) => { canvas.toBlob(resolve, "image/png"); });
  return URL.createObjectURL(bytes);
}

/** Saves a picture under a name with the moment. */
export function save(address) {
  const moment = serverNow().toISOString().slice(0, 16).replace(/[-:]/g, "").replace("T", "-");
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

/** What is drawn on canvases and the pictures of a base map, bottom to top. */
function sheetsOf(map) {
  const height = (node) => Number(getComputedStyle(node.closest(".leaflet-pane")).zIndex) || 0;
  const found = [...map.getContainer().querySelectorAll("canvas, .leaflet-base-pane img")];
  return found.filter((node) => isSeen(node) && (node.tagName !== "IMG" || node.naturalWidth)).sort((a, b) => height(a) - height(b));
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

/** A drawing of the page keeps its looks only where they are written into it. */
async function drawShape(context, shape, stage) {
  const copy = shape.cloneNode(true);
  const [own, copied] = [[shape, ...shape.querySelectorAll("*")], [copy, ...copy.querySelectorAll("*")]];
  own.forEach((node, at) => {
    const looks = getComputedStyle(node);
    for (const name of STYLED) copied[at].setAttribute(name, looks.getPropertyValue(name));
    copied[at].removeAttribute("class");
  });
  const { width, height } = shape.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  Object.entries({ width, height }).forEach(([name, value]) => copy.setAttribute(name, value));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode().then(() => place(context, image, stage, shape), () => {});
}

function drawWords(context, node, stage) {
  const { left, top, width, height } = node.getBoundingClientRect();
  const looks = getComputedStyle(node);
  Object.assign(context, { font: `${looks.fontWeight} ${looks.fontSize} ${TYPE}`, textAlign: "center", textBaseline: "middle", lineJoin: "round", lineWidth: 3, strokeStyle: looks.color === "rgb(255, 255, 255)" ? "#2C3A63" : "#FFF", fillStyle: looks.color });
  const at = [left - stage.left + width / 2, top - stage.top + height / 2];
  context.strokeText(node.textContent, ...at);
  context.fillText(node.textContent, ...at);
}

/** What it shows, of when, in which colours, at which scale; and the district's notice. */
function foot(context, { title, legend, stage, map }) {
  const y = stage.height;
  Object.assign(context, { fillStyle: "#FFF", textAlign: "left", textBaseline: "alphabetic" });
  context.fillRect(0, y, stage.width, FOOT_PX);
  Object.assign(context, { fillStyle: "#1B2430", font: `600 16px ${TYPE}` });
  context.fillText(title, 20, y + 28);
  Object.assign(context, { fillStyle: "#465160", font: `12px ${TYPE}` });
  const notice = document.querySelector(".stage__notice")?.textContent || "";
  const source = document.querySelector("[data-part=base-source]:not([hidden])")?.textContent || "";
  context.fillText([fullTime(serverNow().toISOString()), notice, source].filter(Boolean).join(" · "), 20, y + 52);
  let x = Math.max(stage.width * 0.42, 360);
  for (const row of legend.querySelectorAll(".ramp li")) {
    const fill = row.querySelector("rect")?.getAttribute("fill");
    if (fill && fill !== "none") Object.assign(context, { fillStyle: fill });
    if (fill && fill !== "none") context.fillRect(x, y + 18, 46, 12);
    context.fillStyle = "#465160";
    context.fillText(row.querySelector("b")?.textContent || "", x, y + 48);
    x += 48;
  }
  scale(context, map, stage.width - 20, y + 48);
}

function scale(context, map, right, y) {
  const line = document.querySelector(".leaflet-control-scale-line");
  if (!line) return;
  const width = line.offsetWidth;
  context.textAlign = "right";
  context.fillText(line.textContent, right, y);
  Object.assign(context, { strokeStyle: "#465160", lineWidth: 1.5 });
  context.beginPath();
  context.moveTo(right - width, y - 20);
  context.lineTo(right - width, y - 14);
  context.lineTo(right, y - 14);
  context.lineTo(right, y - 20);
  context.stroke();
}
