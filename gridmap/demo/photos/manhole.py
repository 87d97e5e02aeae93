"""A manhole whose cover is broken or gone; afterwards it lies flush again."""

from __future__ import annotations

import math

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas

_IRON = "#5A5F66"


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The cover in the carriageway, seen from where one stands."""
    backdrops.road(canvas, rng)
    x, y, rx, ry = float(rng.uniform(480, 720)), 590.0, 220.0, 96.0
    is_gone = rng.random() < 0.45
    canvas.oval(x, y + 4, rx + 34, ry + 20, "#5D6166")
    canvas.oval(x, y, rx + 16, ry + 9, "#83888E")
    if is_done:
        _cover(canvas, x, y, rx, ry)
        return
    canvas.oval(x, y, rx, ry, "#1B1E23")
    canvas.oval(x, y + 20, rx * 0.86, ry * 0.78, "#0C0E12")
    if is_gone:
        canvas.shadow(x + 330, y - 70, 190, 44)
        _cover(canvas, x + 320, y - 84, rx * 0.8, ry * 0.72)
    else:
        _cover(canvas, x, y, rx, ry)
        hole = [(x - 20, y - 6), (x + 190, y - 48), (x + 215, y + 14), (x + 130, y + 70), (x + 40, y + 54)]
        canvas.polygon(hole, "#0C0E12")
        for end in ((x - 150, y - 30), (x - 60, y + 80), (x + 20, y - 92)):
            canvas.line([(x - 10, y), ((x + end[0]) / 2 + 14, (y + end[1]) / 2), end], "#23262B", 6)
    props.cone(canvas, x - 330, y + 90, 150)
    props.cone(canvas, x + 300, y + 130, 170)


def _cover(canvas: Canvas, x: float, y: float, rx: float, ry: float) -> None:
    canvas.oval(x, y + 10, rx, ry, "#33373C")
    canvas.oval(x, y, rx, ry, _IRON)
    canvas.ring(x, y, rx * 0.93, ry * 0.93, "#7B8188", 5)
    for ring, number in ((0.34, 8), (0.56, 14), (0.78, 20)):
        for n in range(number):
            turn = 2 * math.pi * n / number
            canvas.oval(x + ring * rx * math.cos(turn), y + ring * ry * math.sin(turn), 11, 5.5, "#747A81")
    for dx in (-0.14, 0.14):
        canvas.oval(x + dx * rx, y, 9, 6, "#25282D")
