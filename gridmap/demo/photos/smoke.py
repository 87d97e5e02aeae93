"""Smoke from the duct of a restaurant or from a grill on the pavement; afterwards the air is clear."""

from __future__ import annotations

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Before a shop; half the time there is a grill."""
    ground = backdrops.shop(canvas, rng)
    has_grill, x = rng.random() < 0.5, float(rng.uniform(380, 640))
    if has_grill:
        if not is_done:
            _grill(canvas, x, ground + 190)
            _smoke(canvas, rng, x, ground + 20)
        return
    canvas.rect(x + 180, 60, 190, 150, "#8B9097", radius=6)
    for n in range(6):
        canvas.rect(x + 196, 78 + n * 21, 158, 9, "#5C646B", radius=3)
    canvas.rect(x + 250, -10, 54, 76, "#A9B0B6")
    if is_done:
        canvas.rect(x + 20, 84, 170, 110, "#D5D9DA", radius=8)
        canvas.oval(x + 60, 112, 9, 9, "#57B57C")
        canvas.rect(x + 84, 106, 84, 10, "#6C757C")
        return
    _smoke(canvas, rng, x + 150, 260)
    canvas.polygon([(x + 196, 210), (x + 240, 210), (x + 226, 330), (x + 210, 330)], "#3A2E26", 0.35)


def _grill(canvas: Canvas, x: float, y: float) -> None:
    canvas.shadow(x, y + 96, 330, 36)
    for leg in (-230, 210):
        canvas.rect(x + leg, y, 16, 96, "#4B5563")
    canvas.rect(x - 260, y - 36, 520, 62, "#33373C", radius=8)
    canvas.rect(x - 248, y - 30, 496, 16, "#E8622C", alpha=0.85)
    for n in range(17):
        left = x - 232 + n * 28
        canvas.line([(left, y - 16), (left + 12, y - 82)], "#C79A63", 4)
        for k in range(3):
            canvas.oval(left + 3 + k * 3, y - 34 - k * 17, 10, 8, ("#8C4A2F", "#A85F3A")[k % 2])


def _smoke(canvas: Canvas, rng: Chance, x: float, y: float) -> None:
    for n in range(40):
        rise = n / 40
        at = x + float(rng.normal(0, 26 + 120 * rise)) - 130 * rise
        r = 36 + 90 * rise
        canvas.oval(at, y - 20 - 280 * rise, r, r * 0.76, "#6F7276", 0.13)
