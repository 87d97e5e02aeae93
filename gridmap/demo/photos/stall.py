"""A stall on the pavement before a shop; afterwards people can walk there again."""

from __future__ import annotations

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

_FRUIT = ("#D9442F", "#F0A830", "#7FB04F", "#E9D04E", "#8E4585", "#E8793A")
_CLOTH = ("#C8553D", "#2F7F8C", "#4A6FA5", "#3D8B57")


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """Crates of fruit under a parasol."""
    ground = backdrops.shop(canvas, rng)
    cloth, x = pick(rng, _CLOTH), float(rng.uniform(430, 640))
    fruit = [pick(rng, _FRUIT) for _ in range(8)]
    if is_done:
        return
    canvas.shadow(x, ground + 215, 430, 52, 1.2)
    canvas.rect(x - 8, ground - 220, 16, 420, "#8B9097")
    for n in range(8):
        crate_x, row = x - 400 + (n % 4) * 202, n // 4
        _crate(canvas, rng, crate_x, ground + 100 + row * 118, fruit[n])
    _parasol(canvas, x, ground - 130, cloth)


def _crate(canvas: Canvas, rng: Chance, x: float, y: float, fruit: str) -> None:
    canvas.polygon([(x + 14, y - 52), (x + 176, y - 52), (x + 190, y), (x, y)], tone(fruit, 0.6))
    for row in range(3):
        for n in range(7):
            at_x = x + 20 + n * 25 + (row % 2) * 10 + float(rng.uniform(-3, 3))
            canvas.oval(at_x, y - 44 + row * 17, 15, 13, tone(fruit, float(rng.uniform(0.88, 1.1))))
            canvas.oval(at_x - 5, y - 49 + row * 17, 4, 3, tone(fruit, 1.5))
    canvas.rect(x - 4, y - 2, 198, 52, "#B98A56")
    for dy in (14, 31):
        canvas.rect(x - 4, y + dy, 198, 4, "#8F673C")
    canvas.rect(x + 62, y + 8, 66, 32, "#F7EBD0", radius=4)
    canvas.line([(x + 74, y + 24), (x + 112, y + 24)], "#B33A3A", 6)


def _parasol(canvas: Canvas, x: float, y: float, cloth: str) -> None:
    for n in range(8):
        a, b = x - 400 + n * 100, x - 400 + (n + 1) * 100
        stripe = cloth if n % 2 else "#F4EFE6"
        canvas.polygon([(x, y - 150), (a, y), (b, y)], stripe)
        canvas.oval((a + b) / 2, y, 50, 17, stripe)
    canvas.polygon([(x, y - 150), (x + 400, y), (x + 200, y)], "#20242C", 0.10)
    canvas.oval(x, y - 152, 11, 11, tone(cloth, 0.7))
