// The line icons of this page, and the numbered shapes of tasks: colour and shape say the state together.

import { svg } from "../dom.js";
import { categorySign } from "../icons.js";
import { statusOf, toneOf } from "../status.js";

const LINES = {
  album: ["M4 5h16v14H4z", "M4 16l5-5 4 4 3-3 4 4", "M15.5 9h.1"],
  arrow: ["M19 12H5", "M11 6l-6 6 6 6"],
  broken: ["M4 5h16v14H4z", "M3 3l18 18", "M9 14l-5 4"],
  camera: ["M4 8h3.5L9 5.5h6L16.5 8H20v11H4z", "M12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z"],
  check: ["M5 12.5l4.5 4.5L19 7"],
  chevron: ["M9 6l6 6-6 6"],
  clock: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z", "M12 7.5V12l3 2"],
  cloud: ["M7 17.5a4 4 0 0 1 .3-8A5.2 5.2 0 0 1 17.4 11a3.3 3.3 0 0 1-.4 6.5", "M12 20v-7", "M9.3 15.4L12 12.7l2.7 2.7"],
  contrast: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z", "M12 4v16", "M12 8h5", "M12 12h8", "M12 16h5"],
  copy: ["M9 9h10v10H9z", "M5 15V5h10"],
  disk: ["M4 13l2.5-7h11L20 13v5H4z", "M4 13h16", "M16 15.8h.1"],
  edit: ["M5 19l1-4L16 5l3 3L9 18z", "M14 7l3 3"],
  gear: ["M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z", "M12 3v3M12 18v3M3 12h3M18 12h3M5.6 5.6l2.2 2.2M16.2 16.2l2.2 2.2M18.4 5.6l-2.2 2.2M7.8 16.2l-2.2 2.2"],
  globe: ["M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16z", "M4 12h16", "M12 4c3 3 3 13 0 16", "M12 4c-3 3-3 13 0 16"],
  grid: ["M4 4h6.5v6.5H4z", "M13.5 4H20v6.5h-6.5z", "M4 13.5h6.5V20H4z", "M13.5 13.5H20V20h-6.5z"],
  layers: ["M12 4l9 5-9 5-9-5z", "M4 14l8 4.5 8-4.5"],
  leave: ["M14 4h5v16h-5", "M10 8l-4 4 4 4", "M6 12h9"],
  locate: ["M12 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10z", "M12 3v4M12 17v4M3 12h4M17 12h4"],
  map: ["M4 6l5.5-2 5 2L20 4v14l-5.5 2-5-2L4 20z", "M9.5 4v14", "M14.5 6v14"],
  minus: ["M6 12h12"],
  nowhere: ["M12 21s-6.5-5.6-6.5-11c0-1.4.5-2.7 1.4-3.7", "M9.5 4A6.5 6.5 0 0 1 18.5 10c0 1.6-.6 3.2-1.4 4.7", "M3 3l18 18"],
  offline: ["M3 3l18 18", "M5 10.5A11 11 0 0 1 9 8", "M12.5 7.3A11 11 0 0 1 19 10.5", "M8.3 13.8a6 6 0 0 1 3.2-1.5", "M12 18h.1"],
  person: ["M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8z", "M5 20c1-4 4-5 7-5s6 1 7 5"],
  pin: ["M12 21s-6.5-5.8-6.5-11.2a6.5 6.5 0 0 1 13 0C18.5 15.2 12 21 12 21z", "M12 12.2a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8z"],
  plus: ["M6 12h12", "M12 6v12"],
  refresh: ["M19 12a7 7 0 1 1-2-4.9", "M19.5 4v4h-4"],
  search: ["M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14z", "M16 16l5 5"],
  send: ["M20 4L4 11l6 2.5L13 20z", "M20 4L10 13.5"],
  tag: ["M4 4h7.5L20 12.5 12.5 20 4 11.5z", "M8 8h.1"],
  tasks: ["M6 5h12v15H6z", "M9.5 3.5h5v3h-5z", "M9 11h.1M11.5 11H15M9 15h.1M11.5 15H15"],
  trash: ["M5 7h14", "M7 7l1 13h8l1-13", "M10 7V4.5h4V7"],
  warn: ["M12 4l9 16H3z", "M12 10v4", "M12 17h.1"],
  words: ["M4 5h16v11H11l-4 3.5V16H4z", "M8 9h8M8 12h5"],
};

/** An icon by name, for show only: the words are beside it or in its button's label. */
export function sign(name, size = 24) {
  return svg("svg", { class: `icon icon--${name}`, viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" },
    LINES[name].map((d) => svg("path", { d })));
}

/** A category's sign in the manner of the icons. */
export function signOfCategory(category, size = 28) {
  return svg("svg", { class: "icon icon--category", viewBox: "1 1 14 14", width: size, height: size, "aria-hidden": "true" }, categorySign(category));
}

const SHAPES = {
  reported: () => svg("circle", { cx: 14, cy: 14, r: 11 }),
  handling: () => svg("rect", { x: 2, y: 2, width: 24, height: 24, rx: 5 }),
  late: () => svg("path", { d: "M14 1.5L27 25.5H1z", "stroke-linejoin": "round" }),
  done: () => svg("circle", { cx: 14, cy: 14, r: 12 }),
  suspended: () => svg("rect", { x: 2, y: 2, width: 24, height: 24, rx: 12 }),
  whistle: () => svg("path", { d: "M14 1.5l10.8 6.2v12.6L14 26.5 3.2 20.3V7.7z", "stroke-linejoin": "round" }),
};

/** Which shape a matter has: late before everything, then its state. */
export function shapeOf(matter, now) {
  const tone = toneOf(statusOf(matter, now));
  return tone === "overdue" ? "late" : tone;
}

/** The numbered shape of a task, the same in list and on the map; without a number a tick or nothing. */
export function shape(kind, number, size = 28) {
  const inside = kind === "done" ? svg("path", { d: "M8.5 14.3l3.6 3.6L19.5 10.5", class: "shape__tick" })
    : kind === "suspended" ? svg("path", { d: "M11 9.5v9M17 9.5v9", class: "shape__tick" })
    : number && svg("text", { x: 14, y: kind === "late" ? 23 : 19.2, "text-anchor": "middle" }, String(number));
  return svg("svg", { class: `shape shape--${kind}`, viewBox: "-1 -1 30 30", width: size, height: size, "aria-hidden": "true" }, SHAPES[kind](), inside || null);
}

/** The pin that marks the place of a report. */
export function pinSign() {
  return svg("svg", { class: "pin", viewBox: "0 0 40 52", width: 40, height: 52, "aria-hidden": "true" },
    svg("path", { d: "M20 50C20 50 37 32 37 19A17 17 0 0 0 3 19c0 13 17 31 17 31z" }), svg("circle", { cx: 20, cy: 19, r: 6 }));
}
