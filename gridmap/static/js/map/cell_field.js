// Which cell a matter is in: a candidate, or for whoever dispatches any of theirs, found by name or code or clicked on the map.

import { el, put } from "../dom.js";
import { areaCode, distance, percent } from "../format.js";
import { t } from "../texts.js";
import { choice } from "./choice.js";
import { bestOf } from "./why.js";

const SHOWN = 6;
const CODE = /^\d{15}$/;

/** {nodes, focus, body(), leave()}; while it is there a click on the map says which cell. `draft.cell`: the code to begin with. */
export function cellField({ feature: { properties: { why, cell } }, me, map, net }, draft) {
  const radios = el("div", { class: "act__choices", onchange: () => clear() });
  const others = me.kind === "staff" ? null : search(net, (found) => pick(found));
  const input = others?.input;
  const clear = () => { if (others) others.clear(); };
  const add = ({ code, name }, side, checked) => radios.append(choice("cell", code, name, side, checked).node);
  for (const { code, name, side } of candidatesOf(why)) add({ code, name }, side, code === (draft.cell || cell?.code));
  const radioOf = (code) => radios.querySelector(`input[value="${CSS.escape(code)}"]`);
  const pick = (one) => {
    if (!radioOf(one.code) && !others) return;
    if (!radioOf(one.code)) add(one, areaCode(one.code), false);
    radioOf(one.code).checked = true;
    clear();
  };
  if (draft.cell && !radioOf(draft.cell)) pick(net.own(draft.cell) || { code: draft.cell, name: draft.cell });
  const clicked = ({ latlng }) => {
    const one = net.at(latlng, "grid");
    const own = one && net.own(one.code);
    if (own) pick(own);
  };
  map.on("click", clicked);
  document.body.classList.add("is-choosing-cell");
  net.need("choosing", true);
  const typed = () => (input?.value || "").replace(/\s/g, "");
  return {
    nodes: el("fieldset", { class: "act__field" }, el("legend", {}, t("act.which_cell")), el("small", { class: "quiet" }, t("act.or_click_cell")), radios, others?.node),
    focus: radios.querySelector("input") || input,
    body: () => ({ cell: CODE.test(typed()) ? typed() : radios.querySelector("input:checked")?.value || "" }),
    leave() {
      map.off("click", clicked);
      document.body.classList.remove("is-choosing-cell");
      net.need("choosing", false);
    },
  };
}

/** Those it may be in with their shares, and the nearest with its distance. */
function candidatesOf(why) {
  const found = bestOf((why?.candidates || []).filter(({ code }) => code), why?.cell).map(({ code, name, share }) => ({ code, name, side: percent(share) }));
  const { nearest } = why || {};
  if (nearest && !found.some(({ code }) => code === nearest.code)) found.push({ ...nearest, side: t("act.away", { distance: distance(nearest.distance_m) }) });
  return found;
}

/** One's own cells by a part of their name or code; Enter takes the first. */
function search(net, pick) {
  const list = el("ul", { class: "act__found" });
  const input = el("input", { type: "text", maxlength: 64, placeholder: t("act.other_cell_hint"), "aria-label": t("act.other_cell"), autocomplete: "off" });
  const draw = () => {
    const words = input.value.trim().toLowerCase();
    const code = words.replace(/\s/g, "");
    const found = words ? net.cells.filter((one) => one.name.toLowerCase().includes(words) || one.code.includes(code)).slice(0, SHOWN) : [];
    put(list, found.map((one) => el("li", {}, el("button", { type: "button", dataset: { code: one.code }, onclick: () => pick(one) }, el("span", {}, one.name), el("small", {}, areaCode(one.code))))));
  };
  input.addEventListener("input", draw);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !list.firstChild) return;
    event.preventDefault();
    list.querySelector("button").click();
  });
  return { input, node: el("div", { class: "act__search" }, input, list), clear() { input.value = ""; draw(); } };
}
