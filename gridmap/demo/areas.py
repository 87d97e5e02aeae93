"""From blocks to areas: communities grow over the parts of the town, cells are one to four blocks each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
from shapely import Point, Polygon
from shapely.geometry.polygon import orient

from gridmap.demo import plan
from gridmap.demo.blocks import Blocks, joined
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


def grow_communities(blocks: Blocks) -> list[str]:
    """For each block its community's code.

    The community with the fewest blocks for its size takes the nearest free quarter beside it, on its
    own bank, until none is free: so each is of one piece, and main roads or the river divide them.
    """
    beside, size, middle = _quarters_beside(blocks), Counter(blocks.quarter), _middles(blocks)
    place = {c.code: Point(c.place) for c in plan.COMMUNITIES}
    wished = {c.code: c.size for c in plan.COMMUNITIES}
    owner: dict[int, str] = {}
    for code, at in place.items():
        owner[min((middle[q].distance(at), q) for q in size.keys() - owner)[1]] = code
    taken = Counter({code: size[q] for q, code in owner.items()})
    while free := {(code, q) for own, code in owner.items() for q in beside[own] - owner.keys()}:
        code, q = min(free, key=lambda f: (taken[f[0]] / wished[f[0]], middle[f[1]].distance(place[f[0]]), f))
        owner[q] = code
        taken[code] += size[q]
    return [owner[q] for q in blocks.quarter]


def _middles(blocks: Blocks) -> dict[int, Point]:
    quarters: dict[int, list[Polygon]] = {}
    for shape, q in zip(blocks.shapes, blocks.quarter, strict=True):
        quarters.setdefault(q, []).append(shape)
    return {q: joined(shapes).centroid for q, shapes in quarters.items()}


def _quarters_beside(blocks: Blocks) -> dict[int, set[int]]:
    """The quarters that share a border with each quarter, not counting the river."""
    beside: dict[int, set[int]] = {q: set() for q in blocks.quarter}
    for n, others in blocks.borders.items():
        for other in others:
            if blocks.is_north[n] == blocks.is_north[other] and blocks.quarter[n] != blocks.quarter[other]:
                beside[blocks.quarter[n]].add(blocks.quarter[other])
    return beside


def merge_cells(blocks: Blocks, community: list[str]) -> list[Cell]:
    """Cells of one to `_MOST_BLOCKS` blocks of one community, `plan.CELLS` in all.

    The smallest one takes in the neighbour it shares most border with; a park stays alone.
    """
    cells = {
        n: Cell([n], community[n], shape.area / blocks.aim_m2[n]) for n, shape in enumerate(blocks.shapes)
    }
    waiting = {n for n in cells if not blocks.is_park[n]}
    while len(cells) > plan.CELLS and waiting:
        n = min(waiting, key=lambda c: (cells[c].weight, c))
        partners = {c: _fit(blocks, cells[n], cells[c]) for c in waiting - {n}}
        best = max(partners, key=lambda c: (partners[c], -c), default=n)
        if not partners or partners[best] <= 0:
            waiting.discard(n)
            continue
        cells[n].blocks += cells[best].blocks
        cells[n].weight += cells[best].weight
        del cells[best]
        waiting.discard(best)
    return list(cells.values())


def _fit(blocks: Blocks, cell: Cell, other: Cell) -> float:
    """How well two cells make one; 0 where they must not."""
    if cell.community != other.community or len(cell.blocks) + len(other.blocks) > _MOST_BLOCKS:
        return 0.0
    shared = sum(
        length * (1.0 if blocks.quarter[n] == blocks.quarter[beside] else _ACROSS_A_MAIN_ROAD)
        for n in cell.blocks
        for beside, length in blocks.borders[n].items()
        if beside in other.blocks
    )
    return shared / (cell.weight + other.weight)


def draw_areas(blocks: Blocks, cells: list[Cell]) -> gpd.GeoDataFrame:
    """The four levels in one frame, WGS84, ordered by code; columns as `DemoDistrict.areas`."""
    grids = pd.concat([_numbered(blocks, cells, community) for community in plan.COMMUNITIES])
    communities = _level_above(grids, "community", {c.code: c.name for c in plan.COMMUNITIES})
    streets = _level_above(communities, "street", plan.STREETS)
    district = _level_above(streets, "district", {plan.DISTRICT_CODE: plan.DISTRICT_NAME})
    return gpd.GeoDataFrame(
        pd.concat([district, streets, communities, grids], ignore_index=True), crs=crs.WGS84
    )


def _numbered(blocks: Blocks, cells: list[Cell], community: plan.CommunityPlan) -> gpd.GeoDataFrame:
    """The cells of one community with their codes and names."""
    shapes = on_the_globe(
        joined([blocks.shapes[n] for n in cell.blocks]) for cell in cells if cell.community == community.code
    )
    codes = full_codes(community.code, gpd.GeoDataFrame(geometry=shapes))
    short = community.name.removesuffix("社区")
    names = [f"{short}第{int(code[-3:])}网格" for code in codes]
    return _level("grid", list(codes), names, list(shapes)).sort_values("code")


def _level_above(below: gpd.GeoDataFrame, level: str, names: dict[str, str]) -> gpd.GeoDataFrame:
    """The areas that `below` makes up, one for each of its parents, with exactly its outer borders."""
    shapes = [joined(list(below.geometry[below["parent"] == code])) for code in names]
    return _level(level, list(names), list(names.values()), shapes)


def _level(level: str, codes: list[str], names: list[str], shapes: list[Polygon]) -> gpd.GeoDataFrame:
    parents = pd.Series([parent_code(code) for code in codes], dtype=object)
    outlines = [orient(shape) for shape in shapes]
    columns = {"level": level, "code": codes, "name": names, "parent": parents}
    return gpd.GeoDataFrame(columns, geometry=outlines, crs=crs.WGS84)
