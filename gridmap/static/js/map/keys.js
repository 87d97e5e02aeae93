// The keyboard: / searches, Esc closes, j and k go through the list, Enter opens what has the focus and goes on into what is open.

/** Listens on the whole page; typing into a field is left alone. */
export function keys({ state, panel, search, list }) {
  const acts = {
    "/": () => search.focus(),
    j: () => list.step(1),
    k: () => list.step(-1),
    Escape: () => { if (state.selected) panel.close(); },
  };
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const typing = event.target.closest?.("input:not([type=checkbox]), select, textarea");
    if (event.key === "Enter" && event.target.closest?.("#matters .row[aria-current=true]")) {
      event.preventDefault();
      panel.enter();
      return;
    }
    if (!acts[event.key] || (typing && event.key !== "Escape")) return;
    event.preventDefault();
    acts[event.key]();
  });
}
