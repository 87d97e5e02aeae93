// What a queue is narrowed to: an area, a category, how its clocks press, words.

import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { CategoryPicker } from "../map/category_picker.js";
import { PRESSING } from "./state.js";

/** Draws the filters once and keeps them in step with the state. `areas`: [{code, name}]. */
export function filters(node, form, { state, list, areas }) {
  const picker = new CategoryPicker({ choose: (category) => state.set({ category }) });
  const area = el("select", { class: "chip chip--select", "aria-label": t("desk.area"), onchange: ({ target }) => state.set({ area: target.value }) },
    el("option", { value: "" }, t("desk.all_areas")), areas.map(({ code, name }) => el("option", { value: code }, name)));
  const pressing = PRESSING.map((word) => el("button", { type: "button", class: `chip chip--${word}`, title: t(`desk.due_${word}_hint`), dataset: { pressing: word }, onclick: () => state.set({ due: state.due === word ? "" : word, at: "" }) }, t(`desk.due_${word}`)));
  const clear = el("button", { type: "button", class: "button button--plain", onclick: () => state.widen() }, t("map.clear_filter"));
  const input = form.querySelector("input");
  put(node, areas.length ? area : null, picker.node, ...pressing, clear);
  const show = () => {
    picker.show(state.category);
    area.value = state.area;
    area.classList.toggle("is-on", Boolean(state.area));
    if (document.activeElement !== input) input.value = state.q;
    clear.hidden = !state.isNarrowed;
    for (const chip of pressing) chip.setAttribute("aria-pressed", String(chip.dataset.pressing === state.due));
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const q = input.value.trim();
    input.blur(); // what is found is opened, and the keys are its own
    if (q === state.q) list.restart();
    state.set({ q, at: "" });
  });
  input.addEventListener("search", () => { if (!input.value) state.set({ q: "" }); });
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    input.value = "";
    state.set({ q: "" });
    input.blur();
  });
  state.on(["category", "area", "q"], show);
  show();
}
