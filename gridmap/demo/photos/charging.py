"""An electric scooter charging in a staircase by a wire from a flat; afterwards the corridor is free."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """A corridor with two doors."""
    ground = backdrops.corridor(canvas, rng)
    door, paint = (
        pick(rng, ("#7A4B3A", "#5B6F8A", "#6B4F3A")),
        pick(rng, ("#B8433A", "#3D6DA8", "#4B5563", "#4C8C6A")),
    )
    for x in (110, 880):
        canvas.rect(x - 14, 110, 238, ground - 110, "#D2CBBE")
        canvas.rect(x, 126, 210, ground - 126, door)
        canvas.rect(x + 26, 160, 158, 150, tone(door, 0.84), radius=4)
        canvas.rect(x + 26, 340, 158, 170, tone(door, 0.84), radius=4)
        canvas.oval(x + 182, 348, 10, 10, "#D9C26A")
    canvas.rect(500, 96, 200, 60, "#2E9E5B", radius=5)
    canvas.line([(536, 126), (650, 126), (630, 112)], "#F6F4EE", 8)
    canvas.line([(650, 126), (630, 140)], "#F6F4EE", 8)
    clutter = rng.random() < 0.6
    if is_done:
        canvas.rect(424, 300, 130, 120, "#B8302A", radius=5)
        canvas.rect(438, 314, 102, 92, "#D9E2E6", radius=4)
        return
    canvas.curve((300, 140), (430, 560), (520, 470), "#17191D", 6)
    canvas.rect(506, 452, 44, 28, "#F6F4EE", radius=4)
    canvas.curve((548, 468), (580, 520), (620, 520), "#17191D", 6)
    _scooter(canvas, 690, ground + 110, paint)
    if clutter:
        props.box(canvas, 330, ground + 60, 110, 90)
        props.box(canvas, 346, ground - 30, 92, 66, "#B5824C")


def _scooter(canvas: Canvas, x: float, y: float, paint: str) -> None:
    canvas.shadow(x, y, 280, 34, 1.3)
    for dx in (-180, 190):
        canvas.oval(x + dx, y - 62, 64, 64, "#23262B")
        canvas.oval(x + dx, y - 62, 38, 38, "#A9B0B6")
        canvas.oval(x + dx, y - 62, 12, 12, "#4B5563")
    canvas.line([(x + 190, y - 62), (x + 128, y - 290)], "#6C757C", 16)
    canvas.polygon(
        [(x + 84, y - 70), (x + 150, y - 250), (x + 190, y - 250), (x + 150, y - 96), (x + 110, y - 62)],
        paint,
    )
    canvas.rect(x - 120, y - 84, 240, 30, tone(paint, 0.74), radius=10)
    canvas.polygon([(x - 230, y - 170), (x - 60, y - 190), (x - 50, y - 70), (x - 170, y - 70)], paint)
    canvas.polygon(
        [(x - 230, y - 170), (x - 60, y - 190), (x - 56, y - 160), (x - 226, y - 140)], tone(paint, 1.2)
    )
    canvas.rect(x - 236, y - 214, 200, 42, "#2A2D33", radius=20)
    canvas.line([(x + 128, y - 290), (x + 84, y - 318)], "#2A2D33", 13)
    canvas.oval(x + 158, y - 262, 24, 24, "#F7EBD0")
