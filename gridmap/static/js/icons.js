// The line icons of our pages, drawn on 24 × 24, and the small signs inside a matter's mark.

import { svg } from "./dom.js";

const LINES = {
  back: ["M15 5l-7 7 7 7"],
  bell: ["M6 10a6 6 0 1 1 12 0c0 5 2 6 2 6H4s2-1 2-6", "M10 20h4"],
  chevron: ["M6 9l6 6 6-6"],
  close: ["M6 6l12 12", "M18 6L6 18"],
  copy: ["M9 9h10v10H9z", "M5 15V5h10"],
  leave: ["M14 4h5v16h-5", "M10 8l-4 4 4 4", "M6 12h9"],
  legend: ["M5 6h4v4H5z", "M5 14h4v4H5z", "M13 8h6", "M13 16h6"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M5 20c1-4 4-5 7-5s6 1 7 5"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "M16 16l5 5"],
};

/** An icon by name, for show only: the words are beside it or in its button's label. */
export function icon(name) {
  const paths = LINES[name].map((d) => svg("path", { d }));
  return svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, paths);
}

const SIGNS = {
  facility: ["M8 3v10", "M5 6h6", "M6 13h4"],
  road: ["M5.5 3L4 13", "M10.5 3L12 13", "M8 4v2", "M8 8v2", "M8 12v1"],
  bin: ["M3.5 5h9", "M5 5l.7 8h4.6L11 5", "M6.5 5V3.5h3V5"],
  plant: ["M8 13V8", "M8 9c-3.5 0-4-3-4-5 3 0 4 2 4 5z", "M8 8c0-3 1.5-4.5 4-4.5 0 3-1 4.5-4 4.5z"],
  alarm: ["M8 3v6", "M8 12.5v.1"],
  sheet: ["M4.5 3h7v10h-7z", "M6.5 6h3", "M6.5 8.5h3"],
  building: ["M3 13h10", "M5 13V7l6-3v9", "M5 9.5h6"],
  stall: ["M3.5 7L5 3.5h6L12.5 7z", "M4.5 7v6h7V7", "M7 13v-3h2v3"],
  people: ["M8 7.5a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z", "M4 13c.4-3 2-4 4-4s3.6 1 4 4"],
  other: ["M4.5 8h.1", "M8 8h.1", "M11.5 8h.1"],
};

// By the group of a category: the first two digits of its code in the two national catalogues (their
// matters are grouped differently), the letter in the district's own.
const THINGS = { "01": "facility", "02": "road", "03": "bin", "04": "plant", "05": "other" };
const SIGN_OF = {
  "GBT47678:component": THINGS,
  "GBT30428:component": THINGS,
  "GBT47678:matter": { ...THINGS, "06": "bin", "07": "sheet", "08": "building", "09": "stall" },
  "GBT30428:matter": { "01": "bin", "02": "sheet", "03": "building", "04": "stall", "05": "alarm" },
  "own:matter": { A: "people", B: "alarm", C: "people", D: "stall", E: "bin" },
};

/** The sign of a category (id `standard:kind:code`) as SVG paths around (8, 8). */
export function categorySign(category) {
  const [standard, kind, code = ""] = String(category || "").split(":");
  const groups = SIGN_OF[`${standard}:${kind}`] || {};
  const name = groups[code.slice(0, 2)] || groups[code.slice(0, 1)] || "other";
  return SIGNS[name].map((d) => svg("path", { d, class: "mark__sign" }));
}
