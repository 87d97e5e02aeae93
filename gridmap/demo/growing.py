"""How areas grow from smaller parts: each takes free neighbours in turn, so that all become of a size and hang together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeVar

import numpy as np
import shapely
from shapely import Polygon

from gridmap.demo.plan import Place
from gridmap.demo.plane import Numbers

Key = TypeVar("Key", int, str)

_ROUNDS = 12


def grow(
    beside: Mapping[int, set[int]],
    size: Mapping[int, float],
    seeds: Mapping[Key, int],
    wished: Mapping[Key, float],
    away: Callable[[Key, int], float],
) -> dict[int, Key]:
    """Who gets each part. The one that has least for what is `wished` takes its nearest free neighbour.

    `beside`: the parts that each part touches; `size`: what a part counts; `seeds`: where each begins;
    `away`: how far a part lies from a grower. A part that nobody can reach has no owner.
    """
    owner = {part: key for key, part in seeds.items()}
    taken = {key: size[part] for key, part in seeds.items()}
    fringe: dict[Key, list[tuple[float, int]]] = {key: [] for key in seeds}

    def look_around(key: Key, part: int) -> None:
        for other in beside[part]:
            if other not in owner:
                heappush(fringe[key], (away(key, other), other))

    for key, part in seeds.items():
        look_around(key, part)
    waiting = [(taken[key] / wished[key], key) for key in seeds]
    heapify(waiting)
    while waiting:
        _, key = heappop(waiting)
        while fringe[key] and fringe[key][0][1] in owner:
            heappop(fringe[key])
        if fringe[key]:
            part = heappop(fringe[key])[1]
            owner[part] = key
            taken[key] += size[part]
            look_around(key, part)
            heappush(waiting, (taken[key] / wished[key], key))
    return owner


def seats(
    rng: np.random.Generator, points: Numbers, weights: Numbers, number: int
) -> tuple[list[int], Numbers]:
    """`number` of the points, spread so that each has about as much weight around it; and the middles they stand for.

    Lloyd's rounds from points drawn by their weight and distance (k-means++).
    """
    chosen = [int(rng.choice(len(points), p=weights / weights.sum()))]
    near = np.full(len(points), np.inf)
    while len(chosen) < number:
        near = np.minimum(near, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
        chances = near * weights
        chosen.append(int(rng.choice(len(points), p=chances / chances.sum())))
    middles = points[chosen]
    for _ in range(_ROUNDS):
        of = ((points[:, None] - middles[None]) ** 2).sum(axis=2).argmin(axis=1)
        total = np.maximum(np.bincount(of, weights, number), 1e-9)
        middles = np.column_stack([np.bincount(of, weights * axis, number) / total for axis in points.T])
    free = set(range(len(points)))
    found = []
    for middle in middles:
        at = min(free, key=lambda n: (float(((points[n] - middle) ** 2).sum()), n))
        free.discard(at)
        found.append(at)
    return found, middles


def touching(number: int, borders: Mapping[int, Mapping[int, float]], group: Sequence[int]) -> list[set[int]]:
    """For each of `number` groups of parts the groups it shares a border with."""
    beside: list[set[int]] = [set() for _ in range(number)]
    for part, others in borders.items():
        for other in others:
            if group[part] != group[other]:
                beside[group[part]].add(group[other])
    return beside


def are_whole(shapes: Sequence[Polygon]) -> bool:
    """Whether each is one polygon without a hole."""
    return all(isinstance(shape, Polygon) and not shape.interiors for shape in shapes)


def middle_of(shape: shapely.Geometry) -> Place:
    """A shape's centroid."""
    return Place(shape.centroid.x, shape.centroid.y)
