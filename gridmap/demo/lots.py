"""Lots: what the lanes make of each block, what each is used for, and where on it one may build."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import shapely
from shapely import Point, Polygon, STRtree

from gridmap.demo.blocks import Blocks
from gridmap.demo.ground import BANK_M, Ground
from gridmap.demo.plan import Plan, Site
from gridmap.demo.roads import LANE, MAIN, Road, divide
from gridmap.demo.uses import drawn_use

_SETBACK_M = {MAIN: 25.0, "minor": 14.0, LANE: 5.5}
"""From the middle of a road to where one may build."""

_SMALLEST_LOT_M2, _LARGEST_LOT_M2 = 24_000.0, 70_000.0
"""Usual in the middle of the town, and in the countryside."""

_IN_GROUPS, _SAME_USE = ("slabs", "tall slabs", "towers", "works", "field"), 0.5
"""What comes in groups, and how often a lot is used as the one before it in its block."""

_NEEDS_M2 = {"station": 26_000, "hospital": 22_000, "school": 20_000, "government": 12_000, "mall": 12_000}
_LEAST_M2 = 1500.0
"""Scraps of ground smaller than this stay empty."""


class Lot(NamedTuple):
    """A piece of a block: its number, the ground one may build on (metres), its use and its name ("": none yet).

    `far`: how far out it lies, see `blocks.remoteness`.
    """

    block: int
    ground: Polygon
    use: str
    name: str
    far: float


def draw_lots(
    rng: np.random.Generator, ground: Ground, blocks: Blocks, plan: Plan
) -> tuple[list[Lot], list[Road]]:
    """The lots of all blocks, and the lanes between them (without names)."""
    lots: list[Lot] = []
    lanes: list[Road] = []
    banks = ground.middle_line().buffer(BANK_M)
    shapely.prepare(banks)
    free = _Free(blocks.roads)
    for n, shape in enumerate(blocks.shapes):
        dry = _largest(shape.difference(banks)) if banks.intersects(shape) else shape
        if blocks.is_park[n]:
            lots += _as_lots(n, free.of(dry, []), "park", blocks.far[n])
            continue
        pieces, cuts = divide(rng, dry, _aim_m2(blocks.far[n]))
        lanes += [Road("", LANE, cut) for cut in cuts]
        use = ""
        for piece in pieces:
            is_same = use in _IN_GROUPS and rng.random() < _SAME_USE
            use = use if is_same else drawn_use(rng, blocks.far[n])
            lots += _as_lots(n, free.of(piece, cuts), use, blocks.far[n])
    return _with_parks(rng, _with_sites(lots, plan.sites), plan), lanes


def _aim_m2(far: float) -> float:
    return _SMALLEST_LOT_M2 + min(far, 1.5) ** 1.5 * (_LARGEST_LOT_M2 - _SMALLEST_LOT_M2)


class _Free:
    """What roads leave free to be built on."""

    def __init__(self, roads: Sequence[Road]) -> None:
        self._lines = np.array([road.line for road in roads], dtype=object)
        self._setback_m = np.array([_SETBACK_M[road.kind] for road in roads])
        self._tree = STRtree(self._lines)

    def of(self, piece: Polygon, lanes: Iterable[shapely.Geometry]) -> shapely.Geometry:
        """The piece without the ground of roads, and of the lanes beside it."""
        west, south, east, north = piece.bounds
        m = max(_SETBACK_M.values())
        around = (west - m, south - m, east + m, north + m)
        near = self._tree.query(shapely.box(*around))
        ways = shapely.clip_by_rect(self._lines[near], *around)
        taken = shapely.buffer(ways, self._setback_m[near]).tolist()
        taken += [lane.buffer(_SETBACK_M[LANE], cap_style="flat") for lane in lanes]
        return piece.buffer(-1.0, join_style="mitre").difference(shapely.union_all(taken))


def _as_lots(block: int, free: shapely.Geometry, use: str, far: float) -> list[Lot]:
    parts = [part for part in shapely.get_parts(free) if part.area > _LEAST_M2]
    return [Lot(block, Polygon(part.exterior), use, "", far) for part in parts if not part.interiors]


def _largest(shape: shapely.Geometry) -> Polygon:
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _with_sites(lots: list[Lot], sites: Sequence[Site]) -> list[Lot]:
    """The lots with the plan's landmarks on the nearest ones that are large enough."""
    grounds = np.array([lot.ground for lot in lots], dtype=object)
    sizes, is_taken = shapely.area(grounds), np.array([lot.use == "park" for lot in lots])
    for site in sites:
        is_fit = (sizes >= _NEEDS_M2.get(site.use, 6000)) & ~is_taken
        n = int(np.argmin(np.where(is_fit, shapely.distance(grounds, Point(site.place)), np.inf)))
        is_taken[n] = True
        lots[n] = lots[n]._replace(use=site.use, name=site.name)
    return lots


def _with_parks(rng: np.random.Generator, lots: list[Lot], plan: Plan) -> list[Lot]:
    """Names for the parks: those of the plan where it has them, small ones at some distance from one another."""
    large = {_nearest(lots, Point(place)): name for name, place in plan.large_parks.items()}
    for n, name in large.items():
        lots[n] = lots[n]._replace(use="park", name=name)
    free = [n for n, lot in enumerate(lots) if lot.use in ("slabs", "tall slabs", "towers") and not lot.name]
    chosen: list[int] = []
    apart = 900.0
    for n in (int(n) for n in rng.permutation(free)):
        if len(chosen) == len(plan.small_parks):
            break
        middle = lots[n].ground.centroid
        if all(middle.distance(lots[other].ground.centroid) > apart for other in chosen):
            chosen.append(n)
    for n, name in zip(chosen, plan.small_parks, strict=False):
        lots[n] = lots[n]._replace(use="park", name=name)
    return lots


def _nearest(lots: Sequence[Lot], at: Point) -> int:
    return int(STRtree([lot.ground for lot in lots]).nearest(at))
