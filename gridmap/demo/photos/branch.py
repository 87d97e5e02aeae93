"""A street tree with a broken branch; afterwards it is cut and propped up."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import GREENS, Chance, pick
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

_BARK = "#7A5C43"


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The tree in its pit beside the pavement."""
    ground = backdrops.street(canvas, rng, 470)
    x, green = float(rng.uniform(420, 600)), pick(rng, GREENS)
    canvas.polygon(
        [(x - 120, ground + 70), (x + 120, ground + 70), (x + 150, ground + 130), (x - 150, ground + 130)],
        "#6B5339",
    )
    canvas.line(
        [
            (x - 120, ground + 70),
            (x + 120, ground + 70),
            (x + 150, ground + 130),
            (x - 150, ground + 130),
            (x - 120, ground + 70),
        ],
        "#D2CBBE",
        9,
    )
    canvas.polygon([(x - 42, ground + 102), (x + 42, ground + 102), (x + 24, 220), (x - 24, 220)], _BARK)
    canvas.polygon(
        [(x + 8, ground + 102), (x + 42, ground + 102), (x + 24, 220), (x + 6, 220)], tone(_BARK, 0.8)
    )
    _crown(canvas, x, 170, 1.0, green)
    if is_done:
        for side in (-1, 1):
            canvas.line([(x + side * 150, ground + 120), (x + side * 14, ground - 110)], "#C79A63", 15)
        canvas.rect(x - 40, ground - 120, 80, 18, "#3D6B4F", radius=6)
        canvas.oval(x + 34, 280, 15, 20, "#D9B98A")
        return
    canvas.line([(x + 14, 270), (x + 150, 330), (x + 290, ground + 60)], _BARK, 26)
    canvas.polygon([(x + 8, 246), (x + 40, 262), (x + 30, 300), (x + 6, 290)], "#E2C79A")
    _crown(canvas, x + 400, ground + 80, 0.62, tone(green, 0.94))
    for dx, dy in ((240, 150), (420, 170), (560, 130)):
        canvas.line([(x + 290, ground + 60), (x + dx, ground + dy)], _BARK, 9)
    for _ in range(40):
        at, y = x + float(rng.uniform(60, 640)), ground + float(rng.uniform(90, 260))
        canvas.oval(at, y, 11, 5, tone(green, float(rng.uniform(0.8, 1.2))))
    props.cone(canvas, x + 130, ground + 250, 150)


def _crown(canvas: Canvas, x: float, y: float, scale: float, green: str) -> None:
    blobs = ((-190, 30, 150), (190, 36, 150), (-80, -60, 170), (100, -64, 165), (0, 50, 180))
    for dx, dy, r in blobs:
        canvas.oval(x + dx * scale, y + dy * scale, r * scale, r * 0.82 * scale, tone(green, 0.84))
    for dx, dy, r in blobs:
        canvas.oval(x + (dx - 22) * scale, y + (dy - 28) * scale, r * 0.76 * scale, r * 0.58 * scale, green)
    for dx, dy in ((-150, -50), (30, -120), (150, -40)):
        canvas.oval(x + dx * scale, y + dy * scale, 62 * scale, 40 * scale, tone(green, 1.16))
