// The last card: everything once more, words, whether the same is known nearby already, and send.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { ago, serverNow } from "../format.js";
import { about } from "./around.js";
import { act, keptImage, photoSlot } from "./bits.js";
import * as drafts from "./drafts.js";
import { data, go, toast, words } from "./page.js";
import { addPhotos } from "./photos.js";
import { pick } from "./pictures.js";
import { placing, walked } from "./placing.js";
import { clockOf, far, stateWords } from "./say.js";
import { metres, moved } from "./sides.js";
import { shape, shapeOf, sign, signOfCategory } from "./signs.js";

const NEAR_M = 50;
const DAY_MS = 864e5;
const SAVE_MS = 300;

export function wordsCard(draft, { body, setBar, redraw }) {
  const pictures = el("div", { class: "look" });
  const facts = el("div", { class: "facts-card" });
  const near = el("div", { class: "near", "aria-live": "polite" });
  const fixed = el("section", { class: "fixed" });
  const left = el("small", { class: "words__left" });
  const text = el("textarea", { class: "words", rows: 3, maxlength: data.limits.words, placeholder: words("words_hint"), "aria-label": words("card_words"), oninput: typed });
  const head = el("header", { class: "card-head" });
  text.value = draft.words;
  put(body, head, refusedBox(draft), pictures, facts, el("div", { class: "words-box" }, text, left), fixed, near);
  let timer = null;
  let asked = "";
  let found = null;
  let isSending = false;

  function typed() {
    draft.words = text.value;
    clearTimeout(timer);
    timer = setTimeout(() => drafts.save(draft).catch(() => toast(words("phone_full"))), SAVE_MS);
    count();
    drawNear();
    redraw();
  }

  function count() {
    const room = data.limits.words - text.value.length;
    left.textContent = room < 200 ? words("words_left", { n: room }) : "";
    text.rows = Math.min(Math.max(text.value.split("\n").length + Math.floor(text.value.length / 22), 2), 8);
  }

  function draw() {
    const isDone = drafts.done(draft);
    const lacks = drafts.lacksPhotos(draft);
    const can = Boolean(draft.place && isDone.category) && !lacks;
    put(head, el("h1", {}, words(can ? "ready" : "not_ready")), el("span", { class: "saved" }, sign("disk", 20), words("saved_here")));
    put(pictures, draft.photos.map((photo, i) => el("figure", { class: i ? "look__more" : "look__first" }, keptImage(photo, words("photo_of_report", { clock: clockOf(photo.taken) })), el("figcaption", {}, clockOf(photo.taken)))),
      draft.photos.length < data.limits.photos ? el("button", { type: "button", class: `look__add${draft.photos.length ? "" : " look__add--wide"}`, onclick: again }, sign("camera"), words(draft.photos.length ? "photo_again" : "photo_take")) : null);
    pictures.dataset.n = Math.min(draft.photos.length, 2);
    drawFacts();
    drawFixed();
    if (draft.place && isDone.category && lacks) setBar(act(words("fixed_lacks"), "camera", () => fixed.querySelector(".fix__slot:not(.is-done)").click(), { dataset: { part: "send" } }));
    else setBar(act(words(!draft.place ? "to_place" : !isDone.category ? "to_category" : draft.fixed ? "send_fixed" : "send"), can ? "send" : null, can ? send : () => go(`report/${draft.place ? "category" : "place"}`, { replace: true }), { dataset: { part: "send" } }));
    redraw();
    askNear();
  }

  /** “I have fixed it already”: a photo from before, one from after, and it is reported as done. */
  function drawFixed() {
    const box = el("input", { type: "checkbox", role: "switch", checked: Boolean(draft.fixed), dataset: { part: "fixed" }, onchange: () => fix(box.checked) });
    const before = draft.photos.find(({ shows }) => shows !== "after");
    const slots = draft.fixed ? el("div", { class: "fix" }, photoSlot("before", { photo: before, take: (files) => take(files) }), photoSlot("after", { photo: drafts.afterOf(draft), take: (files) => take(files, "after") })) : null;
    put(fixed, el("label", { class: "setting" }, sign("check"), el("span", {}, el("b", {}, words("fixed")), el("small", {}, words("fixed_hint"))), box), slots);
  }

  async function fix(isFixed) {
    await drafts.save(draft, { fixed: isFixed, photos: isFixed ? draft.photos : draft.photos.map((photo) => ({ ...photo, shows: undefined })) });
    draw();
  }

  async function take(files, shows) {
    await addPhotos(draft, files.slice(0, 1), { shows });
    draw();
  }

  function again() {
    pick(async (files) => { await addPhotos(draft, files); draw(); });
  }

  function drawFacts() {
    const { place } = draft;
    const away = walked(draft);
    const isVague = drafts.isCoarse(place && { ...place, confirmed: false }); // also where somebody let it stand
    const chosen = draft.choice && place?.why?.candidates.find(({ code }) => code === draft.choice);
    const cell = chosen || place?.why?.cell;
    const how = place && [place.how === "manual" ? words("manual") : words("accuracy_short", { n: Math.round(place.accuracy_m) }), draft.choice ? words("you_chose") : place.unsure ? words("community_decides") : null, away ? words("walked", { metres: far(away) }) : null];
    const where = el("small", {}, how ? how.filter(Boolean).join(" · ") : words("place_missing"));
    put(facts, fact("pin", isVague ? words("place_coarse") : place ? cell?.name || words(place.why?.status === "outside" || place.why?.status === "near" ? "place_outside" : "place_kept") : words("card_place"), where, "place"),
      fact(draft.category, draft.categoryName || words("card_category"), el("small", {}, draft.category ? (draft.limitText ? words("limit", { limit: draft.limitText }) : "") : words("category_missing")), "category"));
    if (cell && !isVague) about(cell.code).then(({ name }) => { if (name) where.prepend(`${words("leader", { name })} · `); });
  }

  function fact(icon, title, hint, card) {
    return el("button", { type: "button", class: "fact", onclick: () => go(`report/${card}`, { replace: true }) },
      el("span", { class: "fact__sign" }, icon === "pin" ? sign("pin") : icon ? signOfCategory(icon, 24) : sign("tag")), el("span", {}, el("b", {}, title), hint), sign("edit"));
  }

  /** The same kind of matter, reported nearby within a day: perhaps this one. */
  async function askNear() {
    const { place, category } = draft;
    const question = place && category ? [place.lon, place.lat, category].join() : "";
    if (!question || question === asked || !data.may.read) return;
    asked = question;
    const reach = NEAR_M + (place.accuracy_m || 0);
    const here = [place.lon, place.lat];
    const [west, south] = moved(here, [-reach, -reach]);
    const [east, north] = moved(here, [reach, reach]);
    const since = new Date(serverNow() - DAY_MS).toISOString();
    const answer = await get("/issues", { bbox: [west, south, east, north].map((n) => n.toFixed(6)).join(","), category, since, status: "open", limit: 20 }).catch(() => null);
    const close = (answer?.features || []).map((feature) => ({ feature, away: metres(here, feature.geometry.coordinates) })).filter(({ away }) => away <= reach).sort((a, b) => a.away - b.away);
    found = close;
    drawNear();
  }

  function drawNear() {
    put(near, found?.length ? nearBox(found[0], found.length) : []);
  }

  function nearBox({ feature: { properties: p }, away }, n) {
    const thumb = el("span", { class: "near__mark" }, shape(shapeOf(p, serverNow()), "", 28));
    return el("section", { class: "near__box" },
      el("div", { class: "near__what" }, thumb, el("div", {}, el("b", {}, words(n > 1 ? "near_n" : "near_one", { metres: far(away), n })), el("p", {}, [p.category_name, ago(p.reported_at), stateWords(p)].join(" · ")))),
      el("div", { class: "pair" }, el("button", { type: "button", class: "side side--wide", dataset: { part: "same" }, onclick: () => sameOne(p) }, words(draft.photos.length ? "near_same" : "near_same_words")),
        el("a", { class: "link", href: `#/task/${encodeURIComponent(p.number)}` }, words("near_look"))));
  }

  /** My photos and words go to the matter that is there; the draft has done its part. */
  async function sameOne(p) {
    if (isSending) return;
    if (!draft.photos.length && !text.value.trim()) {
      text.focus();
      toast(words("near_same_wants"));
      return;
    }
    isSending = true;
    clearTimeout(timer);
    placing.leave();
    const item = await drafts.act({ ...drafts.begun(p, "photo"), photos: draft.photos, words: text.value });
    await drafts.discard(draft, { keepPhotos: true });
    go(`sent/${item.id}`, { replace: true });
  }

  async function send() {
    if (isSending) return;
    isSending = true;
    clearTimeout(timer);
    draft.words = text.value;
    placing.leave();
    try {
      await drafts.send(draft);
      go(`sent/${draft.id}`, { replace: true });
    } catch (error) {
      isSending = false;
      toast(words(error.name === "QuotaExceededError" ? "phone_full" : "not_kept"));
    }
  }

  const settle = () => { if (!isSending) draw(); };
  draw();
  count();
  placing.addEventListener("change", settle);
  return { close() { clearTimeout(timer); if (!isSending) drafts.save(draft, { words: text.value }).catch(() => {}); placing.removeEventListener("change", settle); } };
}

/** Why the server sent it back, in its words. */
function refusedBox({ error }) {
  return error ? el("section", { class: "fault", role: "alert" }, el("b", {}, sign("warn", 18), words("refused_title")), el("p", {}, error.message || error.code)) : null;
}
