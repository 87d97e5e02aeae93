"""A torn sign hanging over a shop; afterwards the front is tidy."""

from __future__ import annotations

from gridmap.demo.photos import backdrops
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """A large cloth before the upper floor, and a sign on the pavement."""
    ground = backdrops.shop(canvas, rng)
    cloth, x = pick(rng, ("#B8433A", "#2F6FA8", "#D08C34", "#4C8C6A")), float(rng.uniform(120, 300))
    if is_done:
        return
    canvas.polygon(
        [(x, 6), (x + 620, 12), (x + 640, 190), (x + 560, 250), (x + 520, 210), (x + 430, 330), (x + 390, 232), (x + 40, 240)], cloth
    )  # fmt: skip
    canvas.polygon([(x + 430, 330), (x + 390, 232), (x + 500, 226)], tone(cloth, 0.7))
    canvas.oval(x + 120, 120, 70, 70, "#F7EBD0")
    for n, width in enumerate((300, 240, 270)):
        canvas.rect(x + 220, 66 + n * 46, width, 24, "#F7EBD0", radius=6)
    for hole_x, hole_y in ((x + 300, 190), (x + 540, 60)):
        canvas.polygon(
            [(hole_x, hole_y), (hole_x + 50, hole_y - 12), (hole_x + 34, hole_y + 30)], tone(cloth, 0.5)
        )
    canvas.shadow(880, ground + 236, 150, 24)
    canvas.polygon(
        [(780, ground - 40), (980, ground - 40), (1010, ground + 230), (750, ground + 230)], "#F4EFE6"
    )
    canvas.polygon(
        [(800, ground - 18), (962, ground - 18), (984, ground + 196), (776, ground + 196)], tone(cloth, 1.15)
    )
    for n, width in enumerate((120, 150, 96)):
        canvas.rect(815, ground + 16 + n * 54, width, 26, "#FFF7DE", radius=6)
