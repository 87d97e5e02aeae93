"""The roads of the demo: main roads bent by the river and the edges, minor roads that cut what lies between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import split

from gridmap.demo.ground import BANK_M, Curve, Ground, wave
from gridmap.demo.plan import Plan
from gridmap.demo.plane import SNAP_M

MAIN, MINOR, LANE = "main", "minor", "lane"

NORTH_BANK, SOUTH_BANK = "滨河北路", "滨河南路"

AVENUE = "迎宾大道"
_AVENUE_FROM = ("湖滨路", "白石街")
_AVENUE_TO_M = (9900.0, 5860.0)


@dataclass(frozen=True)
class Road:
    """A named road as people know it; `line` is its middle, in metres of the drawing."""

    name: str
    kind: str
    line: LineString


@dataclass(frozen=True)
class MainRoads:
    """The main roads, and all the lines that divide the ground at first: roads, edges, the river's middle."""

    roads: list[Road]
    dividers: list[LineString]


def draw_main_roads(rng: np.random.Generator, ground: Ground, plan: Plan) -> MainRoads:
    """The roads between the quarters of the town; each ends `BEYOND_M` outside its edges."""
    lines = {
        name: _bent(rng, ground.across, ground.between(share), 30) for name, share in plan.west_east.items()
    }
    lines |= {NORTH_BANK: ground.across(ground.bank(BANK_M)), SOUTH_BANK: ground.across(ground.bank(-BANK_M))}
    for name, x in plan.south_north.items():
        middle = x + rng.uniform(-60, 60)
        lines[name] = _bent(rng, ground.along, _straight(middle), 95)
    if all(name in lines for name in _AVENUE_FROM):
        lines[AVENUE] = _avenue(*(lines[name] for name in _AVENUE_FROM))
    riverside = shapely.union_all([lines[NORTH_BANK], lines[SOUTH_BANK]])
    bridgeless = set(plan.south_north) - set(plan.bridges)
    roads = [
        Road(name, MAIN, part)
        for name, line in lines.items()
        for part in (_unbridged(line, riverside) if name in bridgeless else [line])
    ]
    return MainRoads(roads, [*lines.values(), ground.middle_line(), *ground.edges()])


def _bent(
    rng: np.random.Generator, drawn: Callable[[Curve], LineString], curve: Curve, height_m: float
) -> LineString:
    bend = wave(rng, height_m, 5200)
    return drawn(lambda s: curve(s) + bend(s))


def _straight(at_m: float) -> Curve:
    return lambda s: np.full_like(s, at_m)


def _avenue(road: LineString, street: LineString) -> LineString:
    """The one slanting road, from a crossing in the middle of the town outwards to the north-east."""
    start = road.intersection(street)
    way = np.linspace(0, 1, 70)[:, None]
    line = np.array([start.x, start.y]) * (1 - way) + np.array(_AVENUE_TO_M) * way
    line[:, 1] += 130 * np.sin(np.pi * way[:, 0])
    return LineString(line)


def _unbridged(line: LineString, riverside: shapely.Geometry) -> Iterator[LineString]:
    """The drawn parts of a main road without a bridge: what lies between the banks is left out."""
    parts = sorted(split(line, riverside).geoms, key=lambda part: part.bounds[1])
    yield from (parts[0], parts[-1])


def cut_up(rng: np.random.Generator, quarter: Polygon, largest_m2: float) -> list[LineString]:
    """The roads that `divide` a quarter."""
    return divide(rng, quarter, largest_m2)[1]


def divide(
    rng: np.random.Generator, quarter: Polygon, largest_m2: float
) -> tuple[list[Polygon], list[LineString]]:
    """A quarter in parts of up to about `largest_m2`, square metres, and the roads between them.

    Each cut goes across the longer way of what it divides, not quite in the middle, not quite
    straight; the parts' sizes therefore vary by a factor of three or so.
    """
    if quarter.area < largest_m2 * rng.uniform(0.9, 1.7):
        return [quarter], []
    line = _cut(rng, quarter)
    halves = [half for half in split(quarter, line).geoms if half.area > 1]
    if len(halves) != 2:
        return [quarter], []
    inside = max(lines_of(line.intersection(quarter)), key=lambda part: part.length)
    (some, cuts), (others, further) = (divide(rng, half, largest_m2) for half in halves)
    return [*some, *others], [inside, *cuts, *further]


def _cut(rng: np.random.Generator, quarter: Polygon) -> LineString:
    """A slightly bent line right across a polygon's longer way, long enough to leave it on both sides."""
    corners = np.array(quarter.minimum_rotated_rectangle.exterior.coords)
    a, b = corners[1] - corners[0], corners[2] - corners[1]
    long, short = (a, b) if np.hypot(*a) >= np.hypot(*b) else (b, a)
    middle = corners[:4].mean(axis=0) + long * rng.uniform(-0.13, 0.13)
    tilt, bow = rng.normal(0, 0.035), rng.normal(0, 0.012)
    way = np.linspace(-0.7, 0.7, 9)[:, None]
    return LineString(middle + way * short + (tilt * way + bow * (1 - 4 * way**2)) * long)


def lines_of(shape: shapely.Geometry) -> list[LineString]:
    """The lines a geometry is made of; points and surfaces are passed over."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, LineString)]


def seams(cuts: Sequence[LineString], bank: shapely.Geometry, river: LineString) -> list[LineString]:
    """Lines from where roads meet the road along the bank straight over the river's middle.

    No roads: they give every block at the bank its own stretch of the riverside.
    """
    ends = shapely.points([point for cut in cuts for point in (cut.coords[0], cut.coords[-1])])
    shapely.prepare(bank)
    at_bank = ends[shapely.dwithin(ends, bank, 2 * SNAP_M)]
    over: list[Point] = list(shapely.line_interpolate_point(river, shapely.line_locate_point(river, at_bank)))
    return [
        LineString([end, (to.x + (to.x - end.x) / 100, to.y + (to.y - end.y) / 100)])
        for end, to in zip(at_bank, over, strict=True)
    ]
