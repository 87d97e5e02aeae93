"""A river with rubbish and algae on it; afterwards the water is clear."""

from __future__ import annotations

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Seen from the bank."""
    ground = backdrops.park(canvas, rng, 330)
    water = "#6FA3B5" if is_done else "#7F9478"
    canvas.polygon([(0, ground + 54), (1200, ground + 40), (1200, 800), (0, 800)], tone(water, 0.7))
    canvas.fade(tone(water, 1.25), water, ground + 66, 800 - ground - 66)
    for n in range(14):
        x = n * 92 - 10
        canvas.polygon(
            [(x, ground + 70), (x + 84, ground + 70), (x + 78, ground + 36), (x + 6, ground + 36)],
            ("#B9B4AA", "#A8A297")[n % 2],
        )
    for _ in range(40):
        x, y = float(rng.uniform(0, 1200)), float(rng.uniform(ground + 90, 790))
        canvas.line([(x, y), (x + float(rng.uniform(40, 160)), y)], tone(water, 1.4), 3, 0.5)
    if is_done:
        return
    for _ in range(26):
        x, y = float(rng.uniform(0, 1100)), float(rng.uniform(ground + 110, 780))
        canvas.oval(x, y, float(rng.uniform(40, 130)), float(rng.uniform(8, 22)), "#5F8A45", 0.7)
    for _ in range(24):
        x, y = 560 + float(rng.normal(0, 250)), float(rng.uniform(ground + 130, 760))
        _float(canvas, rng, x, y)
    canvas.line([(240, 640), (520, 600)], "#6B5339", 17)
    canvas.line([(380, 620), (430, 560)], "#6B5339", 9)


def _float(canvas: Canvas, rng: Chance, x: float, y: float) -> None:
    colour = pick(rng, ("#F4F2EA", "#F4F2EA", "#CFE3F4", "#E2C75B", "#D98E73"))
    canvas.oval(x + 10, y + 12, 44, 7, "#20242C", 0.25)
    if rng.random() < 0.5:
        canvas.rect(x - 32, y - 12, 66, 24, colour, radius=12)
        canvas.rect(x + 30, y - 7, 18, 14, "#3D6DA8", radius=4)
    else:
        canvas.polygon(
            [(x - 40, y), (x - 14, y - 22), (x + 38, y - 14), (x + 44, y + 10), (x - 10, y + 14)], colour
        )
        canvas.polygon([(x - 14, y - 22), (x + 38, y - 14), (x + 6, y)], tone(colour, 0.88))
