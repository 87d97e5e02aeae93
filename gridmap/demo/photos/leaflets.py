"""A door pasted over with leaflets; afterwards it is clean."""

from __future__ import annotations

from math import cos, sin

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

_PAPER = ("#F7F4EA", "#F4D95A", "#F2B8C6", "#BFE0C8", "#CFE3F4", "#F7F4EA")


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """An entrance of a staircase and the wall beside it."""
    ground = (
        backdrops.brick_wall(canvas, rng, 640) if rng.random() < 0.4 else backdrops.corridor(canvas, rng, 640)
    )
    colour, x = (
        pick(rng, ("#7A4B3A", "#3F6B5C", "#6B4F7A", "#8A6A4B", "#3D5A80")),
        float(rng.uniform(330, 470)),
    )
    canvas.rect(x - 26, 70, 432, ground - 70, "#D9D4C8")
    canvas.rect(x, 96, 380, ground - 96, colour)
    for row in (0, 1):
        for column in (0, 1):
            left, top = x + 34 + column * 168, 134 + row * 250
            canvas.rect(left, top, 144, 210, tone(colour, 0.8), radius=6)
            canvas.rect(left + 8, top + 8, 136, 202, tone(colour, 1.1), radius=6)
    canvas.rect(x + 336, 350, 18, 74, "#D9C26A", radius=9)
    canvas.oval(x + 345, 336, 13, 13, "#B59B45")
    canvas.rect(x + 470, 190, 150, 210, "#8B9097", radius=6)
    for n in range(3):
        canvas.rect(x + 482, 206 + n * 62, 126, 50, "#A9B0B6", radius=4)
        canvas.rect(x + 510, 222 + n * 62, 70, 6, "#4B5563")
    if is_done:
        canvas.polygon(
            [(x + 60, 96), (x + 150, 96), (x + 60, ground), (x, ground), (x, 400)], "#FFFFFF", 0.10
        )
        return
    for _ in range(24):
        _leaflet(canvas, rng, x + float(rng.uniform(-150, 600)), float(rng.uniform(130, 560)))


def _leaflet(canvas: Canvas, rng: Chance, x: float, y: float) -> None:
    width, height, turn = float(rng.uniform(54, 96)), float(rng.uniform(64, 108)), float(rng.normal(0, 0.09))
    paper = pick(rng, _PAPER)

    def at(u: float, v: float) -> tuple[float, float]:
        dx, dy = (u - 0.5) * width, (v - 0.5) * height
        return x + dx * cos(turn) - dy * sin(turn), y + dx * sin(turn) + dy * cos(turn)

    canvas.polygon([(px + 4, py + 5) for px, py in (at(0, 0), at(1, 0), at(1, 1), at(0, 1))], "#20242C", 0.18)
    canvas.polygon([at(0, 0), at(1, 0), at(1, 0.86), at(0.84, 1), at(0, 1)], paper)
    canvas.polygon([at(1, 0.86), at(0.84, 1), at(0.84, 0.88)], tone(paper, 0.8))
    canvas.line([at(0.14, 0.18), at(0.86, 0.18)], "#C23B33", 8)
    for v in (0.36, 0.5, 0.64):
        canvas.line([at(0.14, v), at(float(rng.uniform(0.6, 0.86)), v)], "#4B5563", 3.2)
    canvas.line([at(0.14, 0.82), at(0.7, 0.82)], "#2E5FA3", 6)
