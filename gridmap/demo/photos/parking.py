"""Cars on the pavement; afterwards the pavement is free."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas

_COLOURS = ("#D8DCE0", "#3B4450", "#A33B35", "#E9E7E1", "#4A6C8F", "#8F959B")


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Two or three cars where people ought to walk."""
    ground = backdrops.street(canvas, rng, 410)
    shift, colours = float(rng.uniform(-60, 60)), [pick(rng, _COLOURS) for _ in range(3)]
    canvas.polygon(
        [(0, ground + 96), (1200, ground + 96), (1200, ground + 150), (0, ground + 150)], "#E0B43C", 0.85
    )
    for n in range(26):
        canvas.line([(n * 48 + 8, ground + 100), (n * 48 - 2, ground + 146)], "#B98F24", 3)
    if not is_done:
        props.car(canvas, 250 + shift, ground + 140, 470, colours[0])
        props.car(canvas, 850 + shift, ground + 150, 500, colours[1])
        if rng.random() < 0.5:
            props.car(canvas, 560 + shift, ground + 330, 620, colours[2])
        return
    for x in (180, 460, 740, 1020):
        canvas.shadow(x + 6, ground + 230, 34, 8)
        canvas.rect(x - 14, ground + 120, 28, 110, "#5C646B", radius=10)
        canvas.rect(x - 14, ground + 142, 28, 18, "#F2C84B")
