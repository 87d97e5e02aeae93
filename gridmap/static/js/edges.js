// Says at the edges of what scrolls sideways that there is more: a fade where something is hidden, on the side where it is.

const watcher = new ResizeObserver((entries) => { for (const { target } of entries) mark(target); });

/** Keeps the classes `has-more` (to the right) and `has-before` of a node true; answers the node. */
export function edged(node) {
  node.classList.add("edged");
  node.addEventListener("scroll", () => mark(node), { passive: true });
  watcher.observe(node);
  return node;
}

function mark(node) {
  const { scrollLeft: from, clientWidth: width, scrollWidth: all } = node;
  node.classList.toggle("has-before", from > 1);
  node.classList.toggle("has-more", from + width < all - 1);
}
