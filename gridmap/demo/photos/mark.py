"""The mark 示例 on every picture, written in strokes: no font needs to be there."""

from __future__ import annotations

from gridmap.demo.photos.brushes import HEIGHT, WIDTH, Canvas, Point
from gridmap.demo.photos.light import LIGHTS

_SHI: tuple[tuple[Point, ...], ...] = (
    ((0.22, 0.14), (0.78, 0.14)),
    ((0.06, 0.38), (0.94, 0.38)),
    ((0.50, 0.38), (0.50, 0.90), (0.36, 0.84)),
    ((0.26, 0.54), (0.10, 0.80)),
    ((0.74, 0.54), (0.92, 0.80)),
)
_LI: tuple[tuple[Point, ...], ...] = (
    ((0.24, 0.06), (0.04, 0.46)),
    ((0.16, 0.32), (0.16, 0.94)),
    ((0.30, 0.16), (0.66, 0.16)),
    ((0.46, 0.16), (0.30, 0.52)),
    ((0.40, 0.36), (0.62, 0.36), (0.54, 0.66), (0.32, 0.92)),
    ((0.40, 0.50), (0.50, 0.62)),
    ((0.74, 0.16), (0.74, 0.68)),
    ((0.94, 0.06), (0.94, 0.92), (0.82, 0.86)),
)
"""Strokes on a square of one, y downward."""

_SIDE, _GAP, _PAD = 34.0, 8.0, 14.0


def draw_mark(canvas: Canvas) -> None:
    """Write it into the lower right corner, in any light white on dark."""
    kept, canvas.light = canvas.light, LIGHTS["noon"]
    width, height = 2 * _SIDE + _GAP + 2 * _PAD, _SIDE + 1.3 * _PAD
    left, top = WIDTH - width - 22, HEIGHT - height - 20
    canvas.rect(left, top, width, height, "#101828", radius=9, alpha=0.62)
    for n, sign in enumerate((_SHI, _LI)):
        x, y = left + _PAD + n * (_SIDE + _GAP), top + 0.65 * _PAD
        for stroke in sign:
            canvas.line([(x + u * _SIDE, y + v * _SIDE) for u, v in stroke], "#FFFFFF", 3.2)
    canvas.light = kept
