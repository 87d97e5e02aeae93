// The choice of a base map among the layers, how strong it is, where it comes from, and that it does not come.

import { el } from "../dom.js";
import { t } from "../texts.js";

/** `node`: what stands above the other layers, null where there is nothing to choose from. */
export class BaseChoice {
  constructor({ base, state, source, fault }) {
    Object.assign(this, { base, state, source, fault, node: null });
    if (!base.bases.length) return;
    this.node = this.drawn();
    base.addEventListener("change", () => this.tell());
    state.on(["base"], () => this.apply());
    if (!state.base && base.kept) state.set({ base: base.kept });
    this.apply();
  }

  drawn() {
    const choices = [{ id: "", name: t("map.base_own") }, ...this.base.bases];
    this.strength = el("input", { type: "range", min: 0, max: 100, step: 5, value: this.base.opacity, "aria-label": t("map.base_opacity"), oninput: () => this.base.setOpacity(Number(this.strength.value)) });
    this.slider = el("label", { class: "base__strength" }, t("map.base_opacity"), this.strength);
    return el("fieldset", { class: "base" }, el("legend", {}, t("map.base")),
      choices.map(({ id, name }) => el("label", {}, el("input", { type: "radio", name: "base", value: id, onchange: () => this.state.set({ base: id }) }), name)), this.slider);
  }

  apply() {
    const id = this.base.known(this.state.base)?.id || "";
    for (const input of this.node.querySelectorAll("input[name=base]")) input.checked = input.value === id;
    this.slider.hidden = !id;
    this.base.choose(id);
  }

  tell() {
    const { chosen, isFaulty, isSeen } = this.base;
    this.fault.hidden = !isFaulty;
    if (isFaulty) this.fault.textContent = t("map.base_fault", { name: chosen.name });
    this.source.hidden = !isSeen;
    this.source.textContent = isSeen ? t("map.base_source", { source: chosen.attribution }) : "";
  }
}
