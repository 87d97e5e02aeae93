"""Rubbish beside the bins before a wall; afterwards the bins are shut and the flagstones washed."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas

_COLOURS = ("#3D8B57", "#4B5563", "#3D6DA8", "#3D8B57", "#8A5A44")


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Two or three bins and their surroundings."""
    behind = backdrops.street if rng.random() < 0.6 else backdrops.brick_wall
    ground = behind(canvas, rng)
    middle, number = float(rng.uniform(430, 760)), int(rng.integers(2, 4))
    colours = [pick(rng, _COLOURS) for _ in range(number)]
    for n, colour in enumerate(colours):
        at = middle + (n - (number - 1) / 2) * 214
        is_full = not is_done and n != 1
        if is_full:
            props.bag(canvas, rng, at + 6, ground - 136, 150)
        props.wheelie_bin(canvas, at, ground + 116, 290, colour, is_open=is_full)
        if is_full:
            props.bag(canvas, rng, at - 20, ground - 150, 116)
    if is_done:
        for dx, width in ((-240, 190), (40, 260), (250, 150)):
            canvas.line(
                [(middle + dx, ground + 190), (middle + dx + width, ground + 186)], "#FFFFFF", 7, 0.35
            )
        return
    left = middle - number * 107
    for _ in range(8):
        x = left - 60 + float(rng.uniform(0, number * 214 + 160))
        props.bag(canvas, rng, x, ground + float(rng.uniform(170, 270)), float(rng.uniform(110, 180)))
    props.box(canvas, left - 150, ground + 250, 150, 104)
    props.litter(canvas, rng, middle, ground + 262, 260, 40)
