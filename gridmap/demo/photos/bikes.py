"""Shared bicycles heaped on a pavement; afterwards they stand in a row in their frame."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas

_COLOURS = ("#F2B632", "#4BA3D9", "#57B57C", "#F2B632", "#4BA3D9")


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """A dozen of them."""
    ground = backdrops.street(canvas, rng)
    colours = [pick(rng, _COLOURS) for _ in range(11)]
    if is_done:
        canvas.polygon(
            [(110, ground + 110), (1060, ground + 110), (1140, ground + 250), (30, ground + 250)],
            "#F6F4EE",
            0.20,
        )
        for x in (110, 1060):
            canvas.line([(x, ground + 110), (x + (80 if x > 600 else -80), ground + 250)], "#F6F4EE", 8)
        for n, colour in enumerate(colours[:8]):
            props.bicycle(canvas, 190 + n * 118, ground + 210, 250, colour)
        return
    for colour in colours[:4]:
        x = float(rng.uniform(160, 1000))
        props.bicycle(canvas, x, ground + float(rng.uniform(90, 120)), 270, colour)
    for n, colour in enumerate(colours[4:]):
        x, y = 120 + n * 150 + float(rng.uniform(-30, 30)), ground + float(rng.uniform(180, 310))
        props.bicycle(canvas, x, y, 320, colour, is_fallen=n % 3 != 1)
