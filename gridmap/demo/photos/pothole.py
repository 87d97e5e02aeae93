"""A hole in the carriageway with cracks around it; afterwards a dark patch of new asphalt."""

from __future__ import annotations

import math

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas, Point


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The hole in the middle of the near lane."""
    ground = backdrops.road(canvas, rng)
    for n in range(4):
        left = n * 360 - 60 + float(rng.uniform(-8, 8))
        canvas.polygon(
            [(left + 40, ground + 90), (left + 230, ground + 90), (left + 214, ground + 106), (left + 20, ground + 106)], "#E9E6DA", 0.85
        )  # fmt: skip
    x, y = float(rng.uniform(450, 740)), 620.0
    if is_done:
        canvas.polygon(
            [(x - 270, y - 84), (x + 250, y - 84), (x + 310, y + 96), (x - 330, y + 96)], "#4A4D52"
        )
        canvas.polygon(
            [(x - 256, y - 76), (x + 238, y - 76), (x + 294, y + 86), (x - 312, y + 86)], "#3F4246"
        )
        return
    rim, hole = _ragged(rng, x, y, 250, 92), _ragged(rng, x, y + 6, 205, 70)
    canvas.polygon(rim, "#83858A")
    canvas.polygon(hole, "#3B3A38")
    canvas.polygon(_ragged(rng, x + 14, y + 22, 150, 40), "#5B4D3E")
    canvas.oval(x + 20, y + 30, 96, 20, "#7FA0AE", 0.75)
    for _ in range(9):
        turn = float(rng.uniform(0, 2 * math.pi))
        begin = (x + 235 * math.cos(turn), y + 85 * math.sin(turn))
        knee = (x + 320 * math.cos(turn + 0.1), y + 110 * math.sin(turn + 0.12))
        end = (x + 420 * math.cos(turn - 0.06), y + 150 * math.sin(turn))
        canvas.line([begin, knee, end], "#3F4246", 5)
    for _ in range(26):
        turn, far = float(rng.uniform(0, 6.3)), float(rng.uniform(0.9, 1.35))
        size = float(rng.uniform(5, 15))
        canvas.oval(
            x + 240 * far * math.cos(turn), y + 88 * far * math.sin(turn), size, size * 0.6, "#4B4E52"
        )
    props.cone(canvas, x + 340, y + 30, 150)


def _ragged(rng: Chance, x: float, y: float, rx: float, ry: float) -> list[Point]:
    ring = []
    for n in range(22):
        turn, far = 2 * math.pi * n / 22, float(rng.uniform(0.82, 1.1))
        ring.append((x + rx * far * math.cos(turn), y + ry * far * math.sin(turn)))
    return ring
