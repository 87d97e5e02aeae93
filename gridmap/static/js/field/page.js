// What the page was given, where it is, and how its parts reach one another.

import { t } from "../texts.js";

/** A number nobody else draws. */
export { newId as draw } from "../ids.js";

/** The page's data, as the server wrote it: me, may, texts, endpoints, bounds, timezone, now, limits, csrf. */
export const data = JSON.parse(document.getElementById("page-data").textContent);

/** Whether a service worker brought this page out of its store: then `now` and `csrf` are old. */
export const isKept = document.documentElement.hasAttribute("data-kept");

/** One of the page's fixed places. */
export const part = (name) => document.querySelector(`[data-part=${name}]`);

/** The steps of the address behind #, e.g. ["task", "990001-20261119-0398"]. */
export function route() {
  return decodeURIComponent(window.location.hash.replace(/^#\/?/, "")).split("/").filter(Boolean);
}

/** To another screen; `replace` leaves no step back to this one. */
export function go(path, { replace = false } = {}) {
  const hash = `#/${path}`;
  if (window.location.hash === hash) return;
  if (replace) {
    window.history.replaceState(null, "", hash);
    window.dispatchEvent(new HashChangeEvent("hashchange"));
  } else window.location.hash = hash;
}

let fading = null;

/** A short word at the foot of the screen that goes by itself. */
export function toast(words, { lasts = 3500 } = {}) {
  const node = part("toast");
  node.textContent = words;
  node.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { node.hidden = true; }, lasts);
}

/** Whether things should stand still. */
export const isStill = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

/** The large high-contrast style, kept on this phone. */
export const strong = {
  get on() { return document.documentElement.classList.contains("is-strong"); },
  set(on) {
    document.documentElement.classList.toggle("is-strong", on);
    try {
      localStorage.setItem("gridmap-field-strong", on ? "1" : "");
    } catch { /* a browser that keeps nothing still shows it now */ }
  },
  restore() {
    try {
      this.set(localStorage.getItem("gridmap-field-strong") === "1");
    } catch { /* nothing kept */ }
  },
};

/** A category id's name, with the number of words its text may have left out. */
export const words = (key, fields) => t(`field.${key}`, fields);
