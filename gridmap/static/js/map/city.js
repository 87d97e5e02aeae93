// One canvas for all that is drawn as surfaces and lines: ground, cells, roads, borders, buildings, what is not one's own.

import { sliced } from "../ground/slices.js";

const GATHERING_MS = 150; // while a page opens, what comes within this time is drawn together
const LATER_MS = 40; // the same later on

/**
 * `painters`: functions (context, view) that answer their steps or nothing, bottom to top; drawn together. After a move it is
 * drawn once what it is made of is there: `isReady(view)`.
 */
export class City {
  constructor(map, painters, isReady = () => true) {
    this.isOpening = true;
    this.sheet = sliced(map, "city", 240, (context, view) => {
      clearTimeout(this.waiting); // what it waited for is drawn now
      this.waiting = null;
      return steps(painters, context, view);
    }, { isReady });
  }

  /** All of the first picture is there: from now on every change is drawn with the next frame. */
  opened() {
    this.isOpening = false;
  }

  /** Draws anew, with what else comes in a moment. */
  soon() {
    this.waiting ||= setTimeout(() => { this.waiting = null; this.sheet.redraw(); }, this.isOpening ? GATHERING_MS : LATER_MS);
  }
}

function* steps(painters, context, view) {
  for (const paint of painters) {
    yield; // before each: what the last one does follows at once when all is shown
    yield* paint(context, view) || [];
  }
}
