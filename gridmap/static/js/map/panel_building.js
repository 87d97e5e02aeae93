// The panel of one building: name, address, floors, households, who looks after it, and the cell it stands in.

import { el } from "../dom.js";
import { count } from "../format.js";
import { t } from "../texts.js";

/** The parts of the panel for {feature, cell: the answer about its cell or null}. */
export function buildingParts({ feature: { properties: p }, cell }, panel) {
  const facts = [
    ["address", p.address], ["floors", p.floors ? t("map.floors", { n: p.floors }) : null],
    ["households", p.households !== null ? t("map.households", { n: count(p.households) }) : null], ["chief", p.chief], ["code", p.code],
  ].filter(([, value]) => value);
  const leader = cell?.properties.staff?.["1"]?.[0];
  return [
    el("header", { class: "panel__head" }, el("p", { class: "panel__kind" }, t("panel.building")), el("h2", { tabindex: "-1" }, p.name || p.address || p.code)),
    el("dl", { class: "facts facts--panel" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, t(`panel.building_${name}`)), el("dd", {}, value)))),
    cell ? el("section", {}, el("h3", { class: "panel__bar" }, t("panel.building_cell")),
      el("button", { type: "button", class: "row row--plain", onclick: () => panel.choose("area", p.cell) },
        el("span", { class: "row__main" }, el("span", { class: "row__title" }, el("b", {}, cell.properties.name)),
          el("span", { class: "row__place" }, leader?.person ? `${leader.role_name} ${leader.person.name}` : leader ? t("panel.vacant_leader") : "")), el("span", {}, "›"))) : null,
  ];
}
