// The button that takes the map along: as one page, on paper, as a picture, as a link.

import { el, put } from "../dom.js";
import { icon } from "../icons.js";
import { fullTime, serverNow } from "../format.js";
import { t } from "../texts.js";
import { basicQuery, statusQuery } from "./filters.js";
import { statusThen } from "./heat.js";
import { pictureOf, print, save } from "./picture.js";

const SAID_MS = 2000;
const TENTHS = 10; // as rates are kept

export class Sharing {
  constructor(node, { map, state, shading, base }) {
    Object.assign(this, { node, map, state, shading, base });
    this.button = el("button", { type: "button", class: "icon-button", "aria-haspopup": "true", "aria-expanded": "false", "aria-label": t("share.button"), title: t("share.button"), onclick: () => this.toggle() }, icon("export"));
    this.fileHint = el("small", {});
    this.file = el("a", { download: "" }, t("share.file"), this.fileHint);
    this.link = el("input", { type: "text", readonly: true, hidden: true, "aria-label": t("share.copy_link") });
    this.said = el("p", { role: "status", class: "sharing__said" });
    this.copying = el("button", { type: "button", "data-share": "copy_link", onclick: () => this.copy() }, t("share.copy_link"));
    this.popup = el("div", { class: "layers__popup sharing", role: "group", "aria-label": t("share.button"), hidden: true },
      this.file, this.choice("print_view", async () => print(await this.picture())), this.choice("picture", async () => save(await this.picture())), this.copying, this.said, this.link);
    put(node, this.button, this.popup);
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.popup.hidden) return;
      event.stopPropagation();
      this.toggle(false);
      this.button.focus();
    });
    this.file.addEventListener("click", (event) => { if (this.isHeat) event.preventDefault(); else this.toggle(false); });
    state.on(["mode"], () => this.offerFile());
    document.addEventListener("pointerdown", (event) => { if (!node.contains(event.target)) this.toggle(false); });
  }

  choice(name, act) {
    return el("button", { type: "button", "data-share": name, onclick: () => { this.toggle(false); act(); } }, t(`share.${name}`));
  }

  get isHeat() {
    return this.state.mode === "heat";
  }

  /** The file shades areas and has none of the heat, now or at an earlier moment. */
  offerFile() {
    put(this.fileHint, t(this.isHeat ? "share.file_not_heat" : "share.file_hint"));
    this.file.toggleAttribute("href", false);
    if (this.isHeat) Object.entries({ role: "link", "aria-disabled": "true" }).forEach(([name, value]) => this.file.setAttribute(name, value));
    else ["role", "aria-disabled"].forEach((name) => this.file.removeAttribute(name));
    if (!this.isHeat) this.file.href = this.address();
  }

  /** The file says what the map shades now, in the same classes, and shows the same view. */
  address() {
    const { state, map, shading } = this;
    const asked = { ...basicQuery(state), ...statusQuery(state.status), level: shading.level, measure: shading.measure, ...classesOf(shading), bbox: boxOf(map.getBounds()), lang: document.documentElement.lang };
    return `/api/v1/share?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== ""))}`;
  }

  toggle(wanted = this.popup.hidden) {
    if (wanted) this.offerFile();
    put(this.said);
    this.link.hidden = true;
    this.popup.hidden = !wanted;
    this.button.setAttribute("aria-expanded", String(wanted));
  }

  /** A base map is in it only where its operator says that it may be. */
  picture() {
    return this.base.forPrints(() => this.drawn());
  }

  drawn() {
    return pictureOf({ map: this.map, title: `${document.querySelector("[data-part=area] h1")?.textContent || ""} · `, legend: document.querySelector("[data-part=legend-body]"), when: this.when() });
  }

  /** Of when the map is: an earlier moment is not the one it is drawn at. */
  when() {
    const { state } = this;
    const now = fullTime(serverNow().toISOString());
    const then = this.isHeat && statusThen(state.status) ? state.then : "";
    return then ? `${t("share.heat_of", { moment: fullTime(then) })} · ${t("share.made_at", { moment: now })}` : t("share.as_of", { at: now });
  }

  /** Says that the link is copied once it is; where nothing can copy it stands there, to be copied by hand. */
  async copy() {
    this.link.value = window.location.href;
    this.link.hidden = false;
    const isCopied = await copied(this.link);
    put(this.said, t(isCopied ? "share.copied" : "share.not_copied"));
    this.link.hidden = isCopied;
    if (isCopied) setTimeout(() => { if (this.link.hidden) this.toggle(false); }, SAID_MS);
    else this.link.select();
  }
}

/** Whether the words of a field could be copied: browsers allow the newer way in secure pages only. */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.select();
    return document.execCommand("copy");
  }
}

/** The classes on the map as the file takes them; nothing where there are none yet. */
function classesOf({ classes: { classes, method }, later, ramp, isShare }) {
  const above = classes.slice(1);
  if (!above.length) return {};
  const read = (value) => (isShare ? (value / TENTHS).toFixed(1) : value);
  return { breaks: above.map(({ to }) => read(to)).join(","), steps: above.map(({ fill }) => ramp.indexOf(fill)).join(""), method: method === later ? "quantile" : "fisher_jenks" };
}

function boxOf(bounds) {
  return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((degrees) => degrees.toFixed(6)).join(",");
}
