"""Names of roads and addresses: minor roads get their names, buildings the nearest road and a door number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from shapely import Point, STRtree

from gridmap.demo.names import RoadNames
from gridmap.demo.roads import Road

_LANE_M = 190.0
"""A minor road up to this length is a lane (巷)."""

_DOOR_M = 11.0
"""Metres of road between one door number and the next on the same side."""


def with_names(rng: np.random.Generator, roads: Sequence[Road]) -> list[Road]:
    """The roads, those without a name given one; each name once, but main roads keep theirs on both banks."""
    names = RoadNames(rng)
    return [road if road.name else replace(road, name=names.next(_ending(road))) for road in roads]


def _ending(road: Road) -> str:
    if road.line.length < _LANE_M:
        return "巷"
    west, south, east, north = road.line.bounds
    return "路" if east - west > north - south else "街"


def addresses(roads: Sequence[Road], places: Sequence[Point]) -> list[str]:
    """For each place (metres) the nearest road and a number: odd on its left, even on its right, none twice."""
    nearest = STRtree([road.line for road in roads]).nearest(np.array(places, dtype=object))
    taken: dict[str, set[int]] = defaultdict(set)
    found = []
    for place, n in zip(places, nearest, strict=True):
        road = roads[n]
        number = _door(road, place)
        while number in taken[road.name]:
            number += 2
        taken[road.name].add(number)
        found.append(f"{road.name}{number}号")
    return found


def _door(road: Road, place: Point) -> int:
    way = road.line.project(place)
    foot, on = road.line.interpolate(way), road.line.interpolate(way + 1)
    is_left = (on.x - foot.x) * (place.y - foot.y) - (on.y - foot.y) * (place.x - foot.x) > 0
    return 2 * int(way // _DOOR_M) + (1 if is_left else 2)
