// Photos of a report: made small on this phone, which also takes out where they were taken; shown, taken away again.

import { el, put } from "../dom.js";
import { data, part, words } from "./page.js";

const LONG_SIDE = 1920;
const QUALITY = 0.85;
const TOO_LARGE_BYTES = 40_000_000;

export class Pictures {
  constructor() {
    this.list = []; // {blob, url}
    const input = part("add").querySelector("input");
    input.addEventListener("change", async () => {
      const files = [...input.files];
      await this.add(files);
      input.value = "";
    });
  }

  async add(files) {
    const room = data.photos - this.list.length;
    this.fault(files.length > room ? words("photos_most", { n: data.photos }) : null);
    for (const file of files.slice(0, room)) {
      try {
        const blob = await small(file);
        this.list.push({ blob, url: URL.createObjectURL(blob) });
      } catch {
        this.fault(words("photo_unreadable", { name: file.name }));
      }
      this.draw();
    }
  }

  fault(said) {
    const node = part("photo-fault");
    node.hidden = !said;
    node.textContent = said || "";
  }

  draw() {
    put(part("photos"), this.list.map(({ url }, at) => el("figure", { class: "photos__one" },
      el("img", { src: url, alt: words("photo_n", { n: at + 1 }) }),
      el("button", { type: "button", "aria-label": words("photo_out", { n: at + 1 }), onclick: () => this.remove(at) }, "×"))));
    part("add").hidden = this.list.length >= data.photos;
  }

  remove(at) {
    URL.revokeObjectURL(this.list[at].url);
    this.list.splice(at, 1);
    this.fault(null);
    this.draw();
  }
}

async function small(file) {
  if (file.size > TOO_LARGE_BYTES) throw new Error("too large");
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(bitmap.width * scale), height: Math.round(bitmap.height * scale) });
  canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close?.();
  const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
  if (!blob) throw new Error("no memory");
  return blob;
}
