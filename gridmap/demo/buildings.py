"""Buildings on the lots: rows that face the sun, campuses after a pattern, houses of villages along their lanes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon, affinity

from gridmap.demo.campuses import CAMPUSES, campus
from gridmap.demo.lots import Lot
from gridmap.demo.plane import Numbers
from gridmap.demo.roads import LANE, Road
from gridmap.demo.uses import HOUSE, MANNERS, Manner
from gridmap.demo.villages import draw_village


class Footprint(NamedTuple):
    """A building's outline on the drawing (metres), the number of its lot, floors, homes, and its name ("": a number)."""

    shape: Polygon
    lot: int
    floors: int
    households: int
    name: str = ""


class Built(NamedTuple):
    """What is built: buildings, the lanes of villages (without names), and the pitches of schools."""

    footprints: list[Footprint]
    lanes: list[Road]
    pitches: list[Polygon]


def draw_footprints(rng: np.random.Generator, lots: Sequence[Lot]) -> Built:
    """The buildings of all lots; each stands on the ground of its lot."""
    found = Built([], [], [])
    for n, lot in enumerate(lots):
        if lot.use in CAMPUSES:
            _build_campus(rng, n, lot, found)
        elif lot.use == "village":
            houses, lanes = draw_village(rng, lot.ground)
            found.lanes.extend(Road("", LANE, lane) for lane in lanes)
            found.footprints.extend(Footprint(house, n, *_inside(rng, house, HOUSE)) for house in houses)
        elif lot.use in MANNERS:
            manner = MANNERS[lot.use]
            for outline in _rows(rng, lot.ground, manner):
                found.footprints.append(Footprint(outline, n, *_inside(rng, outline, manner)))
    return found


def _build_campus(rng: np.random.Generator, n: int, lot: Lot, found: Built) -> None:
    turn = turn_of(lot.ground)
    wings, pitches = campus(lot.use, _turned(lot.ground, -turn))
    for wing in wings:
        shape = _turned(wing.shape, turn)
        found.footprints.append(Footprint(shape, n, wing.floors, 0, wing.name))
    found.pitches.extend(_turned(pitch, turn) for pitch in pitches)


def _turned(shape: Polygon, turn: float) -> Polygon:
    return affinity.rotate(shape, turn, origin=(0, 0), use_radians=True)


def _inside(rng: np.random.Generator, outline: Polygon, manner: Manner) -> tuple[int, int]:
    """Floors and homes of a building."""
    floors = int(rng.integers(manner.floors[0], manner.floors[1] + 1))
    per_floor = outline.area / 100 * manner.homes_per_100_m2
    return floors, max(1, round(floors * per_floor)) if per_floor else 0


def _rows(rng: np.random.Generator, ground: Polygon, manner: Manner) -> list[Polygon]:
    """Rectangles in rows along that side of the ground which runs most nearly west–east."""
    turn = turn_of(ground)
    level = _turned(ground, -turn)
    west, low, east, high = level.bounds
    step = manner.depth_m + manner.behind_m
    spare = (high - low + manner.behind_m) % step
    boxes = [
        box
        for y in np.arange(low + spare / 2, high - manner.depth_m, step)
        for start, end in _spans(level, west, east, float(y), manner.depth_m)
        for box in _filled(rng, start, end, float(y), manner)
        if rng.random() < manner.keep
    ]
    if not boxes:
        return []
    shapes = shapely.box(*np.array(boxes).T)
    around = level.buffer(0.01)
    shapely.prepare(around)
    kept = shapes[shapely.contains(around, shapes)]
    return list(shapely.transform(kept, lambda points: rotated(points, turn)))


def rotated(points: Numbers, turn: float) -> Numbers:
    """Points turned around 0, 0 by so many radians."""
    cosine, sine = np.cos(turn), np.sin(turn)
    return points @ np.array([[cosine, sine], [-sine, cosine]])


def turn_of(ground: Polygon) -> float:
    """The angle, radians, of the side of the ground's smallest rectangle that is nearest to west–east."""
    corners = np.array(ground.minimum_rotated_rectangle.exterior.coords)
    side = corners[1] - corners[0]
    angle = float(np.arctan2(side[1], side[0]))
    return (angle + np.pi / 4) % (np.pi / 2) - np.pi / 4


def _spans(
    level: Polygon, west: float, east: float, y: float, depth_m: float
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
) -> Iterator[tuple[float, float, float, float]]:
    """Boxes of one length, as many as fit, spread evenly so that the row ends where the stretch does."""
    shortest, longest = manner.length_m
    wished = rng.uniform(shortest, longest)
    number = int((end - start + manner.apart_m) // (wished + manner.apart_m))
    if number == 0:
        return
    length = min(longest, (end - start - (number - 1) * manner.apart_m) / number)
    step = (end - start - length) / (number - 1) if number > 1 else 0.0
    for n in range(number):
        yield start + n * step, y, start + n * step + length, y + manner.depth_m
