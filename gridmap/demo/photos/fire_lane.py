"""A fire lane blocked by a car and timber; afterwards the yellow hatching lies free."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """A lane between houses, marked on the ground."""
    ground = backdrops.street(canvas, rng, 400)
    canvas.fade("#7A7E83", "#8D9196", ground, 800 - ground)
    left, right = [(410, ground + 16), (90, 800)], [(790, ground + 16), (1110, 800)]
    canvas.polygon([left[0], right[0], right[1], left[1]], "#83878C")
    for side in (left, right):
        canvas.line(side, "#E8B92E", 12)
    for n in range(9):
        share, after = n / 9, (n + 0.5) / 9
        ax, bx = 410 - 320 * share**1.6, 790 + 320 * after**1.6
        canvas.line(
            [(ax, ground + 16 + 384 * share**1.6), (bx, ground + 16 + 384 * after**1.6)],
            "#E8B92E",
            3 + 7 * share,
        )
    canvas.rect(1020, ground - 84, 84, 128, "#B8302A", radius=6)
    canvas.rect(1034, ground - 66, 56, 66, "#D9E2E6", radius=4)
    colour = pick(rng, ("#3B4450", "#E9E7E1", "#A33B35", "#4A6C8F"))
    if is_done:
        return
    props.car(canvas, 600 + float(rng.uniform(-40, 40)), ground + 170, 520, colour)
    for n in range(6):
        y = 742 - n * 13
        canvas.line([(200 + n * 5, y), (560 + n * 3, y - 46)], ("#C79A63", "#B5824C")[n % 2], 15)
