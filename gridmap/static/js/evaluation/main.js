// Evaluation: the tabs of the page, and which of them is shown. Each tab fills the view by itself.

import { setBase } from "../api.js";
import { el, put } from "../dom.js";
import { setLocale, setNow } from "../format.js";
import { setTexts, t } from "../texts.js";
import { areasTab } from "./areas.js";
import { closeDrawer } from "./drawer.js";
import { objectionsTab } from "./objections.js";
import { mineTab, peopleTab } from "./people.js";
import { state, remember } from "./state.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const part = (name) => document.querySelector(`[data-part=${name}]`);

setTexts(data.texts);
setBase(data.endpoints.api);
setLocale(data.timezone, document.documentElement.lang);
setNow(data.now);

const TABS = [
  ["areas", areasTab, data.levels.length > 0],
  ["mine", mineTab, data.may_people],
  ["people", peopleTab, data.may_people],
  ["objections", objectionsTab, data.may_people],
].filter(([, , may]) => may);

/** Shows a tab; the others keep nothing. */
function show(name) {
  const [chosen, fillTab] = TABS.find(([one]) => one === name) || TABS[0] || [];
  closeDrawer();
  if (!chosen) {
    put(part("view"), el("div", { class: "state" }, el("strong", {}, t("evaluation.empty_title")), el("p", {}, t("evaluation.empty_hint"))));
    return;
  }
  remember({ tab: chosen });
  for (const button of part("tabs").children) button.setAttribute("aria-selected", String(button.dataset.tab === chosen));
  fillTab(part("view"), data);
}

put(part("tabs"), TABS.map(([name]) => el("button", {
  class: "tabs__tab", type: "button", role: "tab", dataset: { tab: name }, onclick: () => show(name),
}, t(`evaluation.tab_${name}`))));
part("tabs").hidden = TABS.length < 2;
window.addEventListener("gridmap:signed-out", () => window.location.assign(`/sign-in?next=${encodeURIComponent("/evaluation")}`));
show(state.tab);
