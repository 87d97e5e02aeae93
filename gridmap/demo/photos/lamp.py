"""A street at night where a lamp is dark; afterwards it shines."""

from __future__ import annotations

from math import cos, pi, sin

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas

IS_AT_NIGHT = True


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Three lamps along the road; the nearest is the one."""
    ground = backdrops.road(canvas, rng, 400)
    for _ in range(36):
        canvas.glow(float(rng.uniform(0, 1200)), float(rng.uniform(0, 220)), 3, "#FFFFFF", 0.9)
    for x, size, is_lit in ((1010, 250, True), (790, 330, True), (330, 560, is_done)):
        _lamp(canvas, x, ground + size * 0.22, size, is_lit=is_lit)


def _lamp(canvas: Canvas, x: float, y: float, size: float, *, is_lit: bool) -> None:
    head = (x + size * 0.27, y - size)
    if is_lit:
        cone = [head, (x + size * 0.8, y + size * 0.12), (x - size * 0.26, y + size * 0.12)]
        canvas.shine(cone, "#FFE7A6", 0.13)
        for n in range(4):
            r = size * (0.52 - n * 0.1)
            canvas.shine(_disc(x + size * 0.27, y + size * 0.1, r, r * 0.16), "#FFE7A6", 0.12)
    canvas.line([(x, y), (x, y - size * 0.94)], "#E4E8EA", size * 0.03)
    canvas.curve(
        (x, y - size * 0.9), (x, y - size * 1.03), (x + size * 0.2, y - size * 1.01), "#E4E8EA", size * 0.024
    )
    canvas.rect(x - size * 0.035, y - size * 0.1, size * 0.07, size * 0.1, "#7C858D", radius=4)
    canvas.polygon(
        [(head[0] - size * 0.1, head[1] - size * 0.03), (head[0] + size * 0.1, head[1] - size * 0.01),
         (head[0] + size * 0.09, head[1] + size * 0.03), (head[0] - size * 0.09, head[1] + size * 0.02)],
        "#F2F4F5",
    )  # fmt: skip
    if is_lit:
        canvas.glow(head[0], head[1] + size * 0.02, size * 0.3, "#FFE7A6", 1.2)
        canvas.shine(_disc(head[0], head[1] + size * 0.03, size * 0.075, size * 0.022), "#FFFBE8", 1)
    else:
        canvas.oval(head[0], head[1] + size * 0.03, size * 0.07, size * 0.02, "#5C646B")


def _disc(x: float, y: float, rx: float, ry: float) -> list[tuple[float, float]]:
    return [(x + rx * cos(n * pi / 18), y + ry * sin(n * pi / 18)) for n in range(36)]
