"""The whole town on the drawing, in metres: roads, blocks and lots, greens, buildings' footprints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Polygon, STRtree

from gridmap.demo.addresses import with_names
from gridmap.demo.blocks import Blocks, draw_blocks
from gridmap.demo.buildings import Footprint, draw_footprints
from gridmap.demo.greens import Green, draw_greens
from gridmap.demo.ground import draw_ground
from gridmap.demo.lots import Lot, draw_lots
from gridmap.demo.names import draw_estates
from gridmap.demo.plan import Plan
from gridmap.demo.roads import MAIN, Road, divide, draw_main_roads

_MAIN_ROAD_M = 50.0
"""Between the buildings on both sides of a main road."""

_LEAST_FIELD_M2 = 12_000.0
_AROUND_M, _FIELDS, _PATH_M = 3900.0, 600, 4.0
"""How far the fields outside are drawn, how many they would be all over, what lies between them."""


@dataclass(frozen=True)
class Town:
    """What stands where, metres of the drawing; everything has its name. `outskirts` are fields outside the district."""

    blocks: Blocks
    lots: list[Lot]
    roads: list[Road]
    greens: list[Green]
    footprints: list[Footprint]
    pitches: list[Polygon]
    outskirts: list[Polygon]


def generator(seed: int, part: int) -> np.random.Generator:
    """Chance for one part of the demo: what another part draws does not change what this one gets."""
    return np.random.Generator(np.random.PCG64([seed, part]))


def draw_town(seed: int, plan: Plan) -> Town:
    """The town of a seed; the same seed draws the same town."""
    ground = draw_ground(generator(seed, 1), plan)
    main = draw_main_roads(generator(seed, 2), ground, plan)
    blocks = draw_blocks(generator(seed, 3), ground, main, plan)
    lots, lanes = draw_lots(generator(seed, 5), ground, blocks, plan)
    greens = draw_greens(generator(seed, 6), ground, lots, _roadway(blocks.roads))
    built = draw_footprints(generator(seed, 7), lots)
    roads = with_names(generator(seed, 4), [*blocks.roads, *lanes, *built.lanes])
    estates = draw_estates(generator(seed, 12), [lot.use for lot in lots])
    lots = [lot._replace(name=lot.name or name) for lot, name in zip(lots, estates, strict=True)]
    footprints = _as_many(generator(seed, 13), built.footprints, plan.buildings)
    outskirts = _fields_around(generator(seed, 14), blocks, roads, greens)
    return Town(blocks, lots, roads, greens, footprints, built.pitches, outskirts)


def _roadway(roads: Iterable[Road]) -> shapely.Geometry:
    return shapely.union_all([road.line.buffer(_MAIN_ROAD_M / 2) for road in roads if road.kind == MAIN])


def _as_many(rng: np.random.Generator, footprints: list[Footprint], wanted: int) -> list[Footprint]:
    """So many of the footprints, in their order; all of them where none are wanted, or not so many are there."""
    if not 0 < wanted < len(footprints):
        return footprints
    kept = np.sort(rng.choice(len(footprints), wanted, replace=False))
    return [footprints[n] for n in kept]


def _fields_around(
    rng: np.random.Generator, blocks: Blocks, roads: list[Road], greens: list[Green]
) -> list[Polygon]:
    """Fields in a ring around the district, so that its border is not the end of the world."""
    whole = shapely.coverage_union_all(blocks.shapes)
    around = shapely.box(*whole.buffer(_AROUND_M).bounds)
    pieces, _ = divide(rng, around, around.area / _FIELDS)
    kept = [whole.buffer(8), *(road.line.buffer(16) for road in roads if road.kind == MAIN)]
    taken = np.array([*kept, *(green.shape.buffer(20) for green in greens)], dtype=object)
    tree = STRtree(taken)
    fields = []
    for piece in pieces:
        near = shapely.clip_by_rect(taken[tree.query(piece)], *piece.bounds)
        free = piece.buffer(-_PATH_M).difference(shapely.union_all(near))
        fields += shapely.get_parts(free).tolist()
    return [field for field in fields if field.area > _LEAST_FIELD_M2]
