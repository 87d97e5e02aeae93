// What an event of a matter's history decided, in words: who, to which unit, which cell, which category, what was said.

import { fullTime } from "../format.js";
import { t, tOr } from "../texts.js";
import { whistleWords } from "./whistle_words.js";

const FIRST = ["reported", "imported"];
const NEW_CLOCK = ["dispatch", "resume", "rework", "reopen", "reopen_unsolved"];

/** One line for an event of the API; `names`: categories by id; `matter`: its properties, not to repeat its own words. */
export function eventWords({ kind, actor, data = {} }, names, matter = {}) {
  return [...new Set([actorName(actor), ...decided(kind, data, names, actor), ...spoken(data, matter)])].filter(Boolean).join(" · ");
}

/** Somebody as they are told to others: 周敏（网格长）. */
export function actorName(actor) {
  if (!actor) return null;
  return actor.post ? t("panel.name_post", { name: actor.name, post: actor.post }) : actor.name;
}

function decided(kind, data, names, actor) {
  return [
    ...(kind.startsWith("whistle") ? whistleWords(kind, data) : toWhom(kind, data, actor)),
    ...looped(kind, data),
    data.category ? categoryWords(kind, names.get(data.category) || data.category) : null,
    "cell" in data ? cellWords(data.cell) : null,
    kind === "import_amended" && data.to && data.from !== data.to ? t("panel.to_status", { status: tOr(`status.${data.to}`, data.to) }) : null,
    data.erased ? t("panel.erased_words") : null,
  ];
}

function toWhom(kind, { unit, handler, reason, returned_by: returnedBy }, actor) {
  const isByRules = kind === "dispatch" && !unit && !handler;
  return [
    unit ? t("panel.to_unit", { unit }) : null,
    handler ? t("panel.to_person", { name: handler.name || t("panel.somebody") }) : null,
    isByRules ? t("panel.to_rules") : null,
    returnedBy && returnedBy !== actor?.name ? t("panel.returned_by", { unit: returnedBy }) : null,
    kind === "handed_over" ? t(`panel.handed_${reason}`) : null,
  ];
}

/** What a step of the loop changed: tier, deadline, the other matter, the rating, what a photo shows. */
function looped(kind, data) {
  const { tier, due_before: before, due_at: due, into, number, solved, satisfaction } = data;
  return [
    tier ? t("panel.tier_change", { from: t(`panel.tier_${tier.from}`), to: t(`panel.tier_${tier.to}`) }) : null,
    before ? t("panel.extended", { from: when(before), to: when(due) }) : null,
    due && NEW_CLOCK.includes(kind) ? t("panel.now_due", { when: when(due) }) : null,
    into ? t("panel.into_number", { number: into }) : null,
    kind === "merged_in" && number ? t("panel.from_number", { number }) : null,
    solved === undefined ? null : t(`act.solved_${solved}`),
    satisfaction === undefined ? null : t(`act.satisfaction_${satisfaction}`),
    data.photo_kind ? t(`panel.photo_${data.photo_kind}_label`) : null,
  ];
}

/** A moment in one line of a history: 11-20 15:52. */
const when = (iso) => fullTime(iso).slice(5, 16);

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
