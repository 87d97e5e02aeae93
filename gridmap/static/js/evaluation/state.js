// What is chosen on the page, kept in its address, so that it can be sent to somebody and comes back on reload.

const KEYS = ["tab", "by", "month", "span", "theme", "area", "person"];
export const state = Object.fromEntries([...new URLSearchParams(window.location.search)].filter(([key]) => KEYS.includes(key)));

/** Takes over some choices; null forgets one. */
export function remember(choices) {
  for (const [key, value] of Object.entries(choices)) {
    if (value === null || value === undefined || value === "") delete state[key];
    else state[key] = String(value);
  }
  const lang = new URLSearchParams(window.location.search).get("lang");
  const query = new URLSearchParams(lang ? { ...state, lang } : state);
  window.history.replaceState(null, "", `?${query}`);
}

/** The month `back` months before one like 2026-11. */
export function monthBefore(name, back) {
  const at = Number(name.slice(0, 4)) * 12 + Number(name.slice(5)) - 1 - back;
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
}
