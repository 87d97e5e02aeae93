// What is chosen on a page, kept in its address, so that it can be sent to somebody and comes back on reload.

/** `state` by key, of `keys` alone, and `remember`, which takes over some choices; null forgets one. */
export function chosen(keys) {
  const state = Object.fromEntries([...new URLSearchParams(window.location.search)].filter(([key]) => keys.includes(key)));
  const remember = (choices) => {
    for (const [key, value] of Object.entries(choices)) {
      if (value === null || value === undefined || value === "") delete state[key];
      else state[key] = String(value);
    }
    const lang = new URLSearchParams(window.location.search).get("lang");
    window.history.replaceState(null, "", `?${new URLSearchParams(lang ? { ...state, lang } : state)}`);
  };
  return { state, remember };
}
