// Solves a puzzle beside the page, so that nobody waits while they write: {puzzle, bits} in, {puzzle, answer} out.

import { search } from "./sha256.js";

const ALL = 2 ** 33;

self.addEventListener("message", ({ data: { puzzle, bits } }) => {
  self.postMessage({ puzzle, answer: search(puzzle, bits, 0, ALL) });
});
