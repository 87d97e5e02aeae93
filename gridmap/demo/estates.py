"""The frame of buildings: each footprint with its name, its address, and who speaks for its residents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd

from gridmap.demo import plan
from gridmap.demo.addresses import addresses
from gridmap.demo.buildings import Footprint
from gridmap.demo.names import draw_estates
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
}
_SCHOOL_UNITS = ("教学楼", "实验楼", "图书楼", "体育馆", "食堂", "宿舍楼")


def building_frame(
    rng: np.random.Generator,
    footprints: Sequence[Footprint],
    uses: Sequence[str],
    landmarks: Mapping[int, str],
    roads: Sequence[Road],
    people: Iterator[str],
) -> gpd.GeoDataFrame:
    """The buildings in WGS84; columns as `DemoDistrict.buildings`.

    `uses` has each block's use, `landmarks` the names of those that have one already. A building's
    code does not tell its cell: cells are redrawn, buildings stay.
    """
    chiefs = [next(people) if f.households and rng.random() < _WITH_CHIEF else None for f in footprints]
    estates = dict(enumerate(draw_estates(rng, uses))) | dict(landmarks)
    return gpd.GeoDataFrame(
        {
            "code": [f"{plan.DISTRICT_CODE}LD{n:05d}" for n in range(1, len(footprints) + 1)],
            "name": list(_names(footprints, uses, estates)),
            "address": addresses(roads, [f.shape.centroid for f in footprints]),
            "floors": [f.floors for f in footprints],
            "households": [f.households for f in footprints],
            "chief": pd.Series(chiefs, dtype=object),
        },
        geometry=on_the_globe([f.shape for f in footprints]),
        crs=crs.WGS84,
    )


def _names(footprints: Sequence[Footprint], uses: Sequence[str], estates: Mapping[int, str]) -> Iterator[str]:
    """What people call each building: its estate and its number there."""
    counted: Counter[int] = Counter()
    for footprint in footprints:
        block = footprint.block
        counted[block] += 1
        yield estates[block] + _unit(uses[block], counted[block])


def _unit(use: str, n: int) -> str:
    if use != "school":
        return _UNITS.get(use, "{n}栋").format(n=n)
    again, kind = divmod(n - 1, len(_SCHOOL_UNITS))
    return _SCHOOL_UNITS[kind] + (str(again + 1) if again else "")
