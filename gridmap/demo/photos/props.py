"""Things that stand in several scenes: bins, bags, boxes, cones, cars, bicycles."""

from __future__ import annotations

import math

from gridmap.demo.photos.backdrops import Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

BAGS = ("#2E3138", "#2E3138", "#3A3F4A", "#B33A3A", "#E8E6E0", "#3D6DA8", "#E8E6E0")


def wheelie_bin(
    canvas: Canvas, x: float, y: float, size: float, colour: str, *, is_open: bool = False
) -> None:
    """A bin on wheels whose foot is in the middle at (x, y), `size` high."""
    wide, narrow, top = size * 0.36, size * 0.29, y - size
    canvas.shadow(x + size * 0.1, y, size * 0.5, size * 0.09)
    canvas.polygon([(x - wide, top), (x + wide, top), (x + narrow, y - 12), (x - narrow, y - 12)], colour)
    canvas.polygon(
        [(x + wide * 0.45, top), (x + wide, top), (x + narrow, y - 12), (x + narrow * 0.5, y - 12)],
        tone(colour, 0.84),
    )
    for dx in (-0.45, 0, 0.45):
        canvas.line([(x + dx * wide, top + size * 0.2), (x + dx * narrow, y - 26)], tone(colour, 0.78), 3)
    for dx in (-1, 1):
        canvas.oval(x + dx * narrow * 0.86, y - 8, size * 0.075, size * 0.075, "#23262B")
        canvas.oval(x + dx * narrow * 0.86, y - 8, size * 0.03, size * 0.03, "#8B9097")
    canvas.rect(x - size * 0.13, y - size * 0.62, size * 0.26, size * 0.26, "#F2F1EA", radius=6)
    _triangle(canvas, x, y - size * 0.48, size * 0.075, colour)
    canvas.rect(x - wide - 8, top - 6, wide * 2 + 16, size * 0.07, tone(colour, 0.76), radius=5)
    if is_open:
        canvas.polygon(
            [(x - wide, top - 6), (x + wide, top - 6), (x + wide * 1.25, top - size * 0.3), (x - wide * 0.6, top - size * 0.34)],
            tone(colour, 0.9),
        )  # fmt: skip
    else:
        canvas.polygon(
            [(x - wide - 8, top - 4), (x + wide + 8, top - 4), (x + wide * 0.8, top - size * 0.12), (x - wide * 0.8, top - size * 0.12)],
            tone(colour, 1.1),
        )  # fmt: skip


def _triangle(canvas: Canvas, x: float, y: float, r: float, colour: str) -> None:
    corners = [(x + r * math.sin(a), y - r * math.cos(a)) for a in (0, 2 * math.pi / 3, 4 * math.pi / 3)]
    canvas.line([*corners, corners[0]], colour, 4)


def bag(canvas: Canvas, rng: Chance, x: float, y: float, size: float, colour: str | None = None) -> None:
    """A tied bag of rubbish standing at (x, y), `size` wide."""
    fill = colour or pick(rng, BAGS)
    lean = float(rng.uniform(-0.08, 0.08)) * size
    canvas.shadow(x + size * 0.06, y - 2, size * 0.62, size * 0.12)
    canvas.polygon(
        [(x + lean - size * 0.12, y - size * 0.8), (x + lean + size * 0.12, y - size * 0.8),
         (x + lean + size * 0.2, y - size * 1.02), (x + lean + size * 0.02, y - size * 0.92), (x + lean - size * 0.18, y - size * 1.04)],
        tone(fill, 0.84),
    )  # fmt: skip
    canvas.oval(x, y - size * 0.38, size * 0.5, size * 0.4, fill)
    canvas.polygon(
        [(x - size * 0.4, y - size * 0.5), (x + lean - size * 0.1, y - size * 0.84), (x + lean + size * 0.1, y - size * 0.84), (x + size * 0.4, y - size * 0.5)],
        fill,
    )  # fmt: skip
    canvas.oval(x - size * 0.18, y - size * 0.5, size * 0.14, size * 0.19, tone(fill, 1.22), 0.8)
    for dx in (-0.16, 0.06, 0.24):
        canvas.line(
            [(x + lean, y - size * 0.8), (x + dx * size * 1.3, y - size * 0.34)], tone(fill, 0.72), 2.4, 0.7
        )


def box(canvas: Canvas, x: float, y: float, width: float, height: float, colour: str = "#C79A63") -> None:
    """A carton whose lower left corner of the front is at (x, y)."""
    side = width * 0.26
    canvas.shadow(x + width * 0.6, y, width * 0.8, height * 0.12)
    canvas.rect(x, y - height, width, height, colour)
    canvas.polygon(
        [(x + width, y - height), (x + width + side, y - height - side * 0.5), (x + width + side, y - side * 0.5), (x + width, y)],
        tone(colour, 0.76),
    )  # fmt: skip
    canvas.polygon(
        [(x, y - height), (x + side, y - height - side * 0.5), (x + width + side, y - height - side * 0.5), (x + width, y - height)],
        tone(colour, 1.2),
    )  # fmt: skip
    canvas.rect(x + width * 0.42, y - height, width * 0.14, height, tone(colour, 1.28), alpha=0.8)


def litter(canvas: Canvas, rng: Chance, x: float, y: float, spread: float, number: int) -> None:
    """Scraps of paper and peel scattered around (x, y)."""
    for _ in range(number):
        at, down = x + float(rng.normal(0, spread)), y + abs(float(rng.normal(0, spread * 0.16)))
        size, colour = (
            float(rng.uniform(7, 17)),
            pick(rng, ("#F4F2EA", "#E2C75B", "#A8C686", "#D98E73", "#CFE0EA")),
        )
        turn = float(rng.uniform(0, 3))
        corners = [
            (at + size * math.cos(turn + a), down + size * 0.45 * math.sin(turn + a))
            for a in (0, 1.4, 2.9, 4.5)
        ]
        canvas.polygon(corners, colour)


def cone(canvas: Canvas, x: float, y: float, size: float) -> None:
    """A traffic cone standing at (x, y)."""
    canvas.shadow(x + size * 0.1, y, size * 0.44, size * 0.1)
    canvas.polygon(
        [(x - size * 0.4, y), (x + size * 0.4, y), (x + size * 0.32, y - size * 0.1), (x - size * 0.32, y - size * 0.1)],
        "#2C2F36",
    )  # fmt: skip

    def band(low: float, high: float, colour: str) -> None:
        a, b = 0.27 * (1 - low) + 0.05, 0.27 * (1 - high) + 0.05
        canvas.polygon(
            [(x - size * a, y - size * (0.08 + low * 0.92)), (x + size * a, y - size * (0.08 + low * 0.92)),
             (x + size * b, y - size * (0.08 + high * 0.92)), (x - size * b, y - size * (0.08 + high * 0.92))],
            colour,
        )  # fmt: skip

    band(0, 1, "#E8622C")
    band(0.25, 0.45, "#F6F4EE")
    band(0.62, 0.78, "#F6F4EE")


def car(canvas: Canvas, x: float, y: float, size: float, colour: str) -> None:
    """A car from the side, its wheels' feet on y, its middle at x, `size` long."""
    h = size * 0.2
    canvas.shadow(x, y, size * 0.56, size * 0.07, 1.3)
    canvas.polygon(
        [(x - size * 0.28, y - h * 1.2), (x - size * 0.17, y - h * 2.05), (x + size * 0.13, y - h * 2.05), (x + size * 0.29, y - h * 1.2)],
        tone(colour, 0.9),
    )  # fmt: skip
    canvas.polygon(
        [(x - size * 0.245, y - h * 1.22), (x - size * 0.155, y - h * 1.92), (x - size * 0.02, y - h * 1.92), (x - size * 0.02, y - h * 1.22)],
        "#8FB0BF",
    )  # fmt: skip
    canvas.polygon(
        [(x + size * 0.005, y - h * 1.22), (x + size * 0.005, y - h * 1.92), (x + size * 0.12, y - h * 1.92), (x + size * 0.245, y - h * 1.22)],
        "#7D9FAE",
    )  # fmt: skip
    canvas.rect(x - size * 0.5, y - h * 1.25, size, h * 0.95, colour, radius=h * 0.36)
    canvas.rect(x - size * 0.5, y - h * 0.72, size, h * 0.3, tone(colour, 0.82), radius=6)
    canvas.rect(x - size * 0.47, y - h * 1.14, size * 0.9, h * 0.1, tone(colour, 1.4), radius=4, alpha=0.7)
    canvas.rect(x + size * 0.44, y - h * 1.05, size * 0.06, h * 0.26, "#FBE7A8", radius=4)
    canvas.rect(x - size * 0.5, y - h * 1.05, size * 0.045, h * 0.26, "#C23B33", radius=4)
    for dx in (-0.29, 0.29):
        canvas.oval(x + dx * size, y - h * 0.34, h * 0.44, h * 0.44, "#23262B")
        canvas.oval(x + dx * size, y - h * 0.34, h * 0.23, h * 0.23, "#A9B0B6")
        canvas.oval(x + dx * size, y - h * 0.34, h * 0.09, h * 0.09, "#5C646B")


def bicycle(canvas: Canvas, x: float, y: float, size: float, colour: str, *, is_fallen: bool = False) -> None:
    """A shared bicycle, `size` long, its wheels' feet on y; or lying on its side."""
    flat = 0.42 if is_fallen else 1.0
    r = size * 0.22
    canvas.shadow(x, y, size * 0.55, size * 0.06)

    def at(u: float, v: float) -> tuple[float, float]:
        return x + (u + (0.5 * v if is_fallen else 0)) * size, y - v * size * flat

    for u in (-0.29, 0.29):
        wheel = at(u, 0.22)
        canvas.ring(*wheel, r, r * flat, "#24272C", 6)
        canvas.ring(*wheel, r * 0.82, r * 0.82 * flat, "#A7ADB2", 1.6)
        for turn in (0.0, 1.05, 2.1):
            dx, dy = r * 0.8 * math.cos(turn), r * 0.8 * flat * math.sin(turn)
            canvas.line([(wheel[0] - dx, wheel[1] - dy), (wheel[0] + dx, wheel[1] + dy)], "#A7ADB2", 1.4, 0.8)
    hub, seat, head, front, back = (
        at(-0.02, 0.2),
        at(-0.11, 0.56),
        at(0.2, 0.56),
        at(0.29, 0.22),
        at(-0.29, 0.22),
    )
    for begin, end in ((back, hub), (hub, seat), (seat, back), (hub, head), (seat, head), (head, front)):
        canvas.line([begin, end], colour, 7)
    canvas.line([head, at(0.17, 0.72), at(0.08, 0.73)], "#3A3E44", 6)
    canvas.line([at(-0.19, 0.6), at(-0.04, 0.6)], "#2A2D33", 12)
    canvas.polygon([at(0.2, 0.66), at(0.36, 0.66), at(0.33, 0.48), at(0.22, 0.48)], tone(colour, 0.8))


def barrier(canvas: Canvas, x: float, y: float, width: float) -> None:
    """A red and white barrier from x on, its feet on y."""
    for dx in (0.08, 0.92):
        canvas.rect(x + width * dx - 6, y - 96, 12, 96, "#8B9097")
        canvas.rect(x + width * dx - 26, y - 8, 52, 8, "#5C646B", radius=3)
    for n in range(8):
        colour = "#C9402F" if n % 2 else "#F6F4EE"
        left = x + width * n / 8
        canvas.polygon(
            [(left + 12, y - 92), (left + width / 8 + 12, y - 92), (left + width / 8 - 8, y - 50), (left - 8, y - 50)], colour
        )  # fmt: skip
