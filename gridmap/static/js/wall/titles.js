// What stands over the map: what the scene shows, who asked for it, the figures of its area.

import { el, put } from "../dom.js";
import { count, percent, serverNow } from "../format.js";
import { t } from "../texts.js";
import { STRESSED } from "./layers.js";

/** Says in `node` what `scene` shows; `area` is the area it is about, or null. */
export function sayScene(node, scene, area, figures) {
  const what = t(`wall.scene_${scene.kind}`);
  const name = scene.isWorst ? t("wall.scene_worst", { name: area?.name }) : scene.kind === "overview" && area ? area.name : [area?.name, what].filter(Boolean).join(" · ");
  const row = area && [...figures.ranking.rows, ...figures.communities].find(({ code }) => code === area.code);
  const of = row ? t("wall.scene_figures", { open: count(row.open), late: count(row.late), share: percent(row.on_time) }) : t(`wall.names_${STRESSED[scene.kind].number}`);
  put(node, scene.isSteered ? el("p", { class: "scene__by" }, sender(scene), " ", el("time", { dataset: { part: "left" } }, left(scene))) : null,
    el("p", { class: "scene__name" }, name), el("p", { class: "scene__rest" }, of));
  node.hidden = false;
}

function sender({ by }) {
  return t("wall.steered_by", { who: by || t("wall.centre") });
}

/** How long what a seat asked for still stays, m:ss. */
export function left({ until }) {
  const seconds = Math.max(0, Math.ceil((Date.parse(until) - serverNow()) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
