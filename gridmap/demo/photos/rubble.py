"""A heap of rubble and sacks of building waste; afterwards the place is swept."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

_EARTH = ("#9A7B5B", "#8C8378", "#A08D78", "#8F6F57")


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The heap before a wall."""
    ground = (backdrops.brick_wall if rng.random() < 0.5 else backdrops.street)(canvas, rng, 400)
    earth, x = pick(rng, _EARTH), float(rng.uniform(520, 690))
    if is_done:
        canvas.oval(x, ground + 150, 380, 46, tone(earth, 1.2), 0.22)
        return
    canvas.shadow(x, ground + 210, 500, 60)
    top = ground - float(rng.uniform(60, 110))
    ridge = [
        (x - 430, ground + 220),
        (x - 300, ground + 60),
        (x - 150, top + 60),
        (x - 20, top),
        (x + 130, top + 50),
    ]
    ridge += [(x + 300, ground + 80), (x + 440, ground + 220)]
    canvas.polygon(ridge, earth)
    canvas.polygon(
        [
            (x - 20, top),
            (x + 130, top + 50),
            (x + 300, ground + 80),
            (x + 440, ground + 220),
            (x + 80, ground + 220),
            (x + 20, ground + 40),
        ],
        tone(earth, 0.84),
    )
    for _ in range(90):
        at = x + float(rng.normal(0, 190))
        y = ground + 215 - max(0.0, float(rng.uniform(0, 1)) * (300 - abs(at - x) * 0.66))
        _stone(canvas, rng, at, y, float(rng.uniform(12, 40)), earth)
    for n in range(4):
        props.bag(canvas, rng, x - 420 + n * 110, ground + 262 + (n % 2) * 22, 132, "#DAD3C2")
    canvas.line([(x + 180, ground + 250), (x + 420, ground + 190)], "#B5824C", 18)
    canvas.line([(x + 220, ground + 268), (x + 470, ground + 236)], "#C79A63", 16)


def _stone(canvas: Canvas, rng: Chance, x: float, y: float, size: float, earth: str) -> None:
    colour = pick(rng, ("#B5654A", "#C7C2B8", "#A8A39A", "#8C8378", tone(earth, 1.2)))
    tilt = float(rng.uniform(-0.3, 0.3)) * size
    face = [
        (x, y),
        (x + size, y + tilt * 0.4),
        (x + size * 0.9, y + size * 0.55),
        (x - size * 0.1, y + size * 0.5),
    ]
    canvas.polygon(face, colour)
    canvas.polygon(
        [
            (x, y),
            (x + size * 0.3, y - size * 0.24),
            (x + size * 1.2, y - size * 0.2),
            (x + size, y + tilt * 0.4),
        ],
        tone(colour, 1.2),
    )
