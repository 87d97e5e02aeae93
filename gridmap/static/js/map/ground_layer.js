// The ground under the cells, where there is one: roads over their shading, names clear of ours. The map is whole without it.

const ROADS_OVER = 405; // the cells' shading is at 400, buildings at 410

export class GroundLayer {
  /** `labels`: Labels, whose boxes the ground's names keep clear of. */
  constructor(map, labels) {
    Object.assign(this, { map, labels, wanted: true });
    labels.addEventListener("drawn", () => this.ground?.redraw());
  }

  async show(wanted) {
    this.wanted = wanted;
    this.ground ||= await this.drawn();
    for (const pane of ["ground", "ground-roads", "ground-names"]) {
      const node = this.map.getPane(pane);
      if (node) node.hidden = !this.wanted;
    }
  }

  async drawn() {
    try {
      const { drawGround } = await import("../ground.js");
      return drawGround(this.map, { roadsOver: ROADS_OVER, taken: () => this.labels.taken });
    } catch {
      return null; // an office without landmarks, or a page of before
    }
  }
}
