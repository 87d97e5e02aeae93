// What the areas are shaded by: which level, which figure, how its values fall into classes.

import { get } from "../api.js";
import { decimal } from "../format.js";
import { sum } from "./filters.js";
import { IN_TENTHS, LEVELS, MEASURES } from "./state.js";

const LATE = 3; // the place of late ones among counts by class
const FIGURES = { open: sum, late: (counts) => counts[LATE], rate: sum, discontent: sum };
const PER = 100; // households
const TENTHS = 10; // rates are kept as whole tenths, so that classes of both kinds of figure are ranges of whole numbers

/** `legend`: the classes the server cut for open matters by cell. Values of a rate are tenths, null where nobody lives. Emits `change`. */
export class Shading extends EventTarget {
  constructor(net, counts, state, legend) {
    super();
    Object.assign(this, { net, counts, state, ramp: legend.ramp, cut: new Map(), values: new Map() });
    counts.addEventListener("change", () => this.renew());
    net.addEventListener("areas", () => { this.ask(); this.renew(); });
    net.addEventListener("level", () => this.renew());
    state.on(["level", "measure"], () => this.renew());
    this.households = new Map();
    this.ratings = new Map();
    Object.assign(this, { later: legend.method_later, classes: legend });
    this.cut.set(keyOf("grid", "open", "", counts.query), legend);
  }

  /** Households by area of the level that matters are counted by, asked once for each; without them there are no rates. */
  ask() {
    const level = this.net.counted;
    if (this.asked === level) return;
    this.asked = level;
    get("/households", { by: level === "grid" ? "" : level }).then(({ cells, areas = cells }) => {
      this.households = new Map(Object.entries(areas));
      this.homesBy = level;
      this.renew();
    }, () => {});
  }

  /** The level shaded now: the wish, where one's own area has several of it; else the cells, from afar what stands for them. */
  get level() {
    const { wish } = this;
    if (wish !== "auto" && wish !== "grid") return wish;
    return this.showsCells || !this.net.far ? "grid" : this.net.far.level;
  }

  /** Whether cells and their counts are here, and near. */
  get showsCells() {
    return this.net.showsCells && this.counts.level === "grid";
  }

  /** The level that was chosen, if it is there to be chosen. */
  get wish() {
    const levels = this.levels();
    return levels.includes(this.state.level) ? this.state.level : levels[0];
  }

  /** The levels worth choosing from. */
  levels() {
    return LEVELS.filter((level) => level === "grid" || (level === "auto" ? this.net.far : this.areasOf(level).length > 1));
  }

  /** One's own areas by which matters are counted. */
  get units() {
    return this.unitsOf(this.counts.level);
  }

  unitsOf(level) {
    return level === "grid" ? this.net.cells : this.areasOf(level);
  }

  areasOf(level) {
    this.areas ||= new Map();
    if (!this.areas.has(level)) this.areas.set(level, this.net.directory?.below(level, this.net.roots) || []);
    return this.areas.get(level);
  }

  renew() {
    if (this.from !== this.net.directory) Object.assign(this, { from: this.net.directory, areas: null });
    const { level, measure } = this;
    for (const one of new Set([level, "community"])) this.rated(one); // cells alone seldom have enough of them
    this.values = this.summed(level, this.counts.level, ({ code }) => this.figureOf(this.counts.of(code)));
    if (measure === "rate") this.perHousehold(level);
    if (measure === "discontent") this.perRating(level);
    this.classes = this.classesFor(keyOf(level, measure, this.state.status, this.counts.query));
    this.dispatchEvent(new Event("change"));
  }

  /** A figure of areas of the level `by`, added up by area of a level. */
  summed(level, by, figure) {
    const found = new Map(this.areasOf(level).map(({ code }) => [code, 0]));
    if (!this.counts.totals) return found;
    for (const unit of this.unitsOf(by)) {
      const above = ancestor(unit, level);
      if (above && found.has(above.code)) found.set(above.code, found.get(above.code) + figure(unit));
    }
    return found;
  }

  /** Where anything is open a rate is at least a tenth: the class of zero means none. */
  perHousehold(level) {
    const homes = this.summed(level, this.homesBy, ({ code }) => this.households.get(code) || 0);
    for (const [code, open] of this.values) this.values.set(code, homes.get(code) ? Math.max(open ? 1 : 0, Math.round((open * PER * TENTHS) / homes.get(code))) : null);
  }

  /** Ratings by area of a level, asked for once; without them there is no figure of them. */
  rated(level) {
    if (this.ratings.has(level)) return;
    this.ratings.set(level, {});
    get("/satisfaction", { level }).then(({ areas = {} }) => {
      this.ratings.set(level, areas);
      if (Object.keys(areas).length) this.renew();
    }, () => {});
  }

  /** How many in a hundred ratings say that somebody is not content; null where there are too few. */
  perRating(level) {
    const ratings = this.ratings.get(level) || {};
    for (const code of this.values.keys()) {
      const { rated, discontent } = ratings[code] || {};
      this.values.set(code, rated ? Math.max(discontent ? 1 : 0, Math.round((discontent * PER * TENTHS) / rated)) : null);
    }
  }

  /** The figures worth choosing from: a rate only where households are known, how content people are where they say it. */
  measures() {
    const known = { rate: this.households.size, discontent: [...this.ratings.values()].some((areas) => Object.keys(areas).length) };
    return MEASURES.filter((name) => !(name in known) || known[name]);
  }

  /** Whether the figure is a share, which does not add up. */
  get isShare() {
    return IN_TENTHS.includes(this.measure);
  }

  /** A value of the figure shaded now, as it is read. */
  said(value) {
    return this.isShare ? decimal(value / TENTHS) : String(value);
  }

  /** Cut once for each level, figure and filter, so that colours keep their meaning while counts change; what is cut here is cut into quantiles. */
  classesFor(key) {
    const known = this.cut.get(key);
    if (known && known.classes.length > 1) return known;
    const found = [...this.values.values()].filter((value) => value > 0).sort((a, b) => a - b);
    const most = this.ramp.length - 1;
    const uppers = found.length ? [...new Set(Array.from({ length: most }, (_, at) => found[Math.ceil(((at + 1) * found.length) / most) - 1]))] : [];
    const rest = uppers.map((to, at) => ({ from: (uppers[at - 1] || 0) + 1, to, fill: this.ramp[at + 1] }));
    const cut = { classes: [{ from: 0, to: 0, fill: this.ramp[0] }, ...rest], method: uppers.length ? this.later : "" };
    if (uppers.length) this.cut.set(key, cut);
    return cut;
  }

  /** The figure shaded now, of counts by class. */
  figureOf(counts) {
    return FIGURES[this.measure](counts);
  }

  get measure() {
    return this.measures().includes(this.state.measure) ? this.state.measure : "open";
  }

  /** Whether an area is one of those that are shaded. */
  has(code) {
    return this.values.has(code);
  }

  /** Of an area that is shaded; null where nobody lives of whom a rate could tell. */
  valueOf(code) {
    return this.values.get(code) ?? null;
  }

  classOf(value) {
    const { classes } = this.classes;
    if (value <= 0) return 0;
    const index = classes.findIndex((entry, at) => at > 0 && value <= entry.to);
    return index === -1 ? classes.length - 1 : index;
  }

  /** The colour of an area; null for what is not one's own. */
  fillOf(code) {
    const value = this.valueOf(code);
    return value === null ? null : this.classes.classes[this.classOf(value)].fill;
  }

  /** Whether its colour is a dark one, on which words are white. */
  isDark(code) {
    return this.classOf(this.valueOf(code)) >= 4;
  }

  /** The areas with most of the figure now, most first: [{code, name, value}]; none with nothing. */
  worst(most) {
    const rows = this.areasOf(this.level).map(({ code, name }) => ({ code, name, value: this.valueOf(code) }));
    return rows.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value || (a.code < b.code ? -1 : 1)).slice(0, most);
  }

  /** The classes with how many areas are in each now, and all of them together. */
  now() {
    const values = [...this.values.values()].filter((value) => value !== null);
    const tally = new Array(this.classes.classes.length).fill(0);
    for (const value of values) tally[this.classOf(value)] += 1;
    const classes = this.classes.classes.map((entry, at) => ({ ...entry, areas: tally[at] }));
    const last = classes[classes.length - 1];
    last.to = values.reduce((most, value) => Math.max(most, value), last.to);
    return { classes, method: this.classes.method, areas: values.length, total: values.reduce((a, b) => a + b, 0), unknown: this.values.size - values.length };
  }
}

/** By what a cut is known: another filter is another distribution. */
function keyOf(level, measure, status, query) {
  return JSON.stringify([level, measure, status, query]);
}

/** The area of a level that an area is or lies in; null for none. */
export function ancestor(area, level) {
  for (let at = area; at; at = at.parent) if (at.level === level) return at;
  return null;
}
