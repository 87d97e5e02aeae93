"""Where matters lie: along roads, at buildings, in greens, and crowded around a few places of the town."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from shapely import Point, Polygon, STRtree

from gridmap.demo import plan
from gridmap.demo.plane import Numbers, metres
from gridmap.demo.sayings import BY_NAME, GREEN, HOME, SAYINGS, Saying
from gridmap.demo.town import Town

OUTSIDE = 12
"""How many matters lie just outside the district. Near borders of cells many lie anyway: these are roads."""


class Spot(NamedTuple):
    """A place on the drawing in metres, and what is reported there."""

    x_m: float
    y_m: float
    saying: Saying


class Crowd(NamedTuple):
    """A place where matters gather: how far they scatter, their share of all, what they are."""

    place: plan.Place
    scatter_m: float
    share: float
    names_zh: tuple[str, ...]


CROWDS = (
    Crowd(plan.MARKET[1], 130, 0.13, ("暴露垃圾", "店外经营", "占道经营", "农贸市场秩序问题", "无照经营游商", "机动车乱停放", "道路不洁", "垃圾站(箱)满溢", "油烟污染", "污水井盖异常", "废弃家具设备")),
    Crowd(plan.SHOPS[1], 150, 0.08, ("店外经营", "非机动车乱停放", "共享单车乱象", "机动车乱停放", "违规户外广告", "油烟污染", "盲道缺损", "道路破损")),
    Crowd(plan.SQUARE[1], 120, 0.06, ("机动车乱停放", "露天烧烤", "噪声扰民", "无照经营游商", "废弃家具设备", "路灯异常", "路缘石缺损", "行道树异常")),
    Crowd(plan.SITE[1], 110, 0.06, ("工地扬尘", "施工扰民", "施工废弃料", "施工工地围挡问题", "道路遗撒(洒)", "积存垃圾渣土", "道路破损")),
    Crowd(plan.UNDERPASS[1], 45, 0.025, ("道路积水", "雨水箅子异常")),
)  # fmt: skip


def draw_spots(rng: np.random.Generator, town: Town, areas: gpd.GeoDataFrame, number: int) -> list[Spot]:
    """`number` spots in no order; all inside the district but for the last `OUTSIDE`."""
    district = _district_m(areas)
    crowded = [spot for crowd in CROWDS for spot in _crowded(rng, crowd, round(crowd.share * number))]
    scattered = _scattered(rng, town, number - len(crowded) - OUTSIDE)
    inside = [_kept_inside(district, spot) for spot in (*crowded, *scattered)]
    return [*inside, *_outside(rng, district)]


def _district_m(areas: gpd.GeoDataFrame) -> Polygon:
    return shapely.transform(areas.geometry[areas["level"] == "district"].iloc[0], metres)


def _sayings(rng: np.random.Generator, number: int, among: Sequence[Saying] = SAYINGS) -> list[Saying]:
    often = np.array([saying.often for saying in among])
    return [among[int(n)] for n in rng.choice(len(among), number, p=often / often.sum())]


def _crowded(rng: np.random.Generator, crowd: Crowd, number: int) -> list[Spot]:
    points = np.array(crowd.place) + rng.normal(0, crowd.scatter_m, (number, 2))
    among = [BY_NAME[name] for name in crowd.names_zh]
    return _spots(points, _sayings(rng, number, among))


def _spots(points: Numbers, sayings: Sequence[Saying]) -> list[Spot]:
    return [Spot(float(x), float(y), saying) for (x, y), saying in zip(points, sayings, strict=True)]


def _scattered(rng: np.random.Generator, town: Town, number: int) -> list[Spot]:
    """Spots all over the town, where there are more buildings more of them."""
    lines = [road.line for road in town.roads]
    greens = [green.shape.boundary for green in town.greens]
    nearest_road, nearest_green = STRtree(lines), STRtree(greens)
    spots = []
    for saying, n in zip(_sayings(rng, number), rng.integers(0, len(town.footprints), number), strict=True):
        at = town.footprints[int(n)].shape.centroid
        if saying.where == GREEN:
            at = _on(rng, greens[int(nearest_green.nearest(at))], at)
        elif saying.where != HOME:
            at = _on(rng, lines[int(nearest_road.nearest(at))], at)
        spots.append(Spot(at.x + float(rng.normal(0, 5)), at.y + float(rng.normal(0, 5)), saying))
    return spots


def _on(rng: np.random.Generator, line: shapely.Geometry, near: Point) -> Point:
    return line.interpolate(line.project(near) + float(rng.uniform(-60, 60)))


def _outside(rng: np.random.Generator, district: Polygon) -> list[Spot]:
    """Spots up to 150 m outside the district."""
    away = rng.uniform(20, 150, OUTSIDE)
    rings = [district.buffer(float(m)).exterior for m in away]
    points = [
        ring.interpolate(float(u), normalized=True)
        for ring, u in zip(rings, rng.random(OUTSIDE), strict=True)
    ]
    return _spots(shapely.get_coordinates(points), _sayings(rng, OUTSIDE))


def _kept_inside(district: Polygon, spot: Spot) -> Spot:
    """The spot, or where it lies outside the district the nearest place a little inside."""
    at = Point(spot.x_m, spot.y_m)
    if district.contains(at):
        return spot
    line = district.buffer(-2).exterior
    inner = line.interpolate(line.project(at))
    return Spot(inner.x, inner.y, spot.saying)
