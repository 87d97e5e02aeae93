// The page of an import's findings: gives folium's layers their looks, writes the list, ties the two together.
// Words of the file are only ever written as text.

const data = JSON.parse(document.getElementById("data").textContent);
const { map, features, findings } = window.gridmapFindings;
const L = window.L;
const style = getComputedStyle(document.documentElement);
const token = (name) => style.getPropertyValue(name).trim();
const COLOURS = { error: token("--overdue"), warning: token("--handling"), info: token("--reported") };
const SIGNS = { error: "M8 1 15 8 8 15 1 8Z", warning: "M4 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2Z",
  info: "M8 2a6 6 0 1 1 0 12A6 6 0 1 1 8 2Z" };
const ORDER = ["error", "warning", "info"];
const isEnglish = document.documentElement.lang === "en";

function say(key, fields = {}) {
  return data.texts[key].replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
}

const shown = (number) => number.toLocaleString("en");

function el(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function sign(severity) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, value] of Object.entries({ width: 14, height: 14, viewBox: "0 0 16 16", "aria-hidden": "true" })) {
    svg.setAttribute(name, value);
  }
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", severity ? SIGNS[severity] : "M2 4 9 2l5 4-2 8H3Z");
  path.setAttribute("fill", severity ? COLOURS[severity] : "#DAD9D3");
  path.setAttribute("stroke", severity ? "#FFFFFF" : token("--suspended"));
  svg.append(path);
  return svg;
}

// --- the map

const FEATURE = { color: token("--suspended"), weight: 0.8, opacity: 0.9, fillColor: "#DAD9D3", fillOpacity: 0.55 };

const POINT = { stroke: false, fill: true, radius: 3, fillColor: token("--suspended"), fillOpacity: 0.7 };

// A marker that keeps its size and has the shape of its severity, drawn on the map's own canvas.
const Sign = L.CircleMarker.extend({
  _updatePath() {
    const renderer = this._renderer;
    if (!renderer._drawing || this._empty()) { return; }
    const { x, y } = this._point, context = renderer._ctx, r = this._radius;
    context.beginPath();
    if (this.options.severity === "error") {
      context.moveTo(x, y - r * 1.3); context.lineTo(x + r * 1.3, y);
      context.lineTo(x, y + r * 1.3); context.lineTo(x - r * 1.3, y); context.closePath();
    } else if (this.options.severity === "warning") {
      context.rect(x - r * 0.9, y - r * 0.9, r * 1.8, r * 1.8);
    } else {
      context.arc(x, y, r, 0, 2 * Math.PI);
    }
    renderer._fillStroke(context, this);
  },
});

function boundsOf(layer) {
  return layer.getBounds ? layer.getBounds() : L.latLngBounds([layer.getLatLng()]);
}

const marks = new Map();

function drawFindings() {
  const layers = [];
  findings.eachLayer((layer) => layers.push(layer));
  layers.sort((a, b) => severityOf(b) - severityOf(a) || a.feature.properties.at - b.feature.properties.at);
  findings.remove();
  for (const layer of layers) {
    const at = layer.feature.properties.at, severity = data.findings[at].severity, bounds = boundsOf(layer);
    const isPoint = !layer.getBounds;
    if (!isPoint) {
      layer.setStyle({ color: COLOURS[severity], weight: 2, opacity: 1, fillColor: COLOURS[severity], fillOpacity: 0.28 });
      layer.addTo(map);
    }
    const options = { severity, radius: 5.5, color: "#FFFFFF", weight: 1.5, fillColor: COLOURS[severity], fillOpacity: 1 };
    const mark = new Sign(bounds.getCenter(), options);
    marks.set(at, { bounds, outline: isPoint ? null : layer, mark });
  }
  for (const [at, { outline, mark }] of marks) {
    mark.addTo(map);
    for (const part of [outline, mark]) { part?.on("click", () => select(at, false)); }
  }
}

const severityOf = (layer) => ORDER.indexOf(data.findings[layer.feature.properties.at].severity);

function nameFeatures() {
  const tooltip = L.tooltip({ sticky: true });
  features.eachLayer((layer) => layer.setStyle(layer instanceof L.CircleMarker ? POINT : FEATURE));
  features.on("mousemove", (event) => {
    const at = event.layer.feature?.properties.at;
    const words = data.features.map((column) => column[at]).filter(Boolean);
    tooltip.setLatLng(event.latlng).setContent(el("span", { textContent: [...new Set(words)].join("  ") }));
    if (words.length) { tooltip.addTo(map); }
  });
  features.on("mouseout", () => tooltip.remove());
}

// --- the list

const items = [];
const pressed = new Set();
const keyOf = ({ severity, rule }) => `${severity} ${rule}`;
const titles = new Map(data.rules.map((rule) => [keyOf(rule), rule.title]));
let current = null;

function item(finding, at) {
  const row = finding.row === null ? "" : say("findings.row", { row: finding.row });
  const hasName = finding.record !== null && finding.record !== String(finding.row);
  const called = hasName ? finding.record : row || titles.get(keyOf(finding));
  const button = el("button", { type: "button" }, sign(finding.severity),
    el("span", { className: "record", textContent: called }),
    el("span", { className: "row", textContent: hasName ? row : "" }),
    el("span", { className: "text", textContent: finding.text }));
  if (!marks.has(at)) { button.append(el("span", { className: "nowhere", textContent: say("findings.no_place") })); }
  button.addEventListener("click", () => select(at, true));
  return el("li", {}, button);
}

function writeList() {
  const list = document.getElementById("list");
  data.findings.forEach((finding, at) => items.push(item(finding, at)));
  list.append(...items);
  list.append(el("li", { className: "empty", hidden: true, textContent: say("findings.none_shown") }));
  if (!data.findings.length) { list.replaceChildren(el("li", { className: "empty", textContent: say("findings.none") })); }
}

function writeChips() {
  const chips = document.getElementById("chips");
  for (const rule of data.rules) {
    const chip = el("button", { type: "button" }, sign(rule.severity), rule.title, el("b", { textContent: shown(rule.count) }));
    chip.setAttribute("aria-pressed", "false");
    chip.addEventListener("click", () => {
      const key = keyOf(rule);
      chip.setAttribute("aria-pressed", String(!pressed.delete(key) && Boolean(pressed.add(key))));
      filter();
    });
    chips.append(chip);
  }
  chips.hidden = !data.rules.length;
}

function writeTally() {
  const tally = document.getElementById("tally");
  for (const severity of ORDER) {
    const count = data.rules.filter((rule) => rule.severity === severity).reduce((sum, rule) => sum + rule.count, 0);
    if (count) { tally.append(el("span", {}, sign(severity), `${say(`cli.${severity}`)} ${shown(count)}`)); }
  }
}

function writeLegend() {
  const legend = document.getElementById("legend");
  for (const severity of ORDER) {
    if (data.rules.some((rule) => rule.severity === severity)) {
      legend.append(el("div", {}, sign(severity), say(`cli.${severity}`)));
    }
  }
  legend.append(el("div", {}, sign(null), say("findings.features")));
}

function writeLeftOut() {
  const { features: undrawn, findings: unlisted, metres } = data.left_out, lines = [];
  if (unlisted) { lines.push(say("findings.more_findings", { count: shown(unlisted) })); }
  if (undrawn) { lines.push(say("findings.more_features", { count: shown(undrawn) })); }
  if (metres) { lines.push(say("findings.simplified", { metres })); }
  const place = document.getElementById("left-out");
  place.textContent = lines.join(isEnglish ? "; " : "；");
  place.hidden = !lines.length;
}

function filter() {
  let left = 0;
  data.findings.forEach((finding, at) => {
    const isWanted = !pressed.size || pressed.has(keyOf(finding));
    items[at].hidden = !isWanted;
    left += isWanted;
    for (const part of [marks.get(at)?.outline, marks.get(at)?.mark]) {
      if (part && map.hasLayer(part) !== isWanted) { isWanted ? part.addTo(map) : part.remove(); }
    }
  });
  const empty = document.querySelector("#list > .empty");
  if (empty && data.findings.length) { empty.hidden = left > 0; }
}

function select(at, isZooming) {
  mark(current, false);
  current = at;
  mark(at, true);
  const place = marks.get(at);
  if (place && isZooming) {
    map.fitBounds(place.bounds.pad(0.8), { maxZoom: 18, animate: false });
  }
  items[at].scrollIntoView({ block: "nearest" });
}

function mark(at, isCurrent) {
  if (at === null) { return; }
  const button = items[at].firstElementChild;
  isCurrent ? button.setAttribute("aria-current", "true") : button.removeAttribute("aria-current");
  const place = marks.get(at);
  place?.mark.setRadius(isCurrent ? 8 : 5.5).setStyle({ color: isCurrent ? token("--ink") : "#FFFFFF" });
  place?.outline?.setStyle({ weight: isCurrent ? 4 : 2 });
  if (isCurrent) { place?.mark.bringToFront(); }
}

const wholeBounds = features.getLayers().length ? features.getBounds() : findings.getBounds();
L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
L.control.zoom({ position: "bottomright", zoomInTitle: say("map.zoom_in"), zoomOutTitle: say("map.zoom_out") }).addTo(map);
document.getElementById("whole").addEventListener("click", () => {
  if (wholeBounds.isValid()) { map.fitBounds(wholeBounds, { padding: [24, 24], animate: false }); }
});
nameFeatures();
drawFindings();
writeTally();
writeChips();
writeList();
writeLegend();
writeLeftOut();
