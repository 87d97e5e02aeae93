"""Buildings inside the blocks: rows that face the sun, set back from the roads, clear of the water."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon, affinity

from gridmap.demo.uses import MANNERS, Manner

SETBACK_M = 14.0
"""From a block's border, which is the middle of a minor road or the edge of a main road's `kept_free`."""


class Footprint(NamedTuple):
    """A building's outline on the drawing (metres), the number of its block, its floors and homes."""

    shape: Polygon
    block: int
    floors: int
    households: int


def draw_footprints(
    rng: np.random.Generator, shapes: Sequence[Polygon], uses: Sequence[str], kept_free: shapely.Geometry
) -> list[Footprint]:
    """The buildings of all blocks (`shapes` in metres); nothing is built on `kept_free`."""
    shapely.prepare(kept_free)
    found: list[Footprint] = []
    for n, (shape, use) in enumerate(zip(shapes, uses, strict=True)):
        if use in MANNERS:
            ground = shape.buffer(-SETBACK_M, join_style="mitre")
            ground = ground.difference(kept_free) if ground.intersects(kept_free) else ground
            for outline in _rows(rng, ground, MANNERS[use]):
                found.append(Footprint(outline, n, *_inside(rng, outline, MANNERS[use])))
    return found


def _inside(rng: np.random.Generator, outline: Polygon, manner: Manner) -> tuple[int, int]:
    """Floors and homes of a building."""
    floors = int(rng.integers(manner.floors[0], manner.floors[1] + 1))
    per_floor = outline.area / 100 * manner.homes_per_100_m2
    return floors, floors * round(per_floor) if per_floor else 0


def _rows(rng: np.random.Generator, ground: shapely.Geometry, manner: Manner) -> Iterator[Polygon]:
    """Rectangles in rows along that side of the ground which runs most nearly west–east."""
    if ground.is_empty:
        return
    turn = _turn(ground)
    level = affinity.rotate(ground, -turn, origin=(0, 0), use_radians=True)
    shapely.prepare(level)
    west, low, east, high = level.bounds
    step = manner.depth_m + manner.behind_m
    spare = (high - low + manner.behind_m) % step
    for y in np.arange(low + spare / 2, high - manner.depth_m, step):
        for start, end in _spans(level, west, east, float(y), manner.depth_m):
            for box in _filled(rng, start, end, float(y), manner):
                if rng.random() < manner.keep and level.buffer(0.01).contains(box):
                    yield affinity.rotate(box, turn, origin=(0, 0), use_radians=True)


def _turn(ground: shapely.Geometry) -> float:
    """The angle, radians, of the side of the ground's smallest rectangle that is nearest to west–east."""
    corners = np.array(ground.minimum_rotated_rectangle.exterior.coords)
    side = corners[1] - corners[0]
    angle = float(np.arctan2(side[1], side[0]))
    return (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4


def _spans(
    level: shapely.Geometry, west: float, east: float, y: float, depth_m: float
) -> Iterator[tuple[float, float]]:
    """From–to of the stretches where the ground is free over the whole depth of a row."""
    missing = shapely.get_parts(shapely.box(west, y, east, y + depth_m).difference(level))
    start = west
    for low, high in sorted((part.bounds[0], part.bounds[2]) for part in missing if not part.is_empty):
        if low > start:
            yield start, low
        start = max(start, high)
    if east > start:
        yield start, east


def _filled(
    rng: np.random.Generator, start: float, end: float, y: float, manner: Manner
) -> Iterator[Polygon]:
    """Buildings of one length, as many as fit, spread evenly so that the row ends where the stretch does."""
    shortest, longest = manner.length_m
    wished = rng.uniform(shortest, longest)
    number = int((end - start + manner.apart_m) // (wished + manner.apart_m))
    if number == 0:
        return
    length = min(longest, (end - start - (number - 1) * manner.apart_m) / number)
    step = (end - start - length) / (number - 1) if number > 1 else 0.0
    for n in range(number):
        yield shapely.box(start + n * step, y, start + n * step + length, y + manner.depth_m)
