"""The frame of buildings: each footprint with its name, its address, and who speaks for its residents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import Point

from gridmap.demo import plan
from gridmap.demo.addresses import addresses
from gridmap.demo.buildings import Footprint
from gridmap.demo.lots import Lot
from gridmap.demo.plane import on_the_globe
from gridmap.demo.roads import Road
from gridmap.geo import crs

_WITH_CHIEF = 0.82
"""The share of residential buildings that have a 楼栋长."""

_UNITS = {
    "works": "{n}号厂房",
    "shops": "{n}号楼",
    "offices": "{n}座",
    "market": "{n}区",
    "site": "{n}栋（在建）",
    "village": "{n}号院",
}


def building_frame(
    footprints: Sequence[Footprint], lots: Sequence[Lot], roads: Sequence[Road]
) -> gpd.GeoDataFrame:
    """The buildings in WGS84; columns as `DemoDistrict.buildings`, without chiefs.

    `lots` have their names. A building's code does not tell its cell: cells are redrawn, buildings stay.
    """
    middles: list[Point] = [f.shape.centroid for f in footprints]
    return gpd.GeoDataFrame(
        {
            "code": [f"{plan.DISTRICT_CODE}LD{n:05d}" for n in range(1, len(footprints) + 1)],
            "name": list(_names(footprints, lots)),
            "address": addresses(roads, middles),
            "floors": [f.floors for f in footprints],
            "households": [f.households for f in footprints],
            "chief": None,
        },
        geometry=on_the_globe([f.shape for f in footprints]),
        crs=crs.WGS84,
    )


def with_chiefs(
    rng: np.random.Generator, buildings: gpd.GeoDataFrame, people: Iterator[str]
) -> gpd.GeoDataFrame:
    """The buildings with the names of those who speak for their residents, where anybody lives there."""
    has_one = (rng.random(len(buildings)) < _WITH_CHIEF) & (buildings["households"] > 0).to_numpy()
    chiefs = [next(people) if has else None for has in has_one]
    return buildings.assign(chief=pd.Series(chiefs, index=buildings.index, dtype=object))


def _names(footprints: Sequence[Footprint], lots: Sequence[Lot]) -> Iterator[str]:
    """What people call each building: its estate, and its own name or its number there."""
    counted: Counter[int] = Counter()
    for footprint in footprints:
        lot = lots[footprint.lot]
        counted[footprint.lot] += 1
        unit = _UNITS.get(lot.use, "{n}栋").format(n=counted[footprint.lot])
        yield lot.name + (footprint.name or unit)
