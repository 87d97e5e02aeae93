"""From roads to blocks: what the lines enclose, and which blocks share a border."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import dist

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree

from gridmap.demo import roads
from gridmap.demo.ground import Ground
from gridmap.demo.plane import HEIGHT_M, SNAP_M, WIDTH_M
from gridmap.demo.roads import MINOR, NORTH_BANK, SOUTH_BANK, MainRoads, Road

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

    `shapes` in metres; for each block `quarter` is the number of the part between main roads it lies
    in, `is_park` says whether that part is kept green, `is_north` on which bank it lies. `roads` are
    the main and the minor roads, the minor ones without names yet. `aim_m2` is the size usual there.
    """

    shapes: list[Polygon]
    quarter: list[int]
    is_park: list[bool]
    is_north: list[bool]
    aim_m2: list[float]
    borders: Borders
    roads: list[Road]


def remoteness(x_m: float, y_m: float) -> float:
    """0 in the middle of the town, about 1 at its edge."""
    return min(1.0, float(np.hypot(x_m - CENTRE_M[0], 1.3 * (y_m - CENTRE_M[1]))) / 3400)


def draw_blocks(
    rng: np.random.Generator, ground: Ground, main: MainRoads, parks_m: Sequence[tuple[float, float]]
) -> Blocks:
    """Blocks between all roads; a quarter with one of `parks_m` (places, metres) in it stays whole."""
    quarters = [q for q in _enclosed(main.dividers) if not _is_dropped(q)]
    dry = [q for q in quarters if not ground.is_riverside(*_inner_point(q))]
    is_park = [any(q.contains(Point(park)) for park in parks_m) for q in dry]
    cuts = [
        cut
        for q, park in zip(dry, is_park, strict=True)
        if not park
        for cut in roads.cut_up(rng, q, _aim_m2(q))
    ]
    parts = _with_riverside(ground, _divided(ground, main, cuts, quarters))
    quarter = _holders([dry_part for dry_part, *_ in parts], dry)
    shapes = [joined(of_one_block) for of_one_block in parts]
    return Blocks(
        shapes,
        quarter,
        [is_park[q] for q in quarter],
        [ground.is_north(*_inner_point(dry[q])) for q in quarter],
        [_aim_m2(shape) for shape in shapes],
        borders_of(shapes),
        [*main.roads, *(Road("", MINOR, cut) for cut in cuts)],
    )


def borders_of(shapes: Sequence[Polygon]) -> Borders:
    """Who shares a border with whom, found by equal vertices, not by distance."""
    owners: dict[frozenset[tuple[float, float]], list[int]] = defaultdict(list)
    for n, shape in enumerate(shapes):
        for ring in (shape.exterior, *shape.interiors):
            for a, b in pairwise(ring.coords):
                owners[frozenset((a, b))].append(n)
    borders: Borders = {n: {} for n in range(len(shapes))}
    for edge, sharing in owners.items():
        if len(sharing) == 2:
            length = dist(*edge)
            for n, other in (sharing, sharing[::-1]):
                borders[n][other] = borders[n].get(other, 0.0) + length
    return borders


def _is_dropped(quarter: Polygon) -> bool:
    return any(quarter.distance(Point(corner)) < 400 for corner in _DROPPED_CORNERS_M)


def _aim_m2(quarter: Polygon) -> float:
    far = remoteness(quarter.centroid.x, quarter.centroid.y)
    return _SMALLEST_BLOCK_M2 + float(far**1.3) * (_LARGEST_BLOCK_M2 - _SMALLEST_BLOCK_M2)


def _enclosed(lines: Sequence[LineString]) -> list[Polygon]:
    """What the lines enclose, in an order that depends on the places only."""
    noded = shapely.union_all(lines, grid_size=SNAP_M)
    found = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    return sorted(found, key=_inner_point)


def _divided(
    ground: Ground, main: MainRoads, cuts: Sequence[LineString], quarters: Sequence[Polygon]
) -> list[Polygon]:
    """All blocks of the quarters, the stretches of the riverside among them."""
    banks = shapely.union_all([road.line for road in main.roads if road.name in (NORTH_BANK, SOUTH_BANK)])
    middle = ground.middle_line()
    # The quarters' own outlines, not the lines they were made from: the cuts end exactly on these.
    outlines = [quarter.exterior for quarter in quarters]
    found = _enclosed([*outlines, *cuts, *roads.seams(cuts, banks, middle)])
    return [shape for shape, holder in zip(found, _holders(found, quarters), strict=True) if holder >= 0]


def _with_riverside(ground: Ground, shapes: Sequence[Polygon]) -> list[list[Polygon]]:
    """For each block on dry ground its parts: itself, then its riverside down to the river's middle."""
    borders = borders_of(shapes)
    is_north = [ground.is_north(*_inner_point(shape)) for shape in shapes]
    wet = [n for n, shape in enumerate(shapes) if ground.is_riverside(*_inner_point(shape))]
    owner = {n: n for n in range(len(shapes)) if n not in set(wet)}
    parts = {n: [shapes[n]] for n in owner}
    # A second round: where a street slants over the bank, a scrap of riverside may touch only riverside.
    for n in wet + wet:
        beside = {o: length for o, length in borders[n].items() if o in owner and is_north[o] == is_north[n]}
        if beside and n not in owner:
            owner[n] = owner[max(beside, key=beside.__getitem__)]
            parts[owner[n]].append(shapes[n])
    return list(parts.values())


def joined(parts: Sequence[Polygon]) -> Polygon:
    """Blocks as one shape; vertices on the outer border stay, so neighbours still meet it exactly."""
    return parts[0] if len(parts) == 1 else shapely.coverage_union_all(parts)


def _holders(shapes: Sequence[Polygon], holders: Sequence[Polygon]) -> list[int]:
    """For each shape the number of the one of `holders` it lies in; −1 for none."""
    points = shapely.points([_inner_point(shape) for shape in shapes])
    found = [-1] * len(shapes)
    for n, holder in zip(*STRtree(holders).query(points, predicate="within"), strict=True):
        found[n] = int(holder)
    return found


def _inner_point(shape: Polygon) -> tuple[float, float]:
    point = shape.representative_point()
    return point.x, point.y
