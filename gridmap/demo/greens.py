"""Water and greens of the demo, kept for drawing: the river, a lake, parks and the green along the banks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon

from gridmap.demo import plan
from gridmap.demo.blocks import Blocks
from gridmap.demo.ground import BANK_M, Ground
from gridmap.demo.uses import block_at

RIVER, LAKE, PARK = "river", "lake", "park"

_PATH_M = 16.0
"""Between a green and the middle of the roads around it."""

_LEAST_M2 = 2500.0
"""Smaller scraps between roads are left out."""


class Green(NamedTuple):
    """A stretch of water or green: `RIVER`, `LAKE` or `PARK`; the shape in metres of the drawing."""

    name: str
    kind: str
    shape: Polygon


def draw_greens(
    rng: np.random.Generator,
    ground: Ground,
    blocks: Blocks,
    uses: Sequence[str],
    main_roads: shapely.Geometry,
) -> list[Green]:
    """Parks first, water last, so that drawn in this order the water lies on top.

    `main_roads` is the ground the main roads take. The river runs on outside the district.
    """
    river = ground.water()
    banks = ground.middle_line().buffer(BANK_M - _PATH_M, cap_style="flat")
    riverside = banks.difference(river).difference(main_roads)
    greens = [Green("滨河绿带", PARK, part) for part in _wide(riverside)]
    parks = list(_parks(blocks, uses, main_roads.union(ground.middle_line().buffer(BANK_M))))
    lake = _lake(rng, next(park.shape for park in parks if park.name == plan.LAKE_PARK))
    return [*greens, *parks, Green(plan.LAKE, LAKE, lake), Green(plan.RIVER, RIVER, river)]


def _parks(blocks: Blocks, uses: Sequence[str], taken: shapely.Geometry) -> Iterator[Green]:
    large = {block_at(blocks, place): name for name, place in plan.LARGE_PARKS.items()}
    names = iter(plan.SMALL_PARKS)
    for n, use in enumerate(uses):
        if use == "park":
            name = large.get(n) or next(names)
            shape = blocks.shapes[n].buffer(-_PATH_M).difference(taken)
            yield from (Green(name, PARK, part) for part in _wide(shape))


def _wide(shape: shapely.Geometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if part.area > _LEAST_M2]


def _lake(rng: np.random.Generator, park: Polygon) -> Polygon:
    """A body of water with a few gentle bays in the middle of a park, about a third of it."""
    west, south, east, north = park.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    bays = np.zeros_like(angle)
    for n in (2, 3, 5):
        bays += rng.uniform(0.02, 0.09) * np.sin(n * angle + rng.uniform(0, 6))
    reach = np.array([east - west, north - south]) * 0.33
    round_it = np.column_stack([np.cos(angle), np.sin(angle)])
    return Polygon(middle + round_it * reach * (1 + bays)[:, None]).intersection(park)
