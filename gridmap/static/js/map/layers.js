// The button for what lies below and around the cells: buildings, ground, names, borders; what is off stands in the URL.

import { el, put } from "../dom.js";
import { icon } from "../icons.js";
import { t } from "../texts.js";
import { LAYERS } from "./state.js";

export class Layers {
  /** `shown`: by layer a function that shows it (true) or takes it away (false); `first`: what stands above them, or null. */
  constructor(node, { state, shown, first = null }) {
    Object.assign(this, { state, shown });
    this.button = el("button", { type: "button", class: "icon-button", "aria-haspopup": "true", "aria-expanded": "false", "aria-label": t("map.layers"), title: t("map.layers"), onclick: () => this.toggle() }, icon("layers"));
    this.popup = el("div", { class: "layers__popup", role: "group", "aria-label": t("map.layers"), hidden: true }, first, LAYERS.map((name) => this.choice(name)));
    put(node, this.button, this.popup);
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.popup.hidden) return;
      event.stopPropagation();
      this.toggle(false);
      this.button.focus();
    });
    document.addEventListener("pointerdown", (event) => { if (!node.contains(event.target)) this.toggle(false); });
    state.on(["hidden"], () => this.apply());
    this.apply();
  }

  choice(name) {
    const input = el("input", { type: "checkbox", dataset: { layer: name }, onchange: () => this.set(name, input.checked) });
    return el("label", {}, input, t(`map.layer_${name}`));
  }

  set(name, wanted) {
    const others = this.state.hidden.filter((one) => one !== name);
    this.state.set({ hidden: wanted ? others : [...others, name] });
  }

  apply() {
    for (const name of LAYERS) {
      const wanted = !this.state.hidden.includes(name);
      this.popup.querySelector(`[data-layer=${name}]`).checked = wanted;
      this.shown[name]?.(wanted);
    }
  }

  toggle(wanted = this.popup.hidden) {
    this.popup.hidden = !wanted;
    this.button.setAttribute("aria-expanded", String(wanted));
  }
}
