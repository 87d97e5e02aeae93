// All areas of one version of the net: codes, names, levels, parents, where their names stand, the boxes around them.

const DEGREE = 1e6;

/** Reads `index.json` once; areas are objects `{code, name, level, parent (an area or null), label: [lon, lat], box: [w, s, e, n]}`. */
export class Directory {
  constructor({ levels, codes, names, level, parent, label, box }) {
    this.areas = codes.map((code, at) => ({
      code, name: names[at], level: levels[level[at]], parent: null,
      label: degrees(label, at, 2), box: degrees(box, at, 4),
    }));
    this.areas.forEach((area, at) => { area.parent = this.areas[parent[at]] || null; });
    this.byCode = new Map(this.areas.map((area) => [area.code, area]));
  }

  /** Whether `roots` (codes; null: everything) are all there is. */
  isAll(roots) {
    return !roots || this.areas.every(({ code, parent }) => parent || roots.includes(code));
  }

  /** The areas of a level that lie in one of `roots` (codes), or all of them where `roots` is null. */
  below(level, roots) {
    const known = new Map(); // whether an area lies in them
    const isInside = (area) => {
      if (!area) return false;
      if (!known.has(area)) known.set(area, roots.has(area.code) || isInside(area.parent));
      return known.get(area);
    };
    return this.areas.filter((area) => area.level === level && (!roots || isInside(area)));
  }
}

function degrees(list, at, many) {
  return list.slice(at * many, (at + 1) * many).map((whole) => whole / DEGREE);
}
