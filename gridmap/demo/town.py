"""The whole town on the drawing, in metres: roads, blocks and their uses, greens, buildings' footprints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridmap.demo import plan
from gridmap.demo.addresses import with_names
from gridmap.demo.blocks import Blocks, draw_blocks
from gridmap.demo.buildings import Footprint, draw_footprints
from gridmap.demo.greens import Green, draw_greens
from gridmap.demo.ground import BANK_M, draw_ground
from gridmap.demo.roads import MAIN, Road, draw_main_roads
from gridmap.demo.uses import draw_uses

_MAIN_ROAD_M = 50.0
"""Between the buildings on both sides of a main road."""


@dataclass(frozen=True)
class Town:
    """What stands where, metres of the drawing; `uses` has the use of each block."""

    blocks: Blocks
    uses: list[str]
    roads: list[Road]
    greens: list[Green]
    footprints: list[Footprint]


def generator(seed: int, part: int) -> np.random.Generator:
    """Chance for one part of the demo: what another part draws does not change what this one gets."""
    return np.random.Generator(np.random.PCG64([seed, part]))


def draw_town(seed: int) -> Town:
    """The town of a seed; the same seed draws the same town."""
    ground = draw_ground(generator(seed, 1))
    main = draw_main_roads(generator(seed, 2), ground)
    blocks = draw_blocks(generator(seed, 3), ground, main, list(plan.LARGE_PARKS.values()))
    blocks = replace(blocks, roads=with_names(generator(seed, 4), blocks.roads))
    uses = draw_uses(generator(seed, 5), blocks)
    roadway = _roadway(main.roads)
    greens = draw_greens(generator(seed, 6), ground, blocks, uses, roadway)
    kept_free = roadway.union(ground.middle_line().buffer(BANK_M))
    footprints = draw_footprints(generator(seed, 7), blocks.shapes, uses, kept_free)
    return Town(blocks, uses, blocks.roads, greens, footprints)


def _roadway(roads: Iterable[Road]) -> shapely.Geometry:
    return shapely.union_all([road.line.buffer(_MAIN_ROAD_M / 2) for road in roads if road.kind == MAIN])
