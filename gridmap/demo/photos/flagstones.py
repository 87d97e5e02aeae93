"""The tactile strip of a pavement with slabs missing and a kerb broken; afterwards it is whole."""

from __future__ import annotations

from gridmap.demo.photos import backdrops, props
from gridmap.demo.photos.backdrops import Chance
from gridmap.demo.photos.brushes import Canvas
from gridmap.demo.photos.light import tone

_YELLOW = "#E0B43C"


def draw(canvas: Canvas, rng: Chance, *, is_done: bool) -> None:
    """The strip runs from the front toward the back."""
    ground = backdrops.street(canvas, rng, 360)
    lean = float(rng.uniform(-120, 120))
    missing = set() if is_done else {int(n) for n in rng.choice(range(3, 7), 2, replace=False)}
    depth = [ground + (800 - ground) * (n / 7) ** 1.7 for n in range(8)]
    for n in range(7):
        far, near = depth[n], depth[n + 1]
        for side in (0, 1):
            corners = [
                (_edge(lean, ground, far, side), far),
                (_edge(lean, ground, far, side + 1), far),
                (_edge(lean, ground, near, side + 1), near),
                (_edge(lean, ground, near, side), near),
            ]
            _slab(canvas, corners, is_missing=n in missing and (side == n % 2 or n == max(missing)))
    if missing:
        for _ in range(12):
            x, y = 600 + lean + float(rng.normal(120, 170)), float(rng.uniform(560, 770))
            size = float(rng.uniform(8, 26))
            canvas.polygon(
                [
                    (x, y),
                    (x + size, y - size * 0.4),
                    (x + size * 1.3, y + size * 0.3),
                    (x + size * 0.3, y + size * 0.5),
                ],
                tone(_YELLOW, 0.8),
            )
        props.cone(canvas, 330 + lean, 690, 170)


def _edge(lean: float, ground: float, y: float, side: int) -> float:
    share = (y - ground) / (800 - ground)
    half = 34 + 170 * share
    return 600 + lean * (0.4 + 0.6 * share) + (side - 1) * half


def _slab(canvas: Canvas, corners: list[tuple[float, float]], *, is_missing: bool) -> None:
    if is_missing:
        canvas.polygon(corners, "#6B5B49")
        (ax, ay), (bx, _), (cx, cy), (dx, _) = corners
        canvas.polygon(
            [(ax, ay), (bx, ay), (cx - 8, ay + (cy - ay) * 0.3), (dx + 8, ay + (cy - ay) * 0.3)], "#46392C"
        )
        return
    canvas.polygon(corners, _YELLOW)
    canvas.line([*corners, corners[0]], tone(_YELLOW, 0.72), 3)
    (ax, ay), (bx, _), (cx, cy), (dx, _) = corners
    for share in (0.22, 0.42, 0.62, 0.82):
        top, low = (
            (ax + (bx - ax) * share, ay + (cy - ay) * 0.14),
            (dx + (cx - dx) * share, ay + (cy - ay) * 0.86),
        )
        canvas.line([top, low], tone(_YELLOW, 1.35), 2 + 7 * (cy - 360) / 440)
