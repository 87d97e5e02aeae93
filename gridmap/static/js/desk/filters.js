// What a queue is narrowed to: an area, a category, words; and how many rows that leaves.

import { el, put } from "../dom.js";
import { t } from "../texts.js";
import { CategoryPicker } from "../map/category_picker.js";

/** Draws the filters once and keeps them in step with the state. `areas`: [{code, name}]. */
export function filters(node, form, { state, areas }) {
  const picker = new CategoryPicker({ choose: (category) => state.set({ category }) });
  const area = el("select", { class: "chip chip--select", "aria-label": t("desk.area"), onchange: ({ target }) => state.set({ area: target.value }) },
    el("option", { value: "" }, t("desk.all_areas")), areas.map(({ code, name }) => el("option", { value: code }, name)));
  const clear = el("button", { type: "button", class: "button button--plain", onclick: () => state.set({ q: "", category: "", area: "" }) }, t("map.clear_filter"));
  const input = form.querySelector("input");
  put(node, areas.length ? area : null, picker.node, clear, el("span", { class: "desk-filters__keys", "aria-hidden": "true" }, el("kbd", {}, "j"), el("kbd", {}, "k"), t("desk.up_down")));
  const show = () => {
    picker.show(state.category);
    area.value = state.area;
    area.classList.toggle("is-on", Boolean(state.area));
    if (document.activeElement !== input) input.value = state.q;
    clear.hidden = !state.isNarrowed;
  };
  form.addEventListener("submit", (event) => { event.preventDefault(); state.set({ q: input.value.trim() }); });
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
