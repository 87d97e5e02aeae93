// The line icons of our pages, drawn on 24 × 24, and the small signs inside a matter's mark.

import { signOf } from "./category_signs.js";
import { svg } from "./dom.js";

const LINES = {
  back: ["M15 5l-7 7 7 7"],
  bell: ["M6 10a6 6 0 1 1 12 0c0 5 2 6 2 6H4s2-1 2-6", "M10 20h4"],
  camera: ["M4 8h3.5L9 5.5h6L16.5 8H20v11H4z", "M12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z"],
  check: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M8 12.5l2.8 2.8 5.2-5.6"],
  chevron: ["M6 9l6 6 6-6"],
  clock: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 7v5l3.5 2"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  copy: ["M9 9h10v10H9z", "M5 15V5h10"],
  export: ["M12 15V4", "M8 8l4-4 4 4", "M5 13v7h14v-7"],
  field: ["M8 3h8v18H8z", "M11 18h2"],
  late: ["M12 2.5l9.5 9.5-9.5 9.5L2.5 12z", "M12 8v4.5", "M12 15.5v.1"],
  later: ["M5 6h14v14H5z", "M5 10h14", "M9 3v4", "M15 3v4"],
  layers: ["M12 4l9 5-9 5-9-5z", "M4 14l8 4.5 8-4.5"],
  leave: ["M14 4h5v16h-5", "M10 8l-4 4 4 4", "M6 12h9"],
  legend: ["M5 6h4v4H5z", "M5 14h4v4H5z", "M13 8h6", "M13 16h6"],
  pause: ["M8 5v14", "M16 5v14"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M5 20c1-4 4-5 7-5s6 1 7 5"],
  play: ["M8 5l11 7-11 7z"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "M16 16l5 5"],
  wall: ["M3 5h18v11H3z", "M9 20h6", "M12 16v4"],
};

/** An icon by name, for show only: the words are beside it or in its button's label. */
export function icon(name) {
  const paths = LINES[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, paths);
}

const SIGNS = {
  facility: ["M8 3v10", "M5 6h6", "M6 13h4"],
  road: ["M5.5 3L4 13", "M10.5 3L12 13", "M8 4v2", "M8 8v2", "M8 12v1"],
  light: ["M8 2.8a3.4 3.4 0 0 0-1.8 6.3V11h3.6V9.1A3.4 3.4 0 0 0 8 2.8z", "M6.6 13.2h2.8"],
  drain: ["M8 13.2a5.2 5.2 0 1 0 0-10.4 5.2 5.2 0 0 0 0 10.4z", "M6 5.8v4.4", "M8 5.8v4.4", "M10 5.8v4.4"],
  water: ["M8 2.8c2 2.6 3.6 4.5 3.6 6.6a3.6 3.6 0 0 1-7.2 0C4.4 7.3 6 5.4 8 2.8z"],
  bin: ["M3.5 5h9", "M5 5l.7 8h4.6L11 5", "M6.5 5V3.5h3V5"],
  sign: ["M3.2 3.5h9.6v5.6H3.2z", "M8 9.1v4", "M5.5 6.3h5"],
  construction: ["M3 6h10v3.4H3z", "M5 9.4V13", "M11 9.4V13", "M5.2 9.2l2-3", "M8.8 9.2l2-3"],
  plant: ["M8 13V8", "M8 9c-3.5 0-4-3-4-5 3 0 4 2 4 5z", "M8 8c0-3 1.5-4.5 4-4.5 0 3-1 4.5-4 4.5z"],
  smoke: ["M5 13c-1.5-2 1.5-3.2 0-5.2S6.5 4.6 5 3", "M9.5 13c-1.5-2 1.5-3.2 0-5.2S11 4.6 9.5 3"],
  noise: ["M3 6.5h2.2L8.4 4v8L5.2 9.5H3z", "M10.5 6.2c.9 1 .9 2.6 0 3.6", "M12.4 4.6c1.8 2 1.8 4.8 0 6.8"],
  vehicle: ["M2.8 10.5V8l1.6-.6L5.6 5h4.8l1.3 2.4 1.5.6v2.5z", "M5 12.2v-.1", "M11 12.2v-.1"],
  alarm: ["M8 3v6", "M8 12.5v.1"],
  flame: ["M8 2.6c.5 2.5 3.7 3.7 3.7 7a3.7 3.7 0 0 1-7.4 0c0-1.6.8-2.6 1.5-3.6.3 1 .8 1.5 1.5 1.7.4-1.6-.1-3.4.7-5.1z"],
  charge: ["M9 2.5L4.6 8.9H8l-1 4.6 4.4-6.4H8z"],
  shield: ["M8 2.6l4.6 1.7v3.8c0 2.6-1.9 4.4-4.6 5.4-2.7-1-4.6-2.8-4.6-5.4V4.3z", "M6 8l1.5 1.5L10.2 6.6"],
  building: ["M3 13h10", "M5 13V7l6-3v9", "M5 9.5h6"],
  stall: ["M3.5 7L5 3.5h6L12.5 7z", "M4.5 7v6h7V7", "M7 13v-3h2v3"],
  people: ["M8 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z", "M4 13c.4-3 2-4 4-4s3.6 1 4 4"],
  other: ["M4.5 8h.1", "M8 8h.1", "M11.5 8h.1"],
};

/** The sign of a category (id `standard:kind:code`) as SVG paths around (8, 8). */
export function categorySign(category) {
  return SIGNS[signOf(category)].map((d) => svg("path", { d, class: "mark__sign" }));
}
