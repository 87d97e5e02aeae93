// On a phone the rail is a sheet at the bottom: peeking, half or whole, by its handle or by dragging it.

const STEPS = ["peek", "half", "full"];
const DRAG_PX = 24;

export class Sheet {
  constructor(node, { map, state }) {
    Object.assign(this, { node, map, at: "peek" });
    this.handle = node.querySelector("[data-part=sheet-handle]");
    this.handle.addEventListener("click", () => this.go(STEPS[(STEPS.indexOf(this.at) + 1) % STEPS.length]));
    this.handle.addEventListener("pointerdown", (event) => this.grab(event));
    state.on(["selected"], () => { if (state.selected) this.go("peek"); });
    this.go("peek");
  }

  go(step) {
    this.at = step;
    this.node.dataset.sheet = step;
    this.handle.setAttribute("aria-expanded", String(step !== "peek"));
  }

  grab({ clientY: from, pointerId }) {
    this.handle.setPointerCapture(pointerId);
    const release = ({ clientY }) => {
      const moved = clientY - from;
      if (Math.abs(moved) < DRAG_PX) return;
      const next = STEPS.indexOf(this.at) + (moved < 0 ? 1 : -1);
      const step = STEPS[Math.min(Math.max(next, 0), STEPS.length - 1)];
      // The click that follows a drag must not undo it.
      this.handle.addEventListener("click", (event) => event.stopImmediatePropagation(), { once: true, capture: true });
      this.go(step);
    };
    this.handle.addEventListener("pointerup", release, { once: true });
  }
}
