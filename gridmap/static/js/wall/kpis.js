// The figures on top, each with the change since yesterday at the same hour.

import { el, svg } from "../dom.js";
import { count, percent } from "../format.js";
import { t } from "../texts.js";
import { clockSign } from "./panels.js";
import { roll } from "./roll.js";

// Which way is good news: 1 more, −1 less, 0 neither.
const KPIS = { reported: 0, accepted: 0, handling: 0, closed: 0, late: -1, on_time: 1 };
const NAMES = { handling: "status.handling", late: "status.overdue" }; // called so everywhere
const cells = new Map();

/** Draws the row. */
export function drawKpis({ kpis }, { body }) {
  for (const name of Object.keys(KPIS)) show(cells.get(name) || make(name, body), kpis[name], name);
}

function make(name, body) {
  const parts = { number: el("span", {}), unit: el("small", {}), change: el("span", { class: "kpi__change" }), then: el("span", { class: "kpi__then" }) };
  const title = el("span", { class: "kpi__name" }, name === "late" ? triangle() : null, t(NAMES[name] || `wall.kpi_${name}`));
  const old = clockSign();
  old.classList.add("kpi__old");
  body.append(el("div", { class: `kpi kpi--${name}` }, title, parts.change, old, el("span", { class: "kpi__number" }, parts.number, parts.unit), parts.then));
  cells.set(name, parts);
  return parts;
}

function show(parts, { now, then }, name) {
  const isShare = name === "on_time";
  const words = isShare ? (value) => (value === null ? "—" : (value * 100).toFixed(1)) : (value) => count(value === null ? null : Math.round(value));
  roll(parts.number, now, words);
  parts.unit.textContent = isShare && now !== null ? "%" : "";
  parts.then.textContent = t("wall.then", { value: isShare ? percent(then) : count(then) });
  change(parts.change, now, then, isShare, KPIS[name]);
}

function change(node, now, then, isShare, good) {
  const difference = now === null || then === null ? 0 : isShare ? Math.round((now - then) * 1000) / 10 : now - then;
  const tone = good && difference ? (Math.sign(difference) === good ? "good" : "bad") : "";
  node.className = `kpi__change${tone ? ` kpi__change--${tone}` : ""}`;
  if (!difference) node.textContent = "";
  else node.replaceChildren(el("b", {}, difference > 0 ? "▲" : "▼"), isShare ? Math.abs(difference).toFixed(1) : count(Math.abs(difference)));
}

/** The sign of what is late. */
export function triangle() {
  return svg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: "M12 2 23 21.5H1z" }), svg("path", { d: "M12 9v6M12 17.5v1.6", stroke: "#1B0A10", "stroke-width": 2.4 }));
}
