"""A cable hanging down between two poles; afterwards it is taut again."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Two poles and what runs between them."""
    ground = backdrops.street(canvas, rng, 520)
    left, right = 150.0 + float(rng.uniform(-30, 30)), 1040.0 + float(rng.uniform(-30, 30))
    for x in (left, right):
        canvas.shadow(x + 14, ground + 60, 60, 12)
        canvas.polygon([(x - 19, ground + 60), (x + 19, ground + 60), (x + 12, 30), (x - 12, 30)], "#8E877C")
        canvas.polygon([(x + 4, ground + 60), (x + 19, ground + 60), (x + 12, 30), (x + 2, 30)], "#756E64")
        for y in (70, 128):
            canvas.rect(x - 90, y, 180, 14, "#6B6358", radius=4)
            for dx in (-78, 0, 78):
                canvas.oval(x + dx, y - 8, 10, 12, "#E4E8EA")
    for n, y in enumerate((62, 62, 120)):
        canvas.curve(
            (left - 78 + n * 78, y),
            ((left + right) / 2, y + 90 + n * 14),
            (right - 78 + n * 78, y),
            "#24272C",
            4.5,
        )
    if is_done:
        canvas.curve((left + 78, 120), ((left + right) / 2, 220), (right + 78, 120), "#24272C", 6)
        return
    low = float(rng.uniform(520, 640))
    canvas.curve((left + 78, 120), (left + 260, low + 260), (right - 200, low + 30), "#17191D", 9)
    canvas.curve((right - 200, low + 30), (right - 60, low - 40), (right, 240), "#17191D", 9)
    canvas.curve((left + 30, 180), (left + 300, low + 120), (left + 430, ground + 120), "#17191D", 7)
    canvas.curve(
        (left + 430, ground + 120), (left + 520, ground + 160), (left + 600, ground + 116), "#17191D", 7
    )
    props.cone(canvas, left + 330, ground + 210, 150)
    props.cone(canvas, right - 260, ground + 190, 150)
