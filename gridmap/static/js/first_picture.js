// Notes when a page first shows what it is for; `bench` reads the mark, people see it under the browser's “Timings”.

export const FIRST_PICTURE = "gridmap:first-picture";

/** Sets the mark once, with the next picture that is painted. */
export function noteFirstPicture() {
  if (performance.getEntriesByName(FIRST_PICTURE).length) return;
  requestAnimationFrame(() => {
    if (!performance.getEntriesByName(FIRST_PICTURE).length) performance.mark(FIRST_PICTURE);
  });
}
