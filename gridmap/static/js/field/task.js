// One matter: its deadline first, the place, what was before and after, its story, and the one thing to do next at the thumb.

import { get } from "../api.js";
import { el, put } from "../dom.js";
import { ago, fullTime, serverNow } from "../format.js";
import { eventWords } from "../map/event_words.js";
import { howWords } from "../map/how.js";
import { failure, skeleton } from "../states.js";
import { isEnded, runs } from "../status.js";
import { t, tOr } from "../texts.js";
import { ownAreas } from "./around.js";
import { act, bar, side } from "./bits.js";
import * as drafts from "./drafts.js";
import { FieldMap } from "./drawing.js";
import { keepers } from "./kept_answers.js";
import { matters } from "./matters.js";
import { outbox } from "./outbox.js";
import { data, toast, words } from "./page.js";
import { position } from "./position.js";
import { due, far, moment, shortNumber, stateWords, timeLeft } from "./say.js";
import { stages } from "./sent.js";
import { metres } from "./sides.js";
import { sign } from "./signs.js";
import { doing } from "./task_doing.js";
import { whistleChoices } from "./whistle_form.js";
import { nextStep, whistlesPart } from "./whistles.js";

const MAIN = ["accept", "start", "finish", "close", "verify", "rate"];
const BESIDE = ["finish"]; // of these, what may stand beside the main one
const MORE = ["whistle", "self_fix", "return", "rework", "comment", "urge", "recategorise", "move", "reopen", "reopen_unsolved", "object"];
const AT_ONCE = ["accept", "start"]; // nothing to say or show

export function task(number) {
  const body = el("div", { class: "task-page" }, skeleton(9));
  const foot = el("div", {}, bar());
  const node = el("div", { class: "task-screen" }, body, foot);
  let feature = null;
  let map = null;
  let isLeft = false;
  let open = null;
  let isGoing = false;

  async function load() {
    try {
      feature = await get(`/issues/${encodeURIComponent(number)}`);
      keepers.remember(`issue ${number}`, feature);
      if (feature.properties.actions.includes("whistle")) whistleChoices(number).catch(() => {}); // at hand when the network is gone
    } catch (error) {
      const kept = error.status === 0 || error.status >= 500 || error.status === 401 ? await keepers.recall(`issue ${number}`) : null;
      feature ||= kept || bare(matters.find(number));
      if (error.status === 404) return gone();
      if (!feature) { put(body, failure(error, load)); return undefined; }
    }
    if (!isLeft) draw();
    return undefined;
  }

  function gone() {
    feature = null;
    put(body, el("div", { class: "state" }, el("strong", {}, words("gone")), el("p", {}, words("gone_hint")), el("a", { class: "side", href: "#/tasks" }, words("to_tasks"))));
    put(foot, bar());
  }

  function draw() {
    if (open) return; // somebody is writing: what they wrote stays
    const p = feature.properties;
    const ground = el("div", { class: "task-page__map" });
    put(body, heading(p), pending(number), el("div", { class: "task-page__ground" }, ground, distanceBadge(feature)), el("div", { class: "task-page__in" }, whistlesPart(p, whistled), stages(p.status), photosPart(p),
      p.description ? el("p", { class: "task-page__words" }, p.description) : null, peoplePart(p), moreWays(p), story(p)));
    put(foot, bar(mainWays(p)));
    map?.close();
    map = new FieldMap(ground, { own: ownAreas().map(({ code }) => code), still: true, label: words("map_place") });
    if (feature.geometry) showPlace(map, feature);
    else map.fit(data.bounds);
  }

  function mainWays(p) {
    const names = mainNames(p);
    const own = nextStep(p);
    const waits = outbox.waiting.some((item) => item.number === number);
    if (waits) return el("p", { class: "bar__said" }, words("act_waiting"));
    if (own) return ownStep(own);
    if (!names.length) return el("p", { class: "bar__said" }, isEnded(p) ? stateWords(p) : words("no_action"));
    const [first, second] = names;
    return [BESIDE.includes(second) ? side(words(`act_${second}`), null, () => begin(second)) : null, act(words(`act_${first}`), first === "start" ? "pin" : "check", () => (AT_ONCE.includes(first) ? go_(first) : begin(first)))];
  }

  /** What one's own unit was called to do comes before everything else. */
  function ownStep({ whistle, step }) {
    const take = { accept: () => whistled("accept", whistle), check_in: () => checkIn(whistle), finish: () => begin("whistle_finish", whistle.id) }[step];
    return act(words(`act_whistle_${step}`), step === "check_in" ? "pin" : "check", take);
  }

  /** Something about a whistle that needs no form. */
  async function whistled(name, whistle, more = {}) {
    if (isGoing) return;
    isGoing = true;
    try {
      await drafts.act(drafts.begun(feature.properties, `whistle_${name}`, whistle.id), more);
      toast(words("act_kept", { name: words(`act_whistle_${name}`) }));
    } finally {
      isGoing = false;
    }
  }

  /** Where one stands goes along; how near that is nobody but the server judges. */
  async function checkIn(whistle) {
    toast(t("whistle.locating"));
    try {
      const { lon, lat, accuracy_m: accuracyM } = await position.fresh();
      await whistled("check_in", whistle, { lon, lat, datum: "wgs84", accuracy_m: accuracyM });
    } catch (error) {
      toast(t(`whistle.location_${error.message}`), { lasts: 8000 });
    }
  }

  function moreWays(p) {
    const names = [...(nextStep(p) ? mainNames(p) : further(p)), ...MORE.filter((name) => p.actions?.includes(name))];
    const extra = data.may.act && !isEnded(p) ? [el("button", { type: "button", class: "side", onclick: () => begin("photo") }, sign("camera", 20), words("act_photo"))] : [];
    if (p.actions?.includes("comment") && runs(p)) extra.push(el("button", { type: "button", class: "side", onclick: () => begin("comment", null, "more_time") }, words("wish_more_time")));
    return names.length || extra.length ? el("div", { class: "ways" }, extra, names.map((name) => el("button", { type: "button", class: "side", onclick: () => begin(name) }, words(`act_${name}`)))) : null;
  }

  async function go_(name) {
    if (isGoing || outbox.of("waiting", "sending").some((item) => item.number === number && item.name === name)) return; // once is enough
    isGoing = true;
    await drafts.act(drafts.begun(feature.properties, name));
    isGoing = false;
    toast(words("act_kept", { name: words(`act_${name}`) }));
  }

  function begin(name, whistle = null, wish = null) {
    open = doing(name, feature, { whistle, wish, async done(kept) { open = null; if (kept) toast(words("act_kept", { name: words(`act_${name}`) })); await load(); } });
    put(body, heading(feature.properties), open.node);
    put(foot, open.foot);
  }

  const onSent = ({ detail }) => { if (detail.number === number) load(); };
  const onChange = () => { if (feature && !open) put(foot, bar(mainWays(feature.properties))); };
  const onMatters = ({ detail }) => { if (detail?.number === number && !open) load(); };
  load();
  outbox.addEventListener("sent", onSent);
  outbox.addEventListener("change", onChange);
  matters.addEventListener("told", onMatters);
  return { node, close() { isLeft = true; open?.close?.(); outbox.removeEventListener("sent", onSent); outbox.removeEventListener("change", onChange); matters.removeEventListener("told", onMatters); map?.close(); } };
}

const mainNames = ({ actions = [] }) => MAIN.filter((name) => actions.includes(name));

/** The main ways that have no place at the thumb; nothing is closed here before somebody says that it is done. */
function further(p) {
  const [, ...rest] = mainNames(p);
  return rest.filter((name) => !BESIDE.includes(name) && (name !== "close" || !p.actions.includes("finish")));
}

/** What a list knew of a matter, where the whole of it cannot be had. */
function bare(feature) {
  return feature && { ...feature, properties: { events: [], photos: [], actions: [], ...feature.properties } };
}

function heading(p) {
  return el("header", { class: "task-page__head" }, el("div", {}, el("h1", {}, p.category_name), el("p", {}, [shortNumber(p.number), p.cell?.name || t("status.triage")].join(" · "))),
    el("div", { class: "task-page__due" }, dueLeft(p), runs(p) ? el("small", {}, words("due_by", { moment: moment(p.due_at) })) : el("small", {}, stateWords(p))));
}

/** How long is left, or by how much it is late, whatever the day. */
function dueLeft(p) {
  const said = due(p, serverNow());
  return said ? el("small", { class: `due due--${said.tone}` }, timeLeft(p.due_at)) : null;
}

function pending(number) {
  const n = outbox.items.filter((item) => item.number === number && ["waiting", "sending", "refused"].includes(item.phase)).length;
  return n ? el("a", { class: "note", href: "#/queue" }, sign("cloud"), el("span", {}, words("act_pending", { n })), sign("chevron")) : null;
}

function distanceBadge({ geometry }) {
  const { fix } = position;
  if (!fix || !geometry) return null;
  const away = metres([fix.lon, fix.lat], geometry.coordinates);
  return el("div", { class: "badges" }, el("div", { class: "badge badge--plain" }, sign("locate", 20), el("span", {}, el("b", {}, words("away", { metres: far(away) })), el("small", {}, words("accuracy_short", { n: Math.round(fix.accuracy_m) })))));
}

function showPlace(map, { geometry, properties: p }) {
  const [lon, lat] = geometry.coordinates;
  map.showTasks([{ ...p, geometry, rank: matters.tasks().find(({ number }) => number === p.number)?.rank || null }], serverNow());
  const { fix } = position;
  map.showMe(fix, { circle: false });
  if (fix && metres([fix.lon, fix.lat], [lon, lat]) < 1500) map.fit({ type: "MultiPoint", coordinates: [[lon, lat], [fix.lon, fix.lat]] }, { padding: [44, 44], maxZoom: 18, above: 84 });
  else map.goTo([lon, lat], 17);
}

/** Photos from before and after it was handled, side by side: as their sender said, else by when work began. */
function photosPart({ photos = [], events = [] }) {
  if (!photos.length) return null;
  const begun = events.find(({ kind }) => kind === "start")?.seq ?? Infinity;
  const when = new Map(events.filter(({ kind, data: d }) => kind === "photo" && d.photo).map((event) => [event.data.photo, event]));
  return el("div", { class: "look look--task" }, photos.map((photo) => {
    const event = when.get(photo.id);
    const side_ = ["before", "after"].includes(photo.kind) ? photo.kind : event && event.seq > begun ? "after" : "before";
    const said = event ? words(`photo_${side_}`, { clock: fullTime(event.at).slice(11, 16) }) : words("photos");
    return el("a", { class: `look__link look__link--${side_}`, href: photo.url, target: "_blank", rel: "noopener" }, el("figure", {}, el("img", { src: photo.thumbnail_url, alt: said, loading: "lazy" }), el("figcaption", {}, said)));
  }));
}

/** Who it is with, and why with them, as far as that is out of the ordinary. */
function peoplePart({ owner, handler, assignment }) {
  const part = assignment?.handler;
  const how = part?.person && part.person.id === handler?.id ? howWords(part) : null;
  const people = [owner && words("owner", { name: owner.name }), handler && handler.id !== owner?.id && words("handler", { name: handler.name }), how].filter(Boolean);
  return people.length ? el("p", { class: "quiet" }, people.join(" · ")) : null;
}

function story(p) {
  if (!p.events?.length) return null;
  const names = new Map([[p.category, p.category_name]]);
  return el("section", { class: "story" }, el("h2", {}, words("story")), el("ol", {}, [...p.events].reverse().map((event) => el("li", {},
    el("b", {}, tOr(`panel.event_${event.kind}`, event.kind)), " ", el("time", { datetime: event.at, title: fullTime(event.at) }, ago(event.at)),
    el("small", {}, eventWords(event, names, p))))));
}

