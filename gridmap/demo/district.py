"""The fictional district as plain frames: areas, buildings, roads, greens, staff and matters, from one seed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import geopandas as gpd
import pandas as pd

from gridmap.demo.areas import draw_areas, merge_cells
from gridmap.demo.communities import settle
from gridmap.demo.estates import building_frame, with_chiefs
from gridmap.demo.landmarks import landmark_frame
from gridmap.demo.matters import draw_issues
from gridmap.demo.names import draw_people
from gridmap.demo.people import draw_staff
from gridmap.demo.plan import SMALL, Plan
from gridmap.demo.plan_district import DISTRICT
from gridmap.demo.plane import on_the_globe
from gridmap.demo.spots import Ground
from gridmap.demo.town import Town, draw_town, generator
from gridmap.errors import InvalidInputError

SEED = 990001
_PLANS = {plan.size: plan for plan in (SMALL, DISTRICT)}
SIZES = tuple(_PLANS)
NOTICE = "示例·示意图，非行政区划界线"
NOW = datetime(2026, 11, 20, 6, 32, tzinfo=UTC)
"""When nobody says otherwise, the matters are those of the 60 days before this Friday, 14:32 in Shanghai."""


@dataclass(frozen=True)
class DemoDistrict:
    """A district that does not exist; every frame is WGS84 lon/lat where it has places, None means unknown.

    areas: `level` (one of `domain.codes.LEVELS`), `code`, `name`, `parent` (None for the district),
    Polygon. On each level they cover the level above exactly: shared borders have the same vertices.
    buildings: `code`, `name`, `address`, `floors`, `households` (0: nobody lives there), `chief`
    (楼栋长, None: nobody), Polygon; each inside one cell.
    roads: `name`, `kind` (main, minor or lane), LineString; main roads run on outside the district, and
    the two halves of one that the river divides are two rows.
    greens: `name`, `kind` (park, lake or river, in the order to draw them), Polygon.
    landmarks: `kind`, `rank`, `name` as `import_landmarks` takes them: roads and greens again, and fields
    and named places (schools, markets, villages …), also a little outside the district.
    staff: one row a post: `staff_code` and `name` of the person, `phone` (always None), `role` (a
    code of geodata/roles.csv), `area` (its code), `from_date`. Posts nobody holds have no row.
    issues: `external_id`, `lon`, `lat`, `accuracy_m` (None: not told), `datum` (always wgs84),
    `category` (`standard:kind:code`), `description`, `occurred_at` and `closed_at` (UTC; None:
    open), `reporter` (a staff_code); ordered by `occurred_at`, the last not after `now`.

    `notice` must stand on every picture, print and export of it.
    """

    areas: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    greens: gpd.GeoDataFrame
    landmarks: gpd.GeoDataFrame
    staff: pd.DataFrame
    issues: pd.DataFrame
    notice: str = NOTICE


def draw_district(seed: int = SEED, size: str = "small", now: datetime | None = None) -> DemoDistrict:
    """The demo district; the same `seed`, `size` and `now` draw the same frames.

    `now` is when the last matters come in, and which day staff and vacancies are of (None: `NOW`).
    Raises InvalidInputError `demo_size_unknown` for a size not in `SIZES`, `demo_now_without_zone`
    for a `now` without a time zone.
    """
    now = NOW if now is None else now
    if size not in SIZES:
        raise InvalidInputError("demo_size_unknown", size=size, choices=list(SIZES))
    if now.tzinfo is None:
        raise InvalidInputError("demo_now_without_zone", now=now.isoformat())
    now = now.astimezone(UTC)
    plan, people = _PLANS[size], draw_people(generator(seed, 8))
    drawn = draw_geometry(seed, plan)
    staff = draw_staff(generator(seed, 9), drawn.areas, people, now.date(), plan.staff or None)
    buildings = with_chiefs(generator(seed, 16), drawn.buildings, people)
    places = drawn.landmarks[drawn.landmarks["kind"] == "place"]
    ground = Ground(drawn.areas, buildings, drawn.roads, drawn.greens, places)
    issues = draw_issues(generator(seed, 11), ground, staff, now, size)
    return DemoDistrict(drawn.areas, buildings, drawn.roads, drawn.greens, drawn.landmarks, staff, issues)


class Geometry(NamedTuple):
    """What of a district is drawn on a map; the frames are those of `DemoDistrict`, but nobody is `chief` yet."""

    areas: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    roads: gpd.GeoDataFrame
    greens: gpd.GeoDataFrame
    landmarks: gpd.GeoDataFrame


def draw_geometry(seed: int, plan: Plan) -> Geometry:
    """The map of a district after a plan, without people and matters."""
    town = draw_town(seed, plan)
    plan, community = settle(generator(seed, 15), town.blocks, plan)
    return Geometry(
        areas=draw_areas(town.blocks, merge_cells(town.blocks, community, plan.cells), plan),
        buildings=building_frame(town.footprints, town.lots, town.roads),
        roads=_roads(town),
        greens=_greens(town),
        landmarks=landmark_frame(town.roads, town.greens, town.lots, town.pitches, town.outskirts),
    )


def _roads(town: Town) -> gpd.GeoDataFrame:
    columns = {"name": [r.name for r in town.roads], "kind": [r.kind for r in town.roads]}
    return gpd.GeoDataFrame(columns, geometry=on_the_globe(r.line for r in town.roads))


def _greens(town: Town) -> gpd.GeoDataFrame:
    columns = {"name": [g.name for g in town.greens], "kind": [g.kind for g in town.greens]}
    return gpd.GeoDataFrame(columns, geometry=on_the_globe(g.shape for g in town.greens))
