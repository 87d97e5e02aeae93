// One canvas for all that is drawn as surfaces and lines: ground, cells, roads, borders, buildings, what is not one's own.

import { sheet } from "../ground/sheet.js";

/** `painters`: functions (context, view), bottom to top; drawn together, at most once a frame. */
export class City {
  constructor(map, painters) {
    this.sheet = sheet(map, "city", 240, (context, view) => { for (const paint of painters) paint(context, view); });
  }

  /** Draws anew with the next frame. */
  soon() {
    this.waiting ||= requestAnimationFrame(() => {
      this.waiting = null;
      this.sheet.redraw();
    });
  }
}
