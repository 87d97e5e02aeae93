// The keyboard in a small form: Esc leaves it, Ctrl+Enter sends it, and whoever types beside its fields types into one.

const TYPED = "textarea, select, input:not([type=radio]):not([type=checkbox]), [contenteditable]";
const FILLED = "input[data-find], textarea"; // where words go that are typed on a button or a choice: a search first

/** Listens on `form`; `leave()` is called on Esc. */
export function formKeys(form, { leave }) {
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // a word is being chosen
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]:not(:disabled)"));
    } else if (isWord(event) && !event.target.closest(TYPED)) {
      // The key itself is then typed there.
      form.querySelector(event.target.closest(".act__buttons") ? "textarea" : FILLED)?.focus();
    }
  });
}

function isWord({ key, ctrlKey, metaKey, altKey }) {
  return key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey;
}
