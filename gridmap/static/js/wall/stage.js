// The stage: one drawing of 1920 × 1080 or 3840 × 1080, scaled as a whole to whatever screen there is.

const NORMAL = { width: 1920, height: 1080 };
const WIDE = { width: 3840, height: 1080 };
const WIDE_FROM = 2.6; // between 16:9 (1.78) and 32:9 (3.56)

/** `below`: pixels of the screen kept free beneath. Emits `change` when layout or scale are others: charts and map draw themselves as sharp as the screen. */
export class Stage extends EventTarget {
  constructor(node, below = 0) {
    super();
    Object.assign(this, { node, below, scale: 1, isWide: false });
    window.addEventListener("resize", () => this.fit());
    this.fit();
  }

  fit() {
    const { innerWidth: width, innerHeight } = window;
    const height = innerHeight - this.below;
    this.isWide = width / height >= WIDE_FROM;
    this.size = this.isWide ? WIDE : NORMAL;
    this.scale = Math.min(width / this.size.width, height / this.size.height);
    const left = (width - this.size.width * this.scale) / 2;
    const top = (height - this.size.height * this.scale) / 2;
    this.node.style.transform = `translate(${left}px, ${top}px) scale(${this.scale})`;
    this.node.classList.toggle("stage--wide", this.isWide);
    this.node.classList.add("stage--ready");
    this.dispatchEvent(new Event("change"));
  }

  /** How many pixels of the screen one of ours is. */
  get sharpness() {
    return Math.min(Math.max(this.scale * window.devicePixelRatio, 0.5), 3);
  }

  /** Where an element stands on the stage: {left, top, right, bottom} in the stage's own pixels. */
  place(element) {
    const own = this.node.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    const along = (at) => (at - own.left) / this.scale;
    const down = (at) => (at - own.top) / this.scale;
    return { left: along(box.left), right: along(box.right), top: down(box.top), bottom: down(box.bottom) };
  }
}
