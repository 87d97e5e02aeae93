"""A shed of coloured sheet put on a roof; afterwards the roof is bare."""

from __future__ import annotations

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import WALLS, Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """A house of five floors, seen from across the street."""
    canvas.sky(800)
    wall, sheet = pick(rng, WALLS), pick(rng, ("#3F7CA8", "#B8504A", "#4C8C6A"))
    x = float(rng.uniform(190, 300))
    backdrops.tree(canvas, rng, 90, 740, 260)
    canvas.fade(wall, tone(wall, 0.9), 330, 390, x=x, width=760)
    canvas.rect(x + 640, 330, 120, 390, tone(wall, 0.8), alpha=0.6)
    canvas.rect(x - 16, 312, 792, 26, tone(wall, 0.76))
    for row in range(4):
        for column in range(6):
            left, top = x + 34 + column * 122, 360 + row * 94
            canvas.rect(left, top, 76, 56, "#7E99A8")
            canvas.rect(left, top, 76, 18, "#A9C0CB")
            canvas.rect(left + 36, top, 4, 56, "#E8E4DA")
            if (row + column) % 3 == 0:
                canvas.rect(left + 4, top + 60, 44, 24, "#E4E6E4", radius=3)
                canvas.oval(left + 18, top + 72, 9, 9, "#9BA3A8")
    backdrops.tree(canvas, rng, 1090, 760, 280)
    backdrops.pavement(canvas, rng, 716)
    if is_done:
        canvas.rect(x + 90, 268, 60, 46, "#D5D9DA", radius=8)
        canvas.line([(x + 560, 312), (x + 560, 236)], "#6C757C", 5)
        return
    _shed(canvas, x + 150, sheet)


def _shed(canvas: Canvas, x: float, sheet: str) -> None:
    canvas.rect(x, 176, 430, 138, tone(sheet, 1.12))
    for n in range(22):
        canvas.line([(x + 10 + n * 19.5, 180), (x + 10 + n * 19.5, 312)], tone(sheet, 0.88), 4)
    canvas.polygon([(x - 34, 184), (x + 464, 184), (x + 420, 116), (x + 20, 116)], tone(sheet, 0.8))
    for n in range(17):
        canvas.line([(x + 26 + n * 24, 118), (x - 22 + n * 29.5, 182)], tone(sheet, 0.66), 3)
    canvas.rect(x + 50, 214, 92, 60, "#A9C0CB")
    canvas.rect(x + 300, 206, 70, 108, "#5A4A3F")
    canvas.line([(x + 470, 312), (x + 520, 150)], "#B5824C", 9)
    canvas.line([(x + 506, 312), (x + 556, 150)], "#B5824C", 9)
    for n in range(5):
        canvas.line([(x + 478 + n * 9, 284 - n * 30), (x + 514 + n * 9, 284 - n * 30)], "#B5824C", 7)
