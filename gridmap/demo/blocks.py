"""From roads to blocks: what the lines enclose, and which blocks share a border."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree

from gridmap.demo import roads
from gridmap.demo.ground import Ground
from gridmap.demo.plane import HEIGHT_M, SNAP_M, WIDTH_M
from gridmap.demo.roads import MINOR, MainRoads, Road

Borders = dict[int, dict[int, float]]
"""For each block the blocks it shares a border with, and the border's length in metres."""

CENTRE_M = (3950.0, 2700.0)
"""Where the town is densest, metres of the drawing."""

_DROPPED_CORNERS_M = ((0.0, HEIGHT_M), (WIDTH_M, 0.0), (0.0, 0.0))
"""The quarters at these corners lie outside: a district is no rectangle."""

_SMALLEST_BLOCK_M2, _LARGEST_BLOCK_M2 = 48_000.0, 150_000.0


@dataclass(frozen=True)
class Blocks:
    """The ground inside the district, divided: no gaps, no overlaps, borders that meet have the same vertices.

    `shapes` in metres; `quarter` names for each block the part between main roads it lies in, `is_park`
    whether that part is kept green; `roads` are the main and the minor roads.
    """

    shapes: list[Polygon]
    quarter: list[int]
    is_park: list[bool]
    borders: Borders
    roads: list[Road]


def remoteness(x_m: float, y_m: float) -> float:
    """0 in the middle of the town, about 1 at its edge."""
    return min(1.0, float(np.hypot(x_m - CENTRE_M[0], 1.3 * (y_m - CENTRE_M[1]))) / 3400)


def draw_blocks(
    rng: np.random.Generator, ground: Ground, main: MainRoads, parks_m: Sequence[tuple[float, float]]
) -> Blocks:
    """Blocks between all roads; a quarter with one of `parks_m` (places, metres) in it stays whole."""
    quarters = _enclosed(main.dividers)
    quarters = [q for q in quarters if not any(q.distance(Point(c)) < 400 for c in _DROPPED_CORNERS_M)]
    dry = [q for q in quarters if not ground.is_riverside(*_inner_point(q))]
    is_park = [any(q.contains(Point(park)) for park in parks_m) for q in dry]
    cuts = [
        cut for q, park in zip(dry, is_park, strict=True) if not park for cut in roads.cut_up(rng, q, _aim_m2(q))
    ]
    shapes = _divided(ground, main, cuts)
    inside = shapely.union_all(quarters).buffer(-1)
    shapes = [s for s in shapes if inside.contains(Point(_inner_point(s)))]
    shapes = _with_riverside(ground, shapes)
    quarter = _holders(shapes, dry)
    return Blocks(
        shapes,
        quarter,
        [is_park[q] for q in quarter],
        borders_of(shapes),
        [*main.roads, *(Road("", MINOR, cut) for cut in cuts)],
    )


def _aim_m2(quarter: Polygon) -> float:
    far = remoteness(quarter.centroid.x, quarter.centroid.y)
    return _SMALLEST_BLOCK_M2 + far**1.3 * (_LARGEST_BLOCK_M2 - _SMALLEST_BLOCK_M2)
