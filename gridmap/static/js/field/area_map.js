// The map of my area: cells, my tasks, where I am; a tap on a task opens it.

import { el, put } from "../dom.js";
import { serverNow } from "../format.js";
import { about, cellAt, ownAreas } from "./around.js";
import { accuracyBadge } from "./bits.js";
import { FieldMap } from "./drawing.js";
import { matters } from "./matters.js";
import { data, go, words } from "./page.js";
import { position } from "./position.js";
import { sign } from "./signs.js";

const BADGE_PX = 64;

export function areaMap() {
  const ground = el("div", { class: "area-map__map" });
  const badges = el("div", { class: "badges" });
  const buttons = el("div", { class: "rounds" }, data.bases?.length ? round("layers", "base", () => { menu.hidden = !menu.hidden; }) : null, round("plus", "zoom_in", () => map.map.zoomIn()), round("minus", "zoom_out", () => map.map.zoomOut()), round("locate", "locate_again", toMe));
  const menu = el("div", { class: "base-menu", role: "group", "aria-label": words("base"), hidden: true });
  const under = el("section", { class: "area-map__under", role: "status", hidden: true });
  const node = el("div", { class: "area-map" }, el("h1", { class: "visually-hidden" }, words("tab_map")), ground, badges, buttons, menu, under);
  const own = ownAreas();
  let map = null;

  function toMe() {
    if (position.fix) map.goTo([position.fix.lon, position.fix.lat], 17, true);
    else position.again();
  }

  function draw() {
    if (!map) return;
    put(badges, accuracyBadge());
    map.showMe(position.fix);
    map.showTasks(matters.tasks().slice(0, 300), serverNow(), (number) => go(`task/${encodeURIComponent(number)}`));
  }

  async function tell({ latlng }) {
    const cell = cellAt(latlng.lng, latlng.lat);
    under.hidden = !cell;
    if (!cell) return;
    const known = await about(cell.id);
    put(under, el("b", {}, cell.properties.name), el("small", {}, [known.name ? words("leader", { name: known.name }) : known.vacant ? words("leader_vacant") : null, cell.properties.open !== null ? words("open_n", { n: cell.properties.open }) : null].filter(Boolean).join(" · ")));
  }

  function choices() {
    put(menu, [{ id: "", name: words("base_own") }, ...data.bases].map(({ id, name }) => el("button", { type: "button", "aria-pressed": String((map.base.chosen?.id || "") === id), onclick: () => { map.base.choose(id); menu.hidden = true; choices(); } }, name)));
  }

  function start() {
    map = new FieldMap(ground, { own: own.map(({ code }) => code), label: words("map_tasks") });
    map.fit(data.bounds);
    if (own[0]) about(own[0].code).then(({ geometry }) => { if (geometry && !map.isClosed) map.fit(geometry, { above: BADGE_PX }); });
    map.map.on("click", tell);
    if (data.bases?.length) choices();
    draw();
  }

  const sources = [matters, position];
  for (const source of sources) source.addEventListener("change", draw);
  return { node, start, close() { for (const source of sources) source.removeEventListener("change", draw); map?.close(); } };
}

function round(name, label, onclick) {
  return el("button", { type: "button", class: "round", "aria-label": words(label), onclick }, sign(name));
}
