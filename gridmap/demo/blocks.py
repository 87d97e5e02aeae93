"""From roads to blocks: what the lines enclose, and which blocks share a border."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import dist

import numpy as np
import shapely
from shapely import LineString, Point, Polygon, STRtree

from gridmap.demo import roads
from gridmap.demo.ground import Ground
from gridmap.demo.plan import Plan
from gridmap.demo.plane import SNAP_M
from gridmap.demo.roads import MAIN, MINOR, NORTH_BANK, SOUTH_BANK, MainRoads, Road

Borders = dict[int, dict[int, float]]
"""For each block the blocks it shares a border with, and the border's length in metres."""

_FARTHEST = 1.6
"""Farther out blocks are no larger (see `remoteness`)."""

_BLOCKS_OF_A_QUARTER = 9.0
"""A quarter larger than so many blocks is divided by further main roads first."""


@dataclass(frozen=True)
class Blocks:
    """The ground inside the district, divided: no gaps, no overlaps, borders that meet have the same vertices.

    `shapes` in metres; for each block `quarter` is the number of the part between main roads it lies
    in, `is_park` says whether that part is kept green, `is_north` on which bank it lies, `far` how far out
    (see `remoteness`), `aim_m2` the size usual there. `roads` are the main and the minor roads, those drawn here without names yet.
    """

    shapes: list[Polygon]
    quarter: list[int]
    is_park: list[bool]
    is_north: list[bool]
    far: list[float]
    aim_m2: list[float]
    borders: Borders
    roads: list[Road]


def remoteness(plan: Plan, x_m: float, y_m: float) -> float:
    """0 in the middle of a town, 1 where it becomes countryside, more farther out."""
    return min(float(np.hypot(x_m - at.x_m, 1.3 * (y_m - at.y_m))) / reach for at, reach in plan.centres)


def aim_m2(plan: Plan, far: float) -> float:
    """The size of a block that is usual so far out, square metres."""
    smallest, largest = plan.block_m2
    return smallest + min(far, _FARTHEST) ** 1.3 * (largest - smallest)


def draw_blocks(rng: np.random.Generator, ground: Ground, main: MainRoads, plan: Plan) -> Blocks:
    """Blocks between all roads; a quarter with one of the plan's large parks in it stays whole."""
    quarters = [q for q in enclosed(main.dividers) if ground.is_between_edges(*_inner_point(q))]
    further = _cuts(rng, ground, quarters, plan, _BLOCKS_OF_A_QUARTER)
    quarters = _divided(ground, main, further, quarters)
    quarters = _in_one_piece([q for q in quarters if not _is_dropped(plan, q)])
    inside = [
        Road("", MAIN, cut)
        for cut, is_in in zip(further, _are_among(further, quarters), strict=True)
        if is_in
    ]
    main = replace(main, roads=[*main.roads, *inside])
    cuts = _cuts(rng, ground, quarters, plan)
    parts = _with_riverside(ground, _divided(ground, main, cuts, quarters))
    dry = [q for q in quarters if not ground.is_riverside(*_inner_point(q))]
    quarter = _holders([dry_part for dry_part, *_ in parts], dry)
    shapes = [joined(of_one_block) for of_one_block in parts]
    parks = [_has_park(plan, q) for q in dry]
    north = [ground.is_north(*_inner_point(q)) for q in dry]
    return Blocks(
        shapes,
        quarter,
        [parks[q] for q in quarter],
        [north[q] for q in quarter],
        (far := [_far(plan, shape) for shape in shapes]),
        [aim_m2(plan, value) for value in far],
        borders_of(shapes),
        [*main.roads, *(Road("", MINOR, cut) for cut in cuts)],
    )


def _cuts(
    rng: np.random.Generator, ground: Ground, quarters: Sequence[Polygon], plan: Plan, times: float = 1.0
) -> list[LineString]:
    """Roads through the dry quarters, into parts of about `times` the usual block."""
    return [
        cut
        for q in quarters
        if not ground.is_riverside(*_inner_point(q)) and not _has_park(plan, q)
        for cut in roads.cut_up(rng, q, times * aim_m2(plan, _far(plan, q)))
    ]


def _far(plan: Plan, shape: Polygon) -> float:
    return remoteness(plan, shape.centroid.x, shape.centroid.y)


def _has_park(plan: Plan, quarter: Polygon) -> bool:
    return any(quarter.contains(Point(park)) for park in plan.large_parks.values())


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


def _are_among(lines: Sequence[LineString], quarters: Sequence[Polygon]) -> list[bool]:
    """Whether each line runs along one of the quarters for most of its way."""
    tree = STRtree([quarter.exterior for quarter in quarters])
    middles = [line.interpolate(0.5, normalized=True) for line in lines]
    near, _ = tree.query(middles, predicate="dwithin", distance=1.0) if middles else ([], [])
    found = set(near)
    return [n in found for n in range(len(lines))]


def _is_dropped(plan: Plan, quarter: Polygon) -> bool:
    """Whether a quarter lies outside: a district is no rectangle."""
    if plan.is_rounded:
        return _reach(plan, quarter.centroid) > 1
    return any(quarter.distance(Point(corner)) < 400 for corner in plan.corners)


def _reach(plan: Plan, at: Point) -> float:
    """How far out a place lies: more than 1 beyond a rounded border with some bays."""
    west, south, east, north = plan.extent
    x, y = (2 * at.x - west - east) / (east - west), (2 * at.y - south - north) / (north - south)
    angle = np.arctan2(y, x)
    bays = 0.07 * np.sin(3 * angle + 1) + 0.05 * np.sin(5 * angle + 2) + 0.03 * np.sin(11 * angle)
    return float((x**4 + y**4) ** 0.25 + bays + 0.04)


def _in_one_piece(quarters: list[Polygon]) -> list[Polygon]:
    """The largest part that hangs together."""
    borders, part = borders_of(quarters), dict[int, int]()
    for first in range(len(quarters)):
        waiting = [first] if first not in part else []
        while waiting:
            n = waiting.pop()
            part[n] = first
            waiting += [other for other in borders[n] if other not in part]
    largest = Counter(part.values()).most_common(1)[0][0]
    return [quarter for n, quarter in enumerate(quarters) if part[n] == largest]


def enclosed(lines: Sequence[LineString]) -> list[Polygon]:
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
    found = enclosed([*outlines, *cuts, *(roads.seams(cuts, banks, middle) if cuts else [])])
    return [shape for shape, holder in zip(found, _holders(found, quarters), strict=True) if holder >= 0]


def _with_riverside(ground: Ground, shapes: Sequence[Polygon]) -> list[list[Polygon]]:
    """For each block on dry ground its parts: itself, then its riverside down to the river's middle."""
    borders = borders_of(shapes)
    is_north = [ground.is_north(*_inner_point(shape)) for shape in shapes]
    wet = [n for n, shape in enumerate(shapes) if ground.is_riverside(*_inner_point(shape))]
    owner = {n: n for n in set(range(len(shapes))) - set(wet)}
    parts = {n: [shapes[n]] for n in sorted(owner)}
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
