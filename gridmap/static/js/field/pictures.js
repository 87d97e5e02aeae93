// Photos from camera or album: made small enough on this phone, and refused in words where that fails.

import { serverNow } from "../format.js";
import { draw } from "./page.js";

const LONG_SIDE = 2560;
export const TOO_LARGE_BYTES = 40_000_000;
const QUALITY = 0.85;

/** Why a file is of no use: `code` too_large or unreadable, its name and size. */
export class PictureError extends Error {
  constructor(code, file) {
    super(code);
    Object.assign(this, { code, name: file.name, bytes: file.size });
  }
}

/** {id, blob, size, width, height, taken} of a picked file. Throws PictureError. */
export async function read(file) {
  if (file.size > TOO_LARGE_BYTES) throw new PictureError("too_large", file);
  const bitmap = await open(file);
  const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [Math.round(bitmap.width * scale), Math.round(bitmap.height * scale)];
  const blob = await redraw(bitmap, width, height, file); // also a small one: the place written into it goes here already
  bitmap.close?.();
  return { id: draw(), blob, size: blob.size, width, height, taken: serverNow().getTime() };
}

async function open(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    throw new PictureError("unreadable", file);
  }
}

async function redraw(bitmap, width, height, file) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, width, height);
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  if (!blob) throw new PictureError("unreadable", file); // a canvas too large for this phone's memory
  return blob;
}

/** Lets the person take or pick photos; calls `act` with the files. The input stays out of sight. */
export function pick(act, { camera = true, many = true } = {}) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept: "image/*", multiple: many && !camera, hidden: true });
  if (camera) input.setAttribute("capture", "environment");
  input.dataset.part = camera ? "camera" : "album";
  document.querySelectorAll(`input[data-part=${input.dataset.part}]`).forEach((old) => old.remove());
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.remove();
    if (files.length) act(files);
  });
  document.body.append(input);
  input.click();
}

const urls = new Map();

/** An address to show a kept photo by; the same one as long as the page stands. */
export function urlOf(id, blob) {
  if (!urls.has(id)) urls.set(id, URL.createObjectURL(blob));
  return urls.get(id);
}
