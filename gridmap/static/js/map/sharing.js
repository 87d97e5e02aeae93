// The button that takes the map along: as one page, on paper, as a picture, as a link.

import { el, put } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";
import { basicQuery, statusQuery } from "./filters.js";
import { pictureOf, print, save } from "./picture.js";

export class Sharing {
  constructor(node, { map, state, shading, base }) {
    Object.assign(this, { node, map, state, shading, base });
    this.button = el("button", { type: "button", class: "icon-button", "aria-haspopup": "true", "aria-expanded": "false", "aria-label": t("share.button"), title: t("share.button"), onclick: () => this.toggle() }, icon("export"));
    this.file = el("a", { download: "" }, t("share.file"), el("small", {}, t("share.file_hint")));
    this.popup = el("div", { class: "layers__popup sharing", role: "group", "aria-label": t("share.button"), hidden: true },
      this.file, this.choice("print_view", async () => print(await this.picture())), this.choice("picture", async () => save(await this.picture())), this.choice("copy_link", () => this.copy()));
    put(node, this.button, this.popup);
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.popup.hidden) return;
      event.stopPropagation();
      this.toggle(false);
      this.button.focus();
    });
    this.file.addEventListener("click", () => this.toggle(false));
    document.addEventListener("pointerdown", (event) => { if (!node.contains(event.target)) this.toggle(false); });
  }

  choice(name, act) {
    return el("button", { type: "button", "data-share": name, onclick: () => { this.toggle(false); act(); } }, t(`share.${name}`));
  }

  /** The file says what the map shades now, and shows the same view. */
  address() {
    const { state, map } = this;
    const asked = { ...basicQuery(state), ...statusQuery(state.measure === "late" ? "overdue" : state.status), level: this.shading.level, bbox: boxOf(map.getBounds()), lang: document.documentElement.lang };
    return `/api/v1/share?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ""))}`;
  }

  toggle(wanted = this.popup.hidden) {
    if (wanted) this.file.href = this.address();
    this.popup.hidden = !wanted;
    this.button.setAttribute("aria-expanded", String(wanted));
  }

  /** A base map is in it only where its operator says that it may be. */
  picture() {
    return this.base.forPrints(() => this.drawn());
  }

  drawn() {
    return pictureOf({ map: this.map, title: `${document.querySelector("[data-part=area] h1")?.textContent || ""} · ${t("share.title")}`, legend: document.querySelector("[data-part=legend-body]") });
  }

  async copy() {
    await navigator.clipboard?.writeText(window.location.href).catch(() => {});
    this.button.title = t("share.copied");
  }
}

function boxOf(bounds) {
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((degrees) => degrees.toFixed(6)).join(",");
}
