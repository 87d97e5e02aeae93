"""What each block is used for: landmarks where the plan has them, the rest by how far out it lies."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from shapely import Point

from gridmap.demo import plan
from gridmap.demo.blocks import Blocks, remoteness


class Manner(NamedTuple):
    """How a use is built: lengths, depth and distances in metres, floors from–to, homes per 100 m² of a floor.

    `keep` is the share of the places that are built on.
    """

    length_m: tuple[float, float]
    depth_m: float
    apart_m: float
    behind_m: float
    floors: tuple[int, int]
    homes_per_100_m2: float
    keep: float


MANNERS = {
    "slabs": Manner((46, 76), 14, 18, 31, (5, 7), 0.42, 0.84),
    "towers": Manner((26, 30), 24, 36, 46, (12, 26), 0.34, 0.80),
    "lanes": Manner((17, 28), 11, 8, 14, (2, 4), 0.50, 0.80),
    "shops": Manner((48, 74), 40, 20, 24, (3, 8), 0.0, 0.90),
    "offices": Manner((30, 44), 22, 26, 34, (8, 20), 0.0, 0.80),
    "works": Manner((60, 100), 36, 22, 28, (1, 3), 0.0, 0.62),
    "school": Manner((50, 70), 15, 40, 46, (3, 5), 0.0, 0.70),
    "market": Manner((70, 90), 34, 14, 18, (1, 2), 0.0, 1.0),
    "site": Manner((28, 32), 26, 30, 42, (1, 9), 0.0, 0.75),
}
"""Uses that are built on; "park", "square" and "field" are not."""

_LANDMARKS = {plan.MARKET: "market", plan.SHOPS: "shops", plan.SQUARE: "square", plan.SITE: "site"}

_SHARES = {
    "slabs": (0.42, 0.29),
    "towers": (0.14, 0.22),
    "lanes": (0.05, 0.00),
    "shops": (0.10, 0.02),
    "offices": (0.12, 0.02),
    "school": (0.05, 0.05),
    "works": (0.00, 0.18),
    "field": (0.02, 0.21),
}
"""The share of each use in the middle of the town and at its edge; between, in proportion."""


def draw_uses(rng: np.random.Generator, blocks: Blocks) -> list[str]:
    """The use of each block: a key of `MANNERS`, "park", "square" or "field"."""
    uses = [_drawn(rng, shape.centroid) for shape in blocks.shapes]
    for n, is_park in enumerate(blocks.is_park):
        if is_park:
            uses[n] = "park"
    for (_, place), use in _LANDMARKS.items():
        uses[block_at(blocks, place)] = use
    for n in _small_parks(rng, blocks, uses):
        uses[n] = "park"
    return uses


def landmark_names(blocks: Blocks) -> dict[int, str]:
    """The names the plan gives to what stands on certain blocks, by the block's number."""
    return {block_at(blocks, place): name for name, place in _LANDMARKS}


def block_at(blocks: Blocks, place: plan.Place) -> int:
    """The number of the block at (or nearest to) a place."""
    return min(range(len(blocks.shapes)), key=lambda n: blocks.shapes[n].distance(Point(place)))


def _drawn(rng: np.random.Generator, middle: Point) -> str:
    far = remoteness(middle.x, middle.y)
    shares = np.array([inner + far * (outer - inner) for inner, outer in _SHARES.values()])
    return str(rng.choice(list(_SHARES), p=shares / shares.sum()))


def _small_parks(rng: np.random.Generator, blocks: Blocks, uses: list[str]) -> list[int]:
    """Blocks that become small parks: never landmarks, at least half a kilometre from one another."""
    free = [n for n, use in enumerate(uses) if use in ("slabs", "towers", "field")]
    chosen: list[int] = []
    for n in (int(n) for n in rng.permutation(free)):
        middle = blocks.shapes[n].centroid
        if all(middle.distance(blocks.shapes[other].centroid) > 900 for other in chosen):
            chosen.append(n)
    return chosen[: len(plan.SMALL_PARKS)]
