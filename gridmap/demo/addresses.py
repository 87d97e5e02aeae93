"""Names of roads and addresses: roads get their names, buildings the nearest road and a door number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely import Point, STRtree

from gridmap.demo.names import RoadNames
from gridmap.demo.roads import LANE, MAIN, Road

_LANE_M = 190.0
"""A minor road up to this length is a lane (巷)."""

_DOOR_M = 11.0
"""Metres of road between one door number and the next on the same side."""


def with_names(rng: np.random.Generator, roads: Sequence[Road]) -> list[Road]:
    """The roads, those without a name given one; each name once, but main roads keep theirs on both banks."""
    names = RoadNames(rng, {road.name for road in roads})
    return [road if road.name else replace(road, name=names.next(_ending(road))) for road in roads]


def _ending(road: Road) -> str:
    if road.kind == LANE or (road.kind != MAIN and road.line.length < _LANE_M):
        return "巷"
    west, south, east, north = road.line.bounds
    return "路" if east - west > north - south else "街"


def addresses(roads: Sequence[Road], places: Sequence[Point]) -> list[str]:
    """For each place (metres) the nearest road and a number: odd on its left, even on its right, none twice."""
    points = np.array(places, dtype=object)
    lines = np.array([road.line for road in roads], dtype=object)
    # Of short pieces, whose boxes are small: among the boxes of long roads much would have to be measured.
    pieces, of = _pieces(lines)
    nearest = of[STRtree(pieces).nearest(points)]
    doors = _doors(lines[nearest], points)
    taken: dict[tuple[str, int], int] = defaultdict(int)
    found = []
    used: dict[str, set[int]] = defaultdict(set)
    for n, door in zip(nearest, doors, strict=True):
        name = roads[n].name
        # From the last number given for the same wish on, so that crowded doors are not tried again and again.
        number = max(int(door), taken[name, int(door)])
        while number in used[name]:
            number += 2
        used[name].add(number)
        taken[name, int(door)] = number + 2
        found.append(f"{name}{number}号")
    return found


def _pieces(lines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The straight pieces of lines, and the number of the line each belongs to."""
    coords, of = shapely.get_coordinates(lines, return_index=True)
    is_inner = of[1:] == of[:-1]
    pieces = np.stack([coords[:-1], coords[1:]], axis=1)[is_inner]
    return shapely.linestrings(pieces), of[1:][is_inner]


def _doors(lines: np.ndarray, points: np.ndarray) -> np.ndarray:
    """The number each place would like to have on its road."""
    way = shapely.line_locate_point(lines, points)
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lines, way))
    on = shapely.get_coordinates(shapely.line_interpolate_point(lines, way + 1))
    at = shapely.get_coordinates(points)
    ahead, aside = on - foot, at - foot
    is_left = ahead[:, 0] * aside[:, 1] - ahead[:, 1] * aside[:, 0] > 0
    return 2 * (way // _DOOR_M).astype(int) + np.where(is_left, 1, 2)
