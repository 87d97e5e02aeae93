// The week of an area: a row for each post, a column for each day, with shifts, absences, who stands in, and who is there now.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { count, day, dueTime, fullTime, serverNow } from "../format.js";
import { empty, errorWords, failure, skeleton } from "../states.js";
import { t } from "../texts.js";
import { awayOn, later, nowOn, shiftsOn, spanOf, weekOf } from "./days.js";
import { openPost } from "./drawer.js";
import { remember, state } from "./state.js";

const DUTIES = ["all", "on", "off", "away"];
const LIMIT = 200;
const TYPED_MS = 300;
const EVERY_MS = 60_000;
let timer = null;

export function weekTab(view, data) {
  const chosen = place(data);
  remember({ area: chosen?.code });
  const body = el("div", { class: "week__body" });
  const tally = el("div", { class: "segments", role: "group", "aria-label": t("roster.now") });
  const tools = el("div", { class: "tools" }, areaChoice(data, () => weekTab(view, data)), tally, searchBox(() => load()), weekChoice(() => load()));
  let shown = { posts: [], next: null, tally: null };

  async function load() {
    if (!body.childElementCount) put(body, skeleton(9));
    const days = weekOf(state.week);
    try {
      const query = { area: state.area, duty: dutyIn(chosen) === "all" ? null : dutyIn(chosen), q: state.q, since: iso(spanOf(days[0])[0]), count: 1, limit: LIMIT };
      shown = await get("/roster", query);
      shown.query = query;
      draw(days);
    } catch (error) {
      put(body, failure(error, load));
    }
  }

  async function more(button) {
    button.disabled = true;
    try {
      const rest = await get("/roster", { ...shown.query, count: null, cursor: shown.next });
      shown = { ...shown, posts: [...shown.posts, ...rest.posts], next: rest.next };
      draw(weekOf(state.week));
    } catch (error) {
      put(button.parentElement, errorWords(error, load));
    }
  }

  function draw(days) {
    put(tally, DUTIES.map((name) => el("button", { type: "button", dataset: { duty: name }, "aria-pressed": String(name === dutyIn(chosen)), onclick: () => { remember({ duty: name }); load(); } },
      t(`roster.duty_${name}`), " ", el("b", {}, count(name === "all" ? total(shown.tally) : shown.tally?.[name])))));
    const { posts, next } = shown;
    if (!posts.length) { put(body, nothing(dutyIn(chosen))); return; }
    put(body, el("div", { class: "week", role: "region", tabindex: "0", "aria-label": t("roster.week_of", { from: days[0], to: days[6] }) }, table(posts, days, (post) => openPost(post, data, load))),
      legend(), next ? el("p", { class: "week__more" }, el("button", { type: "button", class: "button", onclick: ({ currentTarget }) => more(currentTarget) }, t("roster.more", { n: posts.length }))) : null);
  }

  put(view, el("section", { class: "card" }, tools, body));
  clearInterval(timer);
  timer = setInterval(() => { if (!body.isConnected) clearInterval(timer); else if (!document.hidden && document.querySelector("[data-part=drawer]").hidden) load(); }, EVERY_MS);
  load();
}

const iso = (ms) => new Date(ms).toISOString().replace(".000Z", "Z");
const total = (tally) => (tally ? tally.on + tally.off + tally.away : null);

/** Who is listed: of a community everybody, above it first of all who is away. */
const dutyIn = (area) => (DUTIES.includes(state.duty) ? state.duty : area && area.level !== "community" ? "away" : "all");

/** The area chosen, else the only or first one of one's own. */
function place({ areas }) {
  return areas.find(({ code }) => code === state.area) || areas[0] || null;
}

/** Streets and communities as a tree in one choice. */
function areaChoice({ areas }, changed) {
  if (areas.length < 2) return el("b", { class: "week__area" }, areas[0]?.name || t("roster.own_cells"));
  const depth = { district: 0, street: 1, community: 2 };
  const top = Math.min(...areas.map(({ level }) => depth[level]));
  const select = el("select", { "aria-label": t("roster.area"), onchange: () => { remember({ area: select.value, duty: null }); changed(); } },
    areas.map(({ code, name, level }) => el("option", { value: code, selected: code === state.area }, `${"　".repeat(depth[level] - top)}${name}`)));
  return el("label", { class: "choice" }, t("roster.area"), select);
}

function searchBox(changed) {
  let waits = null;
  const input = el("input", { type: "search", maxlength: 64, placeholder: t("roster.search"), "aria-label": t("roster.search"), value: state.q || "", oninput: () => {
    clearTimeout(waits);
    waits = setTimeout(() => { remember({ q: input.value.trim() }); changed(); }, TYPED_MS);
  } });
  return el("label", { class: "choice choice--search" }, input);
}

function weekChoice(changed) {
  const said = el("b", { "aria-live": "polite" });
  const to = (week) => { remember({ week }); say(); changed(); };
  const say = () => { const days = weekOf(state.week); put(said, `${days[0].slice(5)} – ${days[6].slice(5)}`); };
  say();
  return el("div", { class: "week__choice", role: "group", "aria-label": t("roster.week") },
    el("button", { type: "button", class: "button", "aria-label": t("roster.week_before"), onclick: () => to(later(weekOf(state.week)[0], -7)) }, "‹"), said,
    el("button", { type: "button", class: "button", "aria-label": t("roster.week_after"), onclick: () => to(later(weekOf(state.week)[0], 7)) }, "›"),
    el("button", { type: "button", class: "button button--plain", onclick: () => to(null) }, t("roster.week_this")));
}

function nothing(duty) {
  if (duty === "away" && !state.q) return empty(t("roster.nobody_away"), t("roster.nobody_away_hint"));
  const isNarrowed = state.q || duty !== "all";
  return empty(t(isNarrowed ? "roster.nobody_found" : "roster.nobody"), t(isNarrowed ? "roster.nobody_found_hint" : "roster.nobody_hint"));
}

function table(posts, days, open) {
  const today = day(serverNow().toISOString());
  const head = el("tr", {}, el("th", { scope: "col" }, t("roster.post")), days.map((one, n) => el("th", { scope: "col", class: one === today ? "is-today" : "" }, t(`roster.weekday_${n + 1}`), el("small", {}, one.slice(5)))));
  return el("table", {}, el("thead", {}, head), byArea(posts).map(([area, some]) => el("tbody", {},
    el("tr", { class: "week__group" }, el("th", { colspan: 8, scope: "rowgroup" }, area ? area.name : "", area ? el("small", {}, area.code) : null)),
    some.map((post) => row(post, days, today, open)))));
}

/** Posts by area, larger areas and their own order first. */
function byArea(posts) {
  const groups = new Map();
  for (const post of posts) {
    const key = post.area?.code || "";
    if (!groups.has(key)) groups.set(key, [post.area, []]);
    groups.get(key)[1].push(post);
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function row(post, days, today, open) {
  const { person, role_name: role, duty } = post;
  return el("tr", { dataset: { post: post.post_id } },
    el("th", { scope: "row" }, el("button", { type: "button", class: "who", "aria-haspopup": "dialog", onclick: () => open(post) },
      el("span", { class: "face", "aria-hidden": "true" }, person.name.slice(0, 1)),
      el("span", { class: "who__name" }, el("b", {}, person.name), el("small", {}, role)), dutyTag(post), duty === "on" ? null : el("small", { class: "who__from" }, fromWhen(post)))),
    days.map((one) => el("td", { class: one === today ? "is-today" : "" }, cell(post, one))));
}

/** On duty, off duty, away: a sign of its own shape, and the word. */
export function dutyTag({ duty }) {
  return el("span", { class: `duty duty--${duty}` }, t(`roster.duty_${duty}`));
}

/** Since when somebody is there again, or who stands in meanwhile. */
export function fromWhen({ duty, on_duty_from: from, away }) {
  const now = serverNow();
  const running = away.find(({ begins, ends }) => new Date(begins) <= now && now < new Date(ends));
  if (duty === "away" && running?.deputy) return t("roster.by_deputy", { name: running.deputy.name });
  if (duty === "away" && running) return t("roster.no_deputy");
  return from ? t("roster.from", { when: dueTime(from) }) : "";
}

function cell({ shifts, away }, one) {
  const parts = shiftsOn(one, shifts);
  const gone = away.map((absence) => ({ ...absence, part: awayOn(one, absence) })).filter(({ part }) => part);
  const now = nowOn(one);
  const words = [...parts.filter(({ isRest }) => !isRest).map(({ shift }) => (shift ? `${shift.begins}–${shift.ends}` : t("roster.always"))), ...gone.map(({ deputy }) => (deputy ? t("roster.by_deputy", { name: deputy.name }) : t("roster.duty_away")))];
  const whole = gone.some(({ part }) => part.from === 0 && part.to === 1);
  return el("div", { class: "day", title: gone.map((absence) => spanWords(absence)).join("\n") || null },
    el("div", { class: "day__bar", "aria-hidden": "true" }, parts.map(({ from, to }) => bar("shift", from, to)), gone.map(({ part, deputy }) => bar(deputy ? "away" : "away day__away--alone", part.from, part.to)), now === null ? null : el("i", { class: "day__now", css: { left: `${now * 100}%` } })),
    el("span", { class: gone.length ? "is-away" : parts.length ? "" : "is-off" }, whole ? words.at(-1) : words.length ? words.join(" · ") : t("roster.day_off")));
}

const bar = (name, from, to) => el("i", { class: `day__${name}`, css: { left: `${from * 100}%`, width: `${(to - from) * 100}%` } });

/** An absence with its deputy, for hovering and for reading. */
export function spanWords({ begins, ends, deputy }) {
  const said = t("roster.span", { begins: fullTime(begins).slice(5, 16), ends: fullTime(ends).slice(5, 16) });
  return `${said} · ${deputy ? t("roster.by_deputy", { name: deputy.name }) : t("roster.no_deputy")}`;
}

function legend() {
  return el("ul", { class: "week__legend", "aria-label": t("roster.legend") }, [["shift", "legend_shift"], ["away", "legend_away"], ["away day__away--alone", "legend_alone"], ["now", "legend_now"]].map(([name, key]) =>
    el("li", {}, el("span", { class: "day__bar", "aria-hidden": "true" }, el("i", { class: `day__${name}` })), t(`roster.${key}`))));
}

