// The card for the category: what was used last, what is common in this cell, all by group, and a search at the thumb.

import { el, put } from "../dom.js";
import { failure, skeleton } from "../states.js";
import { about } from "./around.js";
import { categories, groups, recent, search, used } from "./catalogue.js";
import { next, save } from "./drafts.js";
import { go, words } from "./page.js";
import { placing } from "./placing.js";
import { sign, signOfCategory } from "./signs.js";

const KNOWN_MS = 1500; // rather a moment's wait than a question about a place that is clear
const OFTEN = 9;
const LAST = 3;
const MOST_FOUND = 60;

export function categoryCard(draft, { body, setBar }) {
  let list = null;
  let lasts = [];
  let often = [];
  let isLeft = false;
  const results = el("div", { class: "category__list", "aria-live": "polite" });
  const input = el("input", { type: "search", class: "category__search", placeholder: words("category_search"), "aria-label": words("category_search_label"),
    maxlength: 40, autocapitalize: "none", spellcheck: "false", enterkeyhint: "search", oninput: draw });

  put(body, el("header", { class: "card-head" }, el("h1", {}, words("category_title")), el("span", { class: "quiet" }, words("category_hint"))), results);
  setBar(el("label", { class: "search-box" }, sign("search"), input));

  async function load() {
    put(results, skeleton(9));
    try {
      const [all, ids] = await Promise.all([categories(), recent()]);
      list = all;
      lasts = ids.map(byId).filter(Boolean).slice(0, LAST);
      draw();
      const cell = draft.choice || draft.place?.why?.cell?.code;
      const known = cell ? await about(cell) : null;
      often = (known?.often || []).map(byId).filter(Boolean);
      if (!isLeft && !input.value) draw();
    } catch (error) {
      put(results, failure(error, load));
    }
  }

  const byId = (id) => list.find((one) => one.id === id);

  function draw() {
    if (!list || isLeft) return;
    const typed = input.value.trim();
    if (typed) drawFound(search(list, typed), typed);
    else drawOffer();
  }

  function drawFound(found, typed) {
    put(results, found.length ? found.slice(0, MOST_FOUND).map(row)
      : el("div", { class: "state" }, el("strong", {}, words("category_none", { typed })), el("p", {}, words("category_none_hint"))));
  }

  function drawOffer() {
    const offered = often.filter(({ id }) => !lasts.some((one) => one.id === id));
    const chosen = byId(draft.category);
    const head = chosen && !lasts.includes(chosen) ? [chosen, ...lasts].slice(0, LAST) : lasts;
    const tiles = offered.filter((one) => !head.includes(one)).slice(0, OFTEN);
    const usual = list.filter((one) => USUAL.includes(one.id) && !tiles.includes(one) && !head.includes(one)).slice(0, OFTEN - tiles.length);
    put(results,
      head.length ? section(words("category_recent"), null, head) : null,
      tiles.length ? section(words("category_often"), words("category_open_now"), tiles) : null,
      usual.length ? section(words("category_usual"), null, usual) : null,
      el("h2", { class: "category__head" }, words("category_all", { n: list.length }), el("small", {}, words("category_by_group"))),
      groups(list).map(group));
  }

  function section(title, hint, ones) {
    return el("section", {}, el("h2", { class: "category__head" }, title, hint ? el("small", {}, hint) : null), el("div", { class: "tiles" }, ones.map(tile)));
  }

  function tile(one) {
    const isChosen = one.id === draft.category;
    return el("button", { type: "button", class: `tile${isChosen ? " is-chosen" : ""}`, "aria-pressed": String(isChosen), dataset: { category: one.id }, onclick: () => choose(one) },
      signOfCategory(one.id), el("b", {}, one.name), one.limitText ? el("small", {}, one.limitText) : null, isChosen ? sign("check", 20) : null);
  }

  function row(one) {
    return el("button", { type: "button", class: `found${one.id === draft.category ? " is-chosen" : ""}`, dataset: { category: one.id }, onclick: () => choose(one) },
      signOfCategory(one.id, 24), el("span", {}, el("b", {}, one.name), el("small", {}, [one.group, one.code].join(" · "))), one.limitText ? el("em", {}, one.limitText) : null);
  }

  function group({ title, kind, list: ones }) {
    const inside = el("div", {});
    return el("details", { class: "group", ontoggle() { if (this.open && !inside.childElementCount) put(inside, ones.map(row)); } },
      el("summary", {}, signOfCategory(ones[0].id, 24), el("span", {}, el("b", {}, title), kind ? el("small", {}, kind) : null), el("em", {}, String(ones.length)), sign("chevron", 20)), inside);
  }

  async function choose(one) {
    await used(one.id);
    await save(draft, { category: one.id, categoryName: one.name, limitText: one.limitText });
    await placing.known(KNOWN_MS);
    go(`report/${next(draft, "category")}`);
  }

  load();
  return { close() { isLeft = true; } };
}

// What a street sees every day, where nothing is known yet of the cell.
const USUAL = ["06010", "09009", "06011", "06028", "07001", "06041", "06043", "09001", "09002", "06012"].map((code) => `GBT47678:matter:${code}`);
