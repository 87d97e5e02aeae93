// The strip of a seat that steers the walls: which scene, of which area, for how long.

import { post } from "../api.js";
import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { clockParts } from "./words.js";

const SCENES = ["overview", "heat", "reports", "late", "duty"];
const MINUTES = [1, 2, 5, 10, 30];

/** Fills the strip; `take(figures)` of the answer lists the areas. */
export function steering(node) {
  const area = el("select", { id: "steer-area" });
  const minutes = el("select", { id: "steer-for" }, MINUTES.map((n) => el("option", { value: String(n), selected: n === 2 }, t("wall.minutes", { n }))));
  const said = el("output", { class: "steer__said" });
  const ask = (scene) => send({ scene, area: scene === "round" ? null : area.value || null, seconds: Number(minutes.value) * 60 }, said);
  const button = (scene, look = "") => el("button", { type: "button", class: look, dataset: { scene }, onclick: () => ask(scene) }, t(`wall.scene_${scene}`));
  put(node, el("strong", {}, t("wall.steer")), field("wall.steer_area", area), field("wall.steer_for", minutes),
    SCENES.map((scene) => button(scene)), button("round", "is-plain"), said);
  node.hidden = false;
  return { take: (figures) => list(area, figures) };
}

function field(words, control) {
  return el("label", { for: control.id }, t(words), control);
}

function list(select, { ranking, communities }) {
  const rows = ranking.level === "street" ? [...ranking.rows].sort(byCode) : [];
  const told = [...rows, ...communities].map(({ code }) => code).join();
  if (select.dataset.told === told) return;
  const { value } = select;
  const group = (label, areas) => (areas.length ? el("optgroup", { label: t(label) }, areas.map(({ code, name }) => el("option", { value: code }, name))) : null);
  put(select, el("option", { value: "" }, t("wall.steer_all")), group("wall.area", rows), group("wall.area_community", communities));
  select.value = value;
  select.dataset.told = told;
}

function byCode(a, b) {
  return a.code < b.code ? -1 : 1;
}

async function send(wish, said) {
  try {
    const { until } = await post("/wall/scene", wish);
    said.textContent = wish.scene === "round" ? t("wall.steered_back") : t("wall.steered", { clock: clockParts(new Date(until)).slice(0, 2).join(":") });
    said.classList.remove("is-bad");
  } catch (error) {
    said.textContent = error.message;
    said.classList.add("is-bad");
  }
}
