// The puzzle that opens the door: fetched when somebody begins to write, solved in a worker, or here where there is none.

import { get } from "../api.js";
import { search } from "./sha256.js";

const AT_ONCE = 4000;
let waiting = null;

/** {puzzle, answer}, as soon as it is solved; the same one until it was used. Throws ApiError. */
export function solved(solver, lang) {
  waiting ??= fetchAndSolve(solver, lang).catch((error) => { waiting = null; throw error; });
  return waiting;
}

/** Has the next call fetch another one: this was refused, or has brought a report through. */
export function used() {
  waiting = null;
}

async function fetchAndSolve(solver, lang) {
  const { puzzle, bits } = await get("/door/puzzle", { lang });
  const answer = await beside(solver, puzzle, bits).catch(() => here(puzzle, bits));
  return { puzzle, answer };
}

function beside(solver, puzzle, bits) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(solver, { type: "module" });
    const end = (act) => (what) => { worker.terminate(); act(what); };
    worker.addEventListener("message", end(({ data }) => resolve(data.answer)));
    worker.addEventListener("error", end(reject));
    worker.postMessage({ puzzle, bits });
  });
}

async function here(puzzle, bits) {
  for (let from = 0; ; from += AT_ONCE) {
    const answer = search(puzzle, bits, from, AT_ONCE);
    if (answer !== null) return answer;
    await new Promise((resolve) => { setTimeout(resolve); });
  }
}
