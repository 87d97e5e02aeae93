"""Water and greens of the demo, kept for drawing: the river, lakes, parks and the green along the banks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Polygon

from gridmap.demo.ground import BANK_M, Ground
from gridmap.demo.lots import Lot
from gridmap.demo.plan import LAKE, LAKE_PARK, RIVER

RIVER_KIND, LAKE_KIND, PARK = "river", "lake", "park"

_PATH_M = 16.0
"""Between the green along the banks and the middle of the roads there."""

_LEAST_M2 = 2500.0
"""Smaller scraps between roads are left out."""

_POND_FROM_M2 = 45_000.0
"""A park larger than this has a pond."""


class Green(NamedTuple):
    """A stretch of water or green: `RIVER_KIND`, `LAKE_KIND` or `PARK`; the shape in metres of the drawing."""

    name: str
    kind: str
    shape: Polygon


def draw_greens(
    rng: np.random.Generator, ground: Ground, lots: Sequence[Lot], main_roads: shapely.Geometry
) -> list[Green]:
    """Parks first, water last, so that drawn in this order the water lies on top.

    `main_roads` is the ground the main roads take. The river runs on outside the district.
    """
    river = ground.water()
    banks = ground.middle_line().buffer(BANK_M - _PATH_M, cap_style="flat")
    riverside = banks.difference(river).difference(main_roads)
    greens = [Green("滨河绿带", PARK, part) for part in _wide(riverside)]
    waters = []
    for lot in lots:
        if lot.use == "park":
            greens.append(Green(lot.name, PARK, lot.ground))
            if lot.name == LAKE_PARK:
                waters.append(Green(LAKE, LAKE_KIND, _lake(rng, lot.ground, 0.33)))
            elif lot.ground.area > _POND_FROM_M2:
                waters.append(Green("", LAKE_KIND, _lake(rng, lot.ground, 0.2)))
    waters.sort(key=lambda water: water.shape.area)
    return [*greens, *waters, Green(RIVER, RIVER_KIND, river)]


def _wide(shape: shapely.Geometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if part.area > _LEAST_M2]


def _lake(rng: np.random.Generator, park: Polygon, share: float) -> Polygon:
    """A body of water with a few gentle bays in the middle of a park; `share` of its width either way."""
    west, south, east, north = park.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    bays = np.zeros_like(angle)
    for n in (2, 3, 5):
        bays += rng.uniform(0.02, 0.09) * np.sin(n * angle + rng.uniform(0, 6))
    reach = np.array([east - west, north - south]) * share
    round_it = np.column_stack([np.cos(angle), np.sin(angle)])
    inside = Polygon(middle + round_it * reach * (1 + bays)[:, None]).intersection(park.buffer(-6))
    return max(shapely.get_parts(inside), key=lambda part: part.area)
