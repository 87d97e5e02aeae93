"""Villages: small houses of uneven size and angle along a few bent lanes."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Polygon

from gridmap.demo.plane import Numbers
from gridmap.demo.uses import HOUSE

_REACH_M = (60.0, 115.0)
"""How far a village reaches from its middle."""
_LANE_SIDE_M = 3.5
"""From the middle of a lane to the first wall."""
_ROWS_BEHIND = 2


def draw_village(rng: np.random.Generator, ground: Polygon) -> tuple[list[Polygon], list[LineString]]:
    """Houses and lanes on a piece of ground; what of it they leave free is garden and field."""
    core = _core(rng, ground)
    lanes = _lanes(rng, core)
    wanted = [box for lane in lanes for box in _along(rng, lane)]
    if not wanted:
        return [], lanes
    houses = shapely.polygons(np.array(wanted))
    ways = shapely.union_all([lane.buffer(_LANE_SIDE_M - 0.5) for lane in lanes])
    shapely.prepare(core)
    shapely.prepare(ways)
    fit = houses[shapely.contains_properly(core, houses) & ~shapely.intersects(ways, houses)]
    return _apart(fit[rng.random(len(fit)) < HOUSE.keep]), lanes


def _core(rng: np.random.Generator, ground: Polygon) -> Polygon:
    """The part of the ground that is built on: a roundish piece of it."""
    middle, reach = ground.representative_point(), rng.uniform(*_REACH_M)
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rim = reach * (
        1 + 0.14 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.08 * np.sin(3 * angle + rng.uniform(0, 6))
    )
    outline = Polygon(np.column_stack([middle.x + rim * np.cos(angle), middle.y + rim * np.sin(angle)]))
    inner = shapely.get_parts(outline.intersection(ground.buffer(-2)))
    return max(inner, key=lambda part: part.area, default=Polygon())


def _lanes(rng: np.random.Generator, core: Polygon) -> list[LineString]:
    """One lane through the middle, and cross lanes off it."""
    if core.is_empty:
        return []
    west, south, east, north = core.bounds
    middle = np.array([(west + east) / 2, (south + north) / 2])
    half, turn = np.hypot(east - west, north - south) / 2, rng.uniform(0, np.pi)
    lanes = [_bent(rng, middle, turn, half)]
    for away in np.arange(-half, half, rng.uniform(44, 60)):
        start = middle + away * np.array([np.cos(turn), np.sin(turn)])
        lanes.append(_bent(rng, start, turn + np.pi / 2 + rng.normal(0, 0.12), half * 0.9))
    inside = [lane.intersection(core) for lane in lanes]
    parts = [max(shapely.get_parts(one), key=lambda part: part.length) for one in inside if not one.is_empty]
    return [part for part in parts if isinstance(part, LineString) and part.length > 35]


def _bent(rng: np.random.Generator, middle: Numbers, turn: float, half: float) -> LineString:
    way = np.linspace(-half, half, 9)
    bend = rng.normal(0, 5) * np.sin(way / half * np.pi + rng.uniform(0, 6))
    ahead, aside = np.array([np.cos(turn), np.sin(turn)]), np.array([-np.sin(turn), np.cos(turn)])
    return LineString(middle + way[:, None] * ahead + bend[:, None] * aside)


def _along(rng: np.random.Generator, lane: LineString) -> list[Numbers]:
    """The corners of houses on both sides of a lane, some in a second row; (n, 4, 2) metres."""
    places = []
    for side in (-1, 1):
        for row in range(_ROWS_BEHIND):
            way = float(rng.uniform(2, 8))
            while way < lane.length - 6:
                width, depth, more, gap = rng.uniform(
                    (HOUSE.length_m[0], 7, 0, 1.5), (HOUSE.length_m[1], 11, 1.5, 6)
                )
                away = _LANE_SIDE_M + 1.5 + depth / 2 + row * 13.5 + more
                places.append((way + width / 2, side * away, width, depth))
                way += width + gap
    return list(_houses(rng, lane, np.array(places)))


def _houses(rng: np.random.Generator, lane: LineString, places: Numbers) -> Numbers:
    """Rectangles at `places` (way along the lane, metres aside, width, depth), each turned a little."""
    way, away, width, depth = places.T
    foot = shapely.get_coordinates(shapely.line_interpolate_point(lane, way))
    on = shapely.get_coordinates(shapely.line_interpolate_point(lane, way + 1.5))
    turn = np.arctan2(*(on - foot).T[::-1]) + rng.normal(0, 0.04, len(places))
    ahead = np.column_stack([np.cos(turn), np.sin(turn)])
    aside = np.column_stack([-np.sin(turn), np.cos(turn)])
    middle = foot + away[:, None] * aside
    corners = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1))) / 2
    along, across = (width[:, None] * corners[:, 0], depth[:, None] * corners[:, 1])
    return middle[:, None] + along[..., None] * ahead[:, None] + across[..., None] * aside[:, None]


def _apart(houses: np.ndarray) -> list[Polygon]:
    """The houses that keep a metre from those before them."""
    tree = shapely.STRtree(houses)
    first, second = tree.query(houses, predicate="dwithin", distance=1.0)
    gone: set[int] = set()
    for one, other in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if one < other and one not in gone:
            gone.add(other)
    return [house for n, house in enumerate(houses) if n not in gone]
