// Numbers that roll from what they were to what they are, unless the reader wants less motion.

const LASTS_MS = 700;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
const shown = new WeakMap();

/** Shows `value` (a number or null) in a node as `format` says, rolling there from what it showed before. */
export function roll(node, value, format) {
  const before = shown.get(node);
  cancelAnimationFrame(before?.frame);
  const from = before?.value;
  const state = { value };
  shown.set(node, state);
  if (still.matches || typeof from !== "number" || typeof value !== "number" || from === value || document.hidden) {
    node.textContent = format(value);
    return;
  }
  const begin = performance.now();
  const step = (now) => {
    const part = Math.min((now - begin) / LASTS_MS, 1);
    const eased = 1 - (1 - part) ** 3;
    node.textContent = format(part < 1 ? from + (value - from) * eased : value);
    if (part < 1) state.frame = requestAnimationFrame(step);
  };
  state.frame = requestAnimationFrame(step);
}
