// What an event of a matter's history decided, in words: who, to which unit, which cell, which category, what was said.

import { t, tOr } from "../texts.js";

const FIRST = ["reported", "imported"];

/** One line for an event of the API; `names`: categories by id; `matter`: its properties, not to repeat its own words. */
export function eventWords({ kind, actor, data = {} }, names, matter = {}) {
  return [actor?.name, ...decided(kind, data, names), ...spoken(data, matter)].filter(Boolean).join(" · ");
}

function decided(kind, data, names) {
  return [
    data.unit ? t("panel.to_unit", { unit: data.unit }) : null,
    data.category ? categoryWords(kind, names.get(data.category) || data.category) : null,
    "cell" in data ? cellWords(data.cell) : null,
    kind === "import_amended" && data.to && data.from !== data.to ? t("panel.to_status", { status: tOr(`status.${data.to}`, data.to) }) : null,
    data.erased ? t("panel.erased_words") : null,
  ];
}

/** The first category of a matter is no change. */
function categoryWords(kind, name) {
  return FIRST.includes(kind) ? name : t("panel.to_category", { name });
}

function cellWords(cell) {
  return cell ? t("panel.to_cell", { name: cell.name }) : t("panel.to_no_cell");
}

/** Words that were erased stand as erased; the description stands above already. */
function spoken({ words = [] }, { description }) {
  return words.filter(({ text, erased }) => erased || text !== description)
    .map(({ text, erased }) => (erased ? t("panel.erased") : t("panel.quote", { words: text })));
}
