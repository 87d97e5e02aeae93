// The roster and re-checks: the tabs of the page, and which of them is shown. Each tab fills the view by itself.

import { setBase } from "../api.js";
import { el, put } from "../dom.js";
import { setLocale, setNow } from "../format.js";
import { setTexts, t } from "../texts.js";
import { closeDrawer } from "./drawer.js";
import { rechecksTab } from "./rechecks.js";
import { remember, state } from "./state.js";
import { weekTab } from "./week.js";

const data = JSON.parse(document.getElementById("page-data").textContent);
const part = (name) => document.querySelector(`[data-part=${name}]`);

setTexts(data.texts);
setBase(data.endpoints.api);
setLocale(data.timezone, document.documentElement.lang);
setNow(data.now);

const TABS = [["week", weekTab, true], ["rechecks", rechecksTab, data.may.recheck]].filter(([, , may]) => may);

/** Shows a tab; the other keeps nothing. */
function show(name) {
  const [chosen, fill] = TABS.find(([one]) => one === name) || TABS[0];
  closeDrawer();
  remember({ tab: chosen });
  for (const button of part("tabs").children) {
    const isOpen = button.dataset.tab === chosen;
    button.setAttribute("aria-selected", String(isOpen));
    button.tabIndex = isOpen ? 0 : -1;
  }
  put(part("lead"), t(`roster.lead_${chosen}`));
  fill(part("view"), data);
}

/** Arrow keys go from tab to tab, as in every list of tabs. */
function along({ key }) {
  const at = TABS.findIndex(([name]) => name === state.tab);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1 }[key];
  if (to === undefined) return;
  const [name] = TABS[(to + TABS.length) % TABS.length];
  show(name);
  part("tabs").querySelector(`[data-tab=${name}]`).focus();
}

put(part("tabs"), TABS.map(([name]) => el("button", {
  class: "tabs__tab", type: "button", role: "tab", dataset: { tab: name }, onclick: () => show(name), onkeydown: along,
}, t(`roster.tab_${name}`))));
part("tabs").hidden = TABS.length < 2;
window.addEventListener("gridmap:signed-out", () => window.location.assign(`/sign-in?next=${encodeURIComponent("/roster")}`));
show(state.tab);
