"""From blocks to areas: cells are one to four blocks each, and make up communities, streets and the district."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

import geopandas as gpd
import pandas as pd
from shapely import Polygon
from shapely.geometry.polygon import orient

from gridmap.demo.blocks import Blocks, joined
from gridmap.demo.plan import DISTRICT_CODE, DISTRICT_NAME, CommunityPlan, Plan
from gridmap.demo.plane import on_the_globe
from gridmap.domain.codes import parent_code
from gridmap.geo import crs
from gridmap.geo.numbering import full_codes

_MOST_BLOCKS = 4
_ACROSS_A_MAIN_ROAD = 0.2
"""How much a shared border counts for merging when a main road runs along it."""


@dataclass
class Cell:
    """A cell in the making: the numbers of its blocks, its community, its size in usual blocks of its place."""

    blocks: list[int]
    community: str
    weight: float


def merge_cells(blocks: Blocks, community: list[str], wanted: int) -> list[Cell]:
    """Cells of one to `_MOST_BLOCKS` blocks of one community, `wanted` in all.

    The smallest one takes in the neighbour it fits best with; a park stays alone.
    """
    cells = {
        n: Cell([n], community[n], shape.area / blocks.aim_m2[n]) for n, shape in enumerate(blocks.shapes)
    }
    holder = list(range(len(blocks.shapes)))
    waiting = [(cell.weight, n) for n, cell in cells.items() if not blocks.is_park[n]]
    heapify(waiting)
    while len(cells) > wanted and waiting:
        weight, n = heappop(waiting)
        if n not in cells or cells[n].weight != weight:
            continue  # merged meanwhile
        beside = {holder[other] for block in cells[n].blocks for other in blocks.borders[block]}
        partners = {c: _fit(blocks, cells[n], cells[c]) for c in beside - {n}}
        best = max(partners, key=lambda c: (partners[c], -c), default=n)
        if partners and partners[best] > 0:
            gone = cells.pop(best)
            cells[n].blocks += gone.blocks
            cells[n].weight += gone.weight
            for block in gone.blocks:
                holder[block] = n
            heappush(waiting, (cells[n].weight, n))
    return list(cells.values())


def _fit(blocks: Blocks, cell: Cell, other: Cell) -> float:
    """How well two cells make one; 0 where they must not."""
    is_kept = any(blocks.is_park[n] for n in other.blocks)
    if is_kept or cell.community != other.community or len(cell.blocks) + len(other.blocks) > _MOST_BLOCKS:
        return 0.0
    shared = sum(
        length * (1.0 if blocks.quarter[n] == blocks.quarter[beside] else _ACROSS_A_MAIN_ROAD)
        for n in cell.blocks
        for beside, length in blocks.borders[n].items()
        if beside in other.blocks
    )
    return shared / (cell.weight + other.weight)


def draw_areas(blocks: Blocks, cells: list[Cell], plan: Plan) -> gpd.GeoDataFrame:
    """The four levels in one frame, WGS84, ordered by code; columns as `DemoDistrict.areas`."""
    globe = list(on_the_globe(blocks.shapes))
    by_community: dict[str, list[Cell]] = {}
    for cell in cells:
        by_community.setdefault(cell.community, []).append(cell)
    grids = pd.concat([_numbered(globe, by_community[c.code], c) for c in plan.communities])
    communities = _level_above(grids, "community", {c.code: c.name for c in plan.communities})
    streets = _level_above(communities, "street", plan.streets)
    district = _level_above(streets, "district", {DISTRICT_CODE: DISTRICT_NAME})
    return gpd.GeoDataFrame(
        pd.concat([district, streets, communities, grids], ignore_index=True), crs=crs.WGS84
    )


def _numbered(globe: list[Polygon], cells: list[Cell], community: CommunityPlan) -> gpd.GeoDataFrame:
    """The cells of one community with their codes and names; `globe` has the blocks in WGS84."""
    shapes = [joined([globe[n] for n in cell.blocks]) for cell in cells]
    codes = full_codes(community.code, gpd.GeoDataFrame(geometry=shapes, crs=crs.WGS84))
    short = community.name.removesuffix("社区").removesuffix("村")
    names = [f"{short}第{int(code[-3:])}网格" for code in codes]
    return _level("grid", list(codes), names, shapes).sort_values("code")


def _level_above(below: gpd.GeoDataFrame, level: str, names: Mapping[str, str]) -> gpd.GeoDataFrame:
    """The areas that `below` makes up, one for each of its parents, with exactly its outer borders."""
    parts = dict(iter(below.groupby("parent")["geometry"]))
    shapes = [joined(list(parts[code])) for code in names]
    return _level(level, list(names), list(names.values()), shapes)


def _level(level: str, codes: list[str], names: list[str], shapes: list[Polygon]) -> gpd.GeoDataFrame:
    parents = pd.Series([parent_code(code) for code in codes], dtype=object)
    outlines = [orient(shape) for shape in shapes]
    columns = {"level": level, "code": codes, "name": names, "parent": parents}
    return gpd.GeoDataFrame(columns, geometry=outlines, crs=crs.WGS84)
