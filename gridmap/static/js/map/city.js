// One canvas for all that is drawn as surfaces and lines: ground, cells, roads, borders, buildings, what is not one's own.

import { sheet } from "../ground/sheet.js";

const GATHERING_MS = 150; // while a page opens, what comes within this time is drawn together

/** `painters`: functions (context, view), bottom to top; drawn together, at most once a frame. */
export class City {
  constructor(map, painters) {
    this.isOpening = true;
    this.sheet = sheet(map, "city", 240, (context, view) => { for (const paint of painters) paint(context, view); });
  }

  /** All of the first picture is there: from now on every change is drawn with the next frame. */
  opened() {
    this.isOpening = false;
  }

  /** Draws anew with the next frame. */
  soon() {
    if (this.waiting) return;
    this.waiting = true;
    const draw = () => requestAnimationFrame(() => {
      this.waiting = false;
      this.sheet.redraw();
    });
    if (this.isOpening) setTimeout(draw, GATHERING_MS);
    else draw();
  }
}
