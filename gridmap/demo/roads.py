"""The roads of the demo: main roads bent by the river and the edges, minor roads that cut what lies between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import split

from gridmap.demo.ground import BANK_M, Curve, Ground, across, along, wave
from gridmap.demo.plane import SNAP_M, WIDTH_M

MAIN, MINOR = "main", "minor"

WEST_EAST = {
    "建设路": 0.76,
    "和平路": 0.50,
    "湖滨路": 0.25,
    "文昌路": -0.38,
    "迎春路": -0.70,
}
"""Share of the way from the bank to the north (+) or south (−) edge; see `Ground.between`."""

NORTH_BANK, SOUTH_BANK = "滨河北路", "滨河南路"

SOUTH_NORTH = {
    "青松街": 900.0,
    "学府街": 1830.0,
    "观澜街": 2660.0,
    "东门街": 3420.0,
    "白石街": 4130.0,
    "翠园街": 5010.0,
    "望江街": 6050.0,
}
"""Metres from the west edge."""

BRIDGES = ("学府街", "东门街", "白石街", "望江街")
"""The streets that cross the river; the others end at the roads along the banks."""

AVENUE = "迎宾大道"
_AVENUE_FROM = ("湖滨路", "白石街")
_AVENUE_TO_M = (7420.0, 4560.0)


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


def draw_main_roads(rng: np.random.Generator, ground: Ground) -> MainRoads:
    """The roads between the quarters of the town; each ends `BEYOND_M` outside its edges."""
    lines = {name: _bent(rng, across, ground.between(share), 30) for name, share in WEST_EAST.items()}
    lines |= {NORTH_BANK: across(ground.bank(BANK_M)), SOUTH_BANK: across(ground.bank(-BANK_M))}
    for name, x in SOUTH_NORTH.items():
        middle = x + rng.uniform(-60, 60)
        lines[name] = _bent(rng, along, _straight(middle), 95)
    lines[AVENUE] = _avenue(*(lines[name] for name in _AVENUE_FROM))
    riverside = shapely.union_all([lines[NORTH_BANK], lines[SOUTH_BANK]])
    roads = [
        Road(name, MAIN, part) for name, line in lines.items() for part in _unbridged(name, line, riverside)
    ]
    return MainRoads(roads, [*lines.values(), ground.middle_line(), *_edges(rng, ground)])


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
    way = np.linspace(0, 1, 40)[:, None]
    line = np.array([start.x, start.y]) * (1 - way) + np.array(_AVENUE_TO_M) * way
    line[:, 1] += 130 * np.sin(np.pi * way[:, 0])
    return LineString(line)


def _unbridged(name: str, line: LineString, riverside: shapely.Geometry) -> Iterator[LineString]:
    """The drawn parts of a main road: without a bridge, what lies between the banks is left out."""
    if name not in SOUTH_NORTH or name in BRIDGES:
        yield line
        return
    parts = sorted(split(line, riverside).geoms, key=lambda part: part.bounds[1])
    yield from (parts[0], parts[-1])


def _edges(rng: np.random.Generator, ground: Ground) -> list[LineString]:
    west, east = wave(rng, 70, 6000), wave(rng, 90, 6000)
    return [
        across(ground.north_y),
        across(ground.south_y),
        along(lambda y: 60 + west(y)),
        along(lambda y: WIDTH_M - 60 + east(y)),
    ]


def cut_up(rng: np.random.Generator, quarter: Polygon, largest_m2: float) -> list[LineString]:
    """Minor roads that divide a quarter into blocks of up to about `largest_m2`, square metres.

    Each cut goes across the longer way of what it divides, not quite in the middle, not quite
    straight; the blocks' sizes therefore vary by a factor of three or so.
    """
    if quarter.area < largest_m2 * rng.uniform(0.9, 1.7):
        return []
    line = _cut(rng, quarter)
    pieces = [piece for piece in split(quarter, line).geoms if piece.area > 1]
    if len(pieces) != 2:
        return []
    inside = max(_lines(line.intersection(quarter)), key=lambda part: part.length)
    return [inside, *(cut for piece in pieces for cut in cut_up(rng, piece, largest_m2))]


def _cut(rng: np.random.Generator, quarter: Polygon) -> LineString:
    """A slightly bent line right across a polygon's longer way, long enough to leave it on both sides."""
    corners = np.array(quarter.minimum_rotated_rectangle.exterior.coords)
    a, b = corners[1] - corners[0], corners[2] - corners[1]
    long, short = (a, b) if np.hypot(*a) >= np.hypot(*b) else (b, a)
    middle = corners[:4].mean(axis=0) + long * rng.uniform(-0.13, 0.13)
    tilt, bow = rng.normal(0, 0.035), rng.normal(0, 0.012)
    way = np.linspace(-0.7, 0.7, 9)[:, None]
    return LineString(middle + way * short + (tilt * way + bow * (1 - 4 * way**2)) * long)


def _lines(shape: shapely.Geometry) -> list[LineString]:
    return [part for part in shapely.get_parts(shape) if isinstance(part, LineString)]


def seams(cuts: Sequence[LineString], bank: shapely.Geometry, river: LineString) -> list[LineString]:
    """Lines from where minor roads meet the road along the bank straight over the river's middle.

    No roads: they give every block at the bank its own stretch of the riverside.
    """
    ends = [Point(point) for cut in cuts for point in (cut.coords[0], cut.coords[-1])]
    at_bank = [end for end in ends if end.distance(bank) < 2 * SNAP_M]
    over = [river.interpolate(river.project(end)) for end in at_bank]
    return [
        LineString([end, (to.x + (to.x - end.x) / 100, to.y + (to.y - end.y) / 100)])
        for end, to in zip(at_bank, over, strict=True)
    ]
