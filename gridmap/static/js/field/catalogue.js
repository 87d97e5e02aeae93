// The categories somebody may report: kept for when there is no network, searched by name, code, first letters and everyday words.

import { get } from "../api.js";
import { t, tOr } from "../texts.js";
import { keepers } from "./kept_answers.js";
import { initials } from "./pinyin.js";

const RECENT = 6;
const RANK = { matter: 0, component: 1 };
let loading = null;

/** Every category in force {id, code, name, group, limit, letters, also}, matters before components, old catalogues last. */
export function categories() {
  loading ||= read().catch((error) => { loading = null; throw error; });
  return loading;
}

async function read() {
  let list;
  try {
    list = (await get("/categories")).categories;
    keepers.remember("categories", list);
  } catch (error) {
    list = await keepers.recall("categories");
    if (!list) throw error;
  }
  return list.filter(({ in_force: inForce }) => inForce !== false).map((one) => ({ ...one, letters: initials(one.name), also: one.also || [], alsoLetters: (one.also || []).map(initials), limitText: limitWords(one.limit) })).sort(before);
}

/** A limit as the server says it; one of a unit in the words for one. */
function limitWords(limit) {
  if (!limit) return "";
  return limit.amount === 1 ? tOr(`field.one_${limit.unit}`, limit.text) : limit.text;
}

// The new catalogue and one's own; where an older one has the same name, the newer is meant.
const isOld = ({ standard }) => standard === "GBT30428";

function before(a, b) {
  return isOld(a) - isOld(b) || RANK[a.kind] - RANK[b.kind] || (a.id < b.id ? -1 : 1);
}

/** Those that fit what was typed, the best first. */
export function search(list, typed) {
  const wish = typed.trim().toLowerCase();
  if (!wish) return [];
  return list.map((one) => [score(one, wish), one]).filter(([rank]) => rank < 9).sort(([a, x], [b, y]) => a - b || before(x, y)).map(([, one]) => one);
}

function score({ name, letters, code, group, also, alsoLetters }, wish) {
  const said = name.toLowerCase();
  if (said.startsWith(wish)) return 0;
  if (letters.startsWith(wish)) return 1;
  if (also.includes(wish)) return 2;
  if (said.includes(wish)) return 3;
  if (code.toLowerCase().startsWith(wish)) return 4;
  if (letters.includes(wish)) return 5;
  if (also.some((word) => word.includes(wish)) || alsoLetters.includes(wish)) return 6;
  return group.toLowerCase().includes(wish) ? 7 : 9;
}

/** {title, list} of each group, in the order of the catalogues. */
export function groups(list) {
  const found = new Map();
  for (const one of list) {
    const key = `${one.standard}:${one.kind}:${one.group}`;
    if (!found.has(key)) found.set(key, { key, title: one.group, kind: isOld(one) ? t("field.old_catalogue") : one.kind === "matter" ? null : t("field.kind_component"), list: [] });
    found.get(key).list.push(one);
  }
  return [...found.values()];
}

/** The categories used last on this phone by this account, newest first. */
export async function recent() {
  return (await keepers.recall("recent")) || [];
}

export async function used(id) {
  const list = [id, ...(await recent()).filter((one) => one !== id)];
  await keepers.remember("recent", list.slice(0, RECENT));
}
