"""Campuses: schools around a court, hospitals, stations, malls and offices of government, each after a pattern."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import shapely
from shapely import Polygon

Box = tuple[float, float, float, float]
"""Middle x and y, width, depth; metres from the campus' middle, north up."""


class Part(NamedTuple):
    """A building of a pattern."""

    box: Box
    floors: int
    name: str


class Wing(NamedTuple):
    """A building of a campus as it stands."""

    shape: Polygon
    floors: int
    name: str


class Pattern(NamedTuple):
    """The buildings of a campus, and its playing fields."""

    parts: tuple[Part, ...]
    pitches: tuple[Box, ...] = ()


CAMPUSES = {
    "school": Pattern(
        (
            Part((-12, 52, 74, 15), 5, "教学楼"),
            Part((-41.5, 23, 15, 38), 4, "实验楼"),
            Part((17.5, 23, 15, 38), 4, "图书楼"),
            Part((50, 40, 30, 40), 2, "体育馆"),
            Part((50, 4, 30, 24), 3, "食堂"),
        ),
        ((-6, -42, 108, 62),),
    ),
    "hospital": Pattern(
        (
            Part((0, -42, 92, 26), 5, "门诊楼"),
            Part((-34, -4, 18, 42), 6, "医技楼"),
            Part((34, -4, 18, 42), 6, "急诊楼"),
            Part((0, 40, 84, 22), 16, "住院楼"),
            Part((-66, 34, 20, 46), 4, "行政楼"),
        )
    ),
    "station": Pattern(
        (
            Part((0, 8, 130, 34), 2, "站房"),
            Part((0, 46, 150, 10), 1, "一站台"),
            Part((0, 64, 150, 10), 1, "二站台"),
            Part((-52, -34, 26, 18), 4, "售票楼"),
            Part((52, -34, 26, 18), 4, "行包房"),
        )
    ),
    "mall": Pattern(
        (
            Part((-22, 0, 66, 84), 5, "A座"),
            Part((44, 18, 52, 48), 4, "B座"),
            Part((44, -27, 30, 28), 22, "写字楼"),
        )
    ),
    "government": Pattern(
        (
            Part((0, 26, 78, 18), 9, "主楼"),
            Part((-54, 4, 16, 52), 5, "西楼"),
            Part((54, 4, 16, 52), 5, "东楼"),
            Part((-24, -46, 10, 6), 1, "西门房"),
            Part((24, -46, 10, 6), 1, "东门房"),
        )
    ),
}
"""By use; the sizes are those of a roomy one, smaller grounds get all of it smaller."""

_SCALES = (1.15, 1.0, 0.88, 0.76, 0.66, 0.56)
_SHIFTS = ((0.0, 0.0), (20.0, 0.0), (-20.0, 0.0), (0.0, 20.0), (0.0, -20.0))


def campus(use: str, ground: Polygon) -> tuple[list[Wing], list[Polygon]]:
    """The buildings and playing fields of a use on level ground: as large as fits whole, else what fits."""
    pattern = CAMPUSES[use]
    around = ground.buffer(0.01)
    shapely.prepare(around)
    middle = ground.centroid
    best: tuple[list[Wing], list[Polygon]] = ([], [])
    wanted = len(pattern.parts) + len(pattern.pitches)
    for scale in _SCALES:
        for shift_x, shift_y in _SHIFTS:
            at = (middle.x + shift_x, middle.y + shift_y)
            wings = [
                Wing(shape, part.floors, part.name)
                for part, shape in zip(
                    pattern.parts, _placed([p.box for p in pattern.parts], at, scale), strict=True
                )
                if around.contains(shape)
            ]
            pitches = [shape for shape in _placed(pattern.pitches, at, scale) if around.contains(shape)]
            if len(wings) + len(pitches) == wanted:
                return wings, pitches
            if len(wings) > len(best[0]):
                best = (wings, pitches)
    return best


def _placed(boxes: Sequence[Box], at: tuple[float, float], scale: float) -> list[Polygon]:
    return [
        shapely.box(
            at[0] + scale * (x - width / 2),
            at[1] + scale * (y - depth / 2),
            at[0] + scale * (x + width / 2),
            at[1] + scale * (y + depth / 2),
        )
        for x, y, width, depth in boxes
    ]
