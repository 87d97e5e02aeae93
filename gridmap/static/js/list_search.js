// A search over a long list to choose from: what does not match its words is left out, groups without any too.

/** `input` narrows `list`, a select with groups; Enter goes to the list instead of sending the form. */
function search(input, list) {
  const all = [...list.children].map((node) => node.cloneNode(true));
  const narrow = () => {
    const words = input.value.trim().toLowerCase();
    const chosen = list.value;
    list.replaceChildren(...all.map((node) => matching(node, words)).filter(Boolean));
    const isLeft = [...list.options].some(({ value }) => value === chosen);
    const first = list.querySelector("optgroup option");
    list.value = words && first && (!isLeft || !chosen) ? first.value : isLeft ? chosen : "";
  };
  input.hidden = false;
  input.addEventListener("input", narrow);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    list.focus();
  });
}

/** A copy of an option or a group with what matches; null for nothing. */
function matching(node, words) {
  const copy = node.cloneNode(true);
  if (copy.tagName !== "OPTGROUP" || copy.label.toLowerCase().includes(words)) return copy;
  for (const option of [...copy.children]) if (!option.text.toLowerCase().includes(words)) option.remove();
  return copy.children.length ? copy : null;
}

for (const input of document.querySelectorAll("input[data-find]")) {
  const list = document.getElementById(input.dataset.find);
  if (list) search(input, list);
}
