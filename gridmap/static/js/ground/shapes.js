// What of the ground lies in a view.

/** Whether a feature's box touches the sheet, `margin` pixels around it included. */
export function isInView({ box }, { scale, dx, dy, size }, margin = 20) {
  return box.left * scale + dx < size.x + margin && box.right * scale + dx > -margin
    && box.top * scale + dy < size.y + margin && box.bottom * scale + dy > -margin;
}
