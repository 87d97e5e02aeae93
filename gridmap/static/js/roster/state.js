// What is chosen on the page, kept in its address, so that it can be sent to somebody and comes back on reload.

const KEYS = ["tab", "area", "duty", "q", "week", "month", "done"];
export const state = Object.fromEntries([...new URLSearchParams(window.location.search)].filter(([key]) => KEYS.includes(key)));

/** Takes over some choices; null forgets one. */
export function remember(choices) {
  for (const [key, value] of Object.entries(choices)) {
    if (value === null || value === undefined || value === "") delete state[key];
    else state[key] = String(value);
  }
  const lang = new URLSearchParams(window.location.search).get("lang");
  window.history.replaceState(null, "", `?${new URLSearchParams(lang ? { ...state, lang } : state)}`);
}
