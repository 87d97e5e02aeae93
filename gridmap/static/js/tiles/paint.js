// Draws tile by tile, each inside its own square, so that what reaches over the edge is drawn once.

/** Goes through all steps at once. */
export function atOnce(steps) {
  for (const _ of steps);
}

/**
 * Calls `paint(layers)` for each of `tiles`, with the sheet cut to whole pixels of the tile's square; a step each, or those
 * of what `paint` answers.
 */
export function* eachTile(context, { scale, dx, dy }, tiles, paint) {
  const ratio = context.getTransform().a || 1;
  const whole = (pixels) => Math.round(pixels * ratio) / ratio;
  for (const { box, layers } of tiles) {
    const [left, top] = [whole(box.left * scale + dx), whole(box.top * scale + dy)];
    context.save();
    context.beginPath();
    context.rect(left, top, whole(box.right * scale + dx) - left, whole(box.bottom * scale + dy) - top);
    context.clip();
    yield* paint(layers) || [];
    context.restore();
    yield;
  }
}

/** One path of all rings of an item. Closed by a line: `closePath` measures the whole path each time, in thousands of rings for seconds. */
export function trace(context, { scale, dx, dy }, rings, isClosed) {
  for (const ring of rings) {
    context.moveTo(ring[0] * scale + dx, ring[1] * scale + dy);
    for (let at = 2; at < ring.length; at += 2) context.lineTo(ring[at] * scale + dx, ring[at + 1] * scale + dy);
    if (isClosed) context.lineTo(ring[0] * scale + dx, ring[1] * scale + dy);
  }
}
