"""The matters of the demo over sixty days: when they were reported, by whom, in what words, when closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from gridmap.demo import plan
from gridmap.demo.plane import lon_lat
from gridmap.demo.spots import Spot, draw_spots
from gridmap.demo.town import Town

NUMBER, DAYS = 1500, 60
_OPEN_SHARE = 0.365
_ZONE = ZoneInfo("Asia/Shanghai")

_BY_HOUR = np.array(
    [4, 3, 2, 2, 3, 8, 20, 46, 78, 88, 80, 62, 38, 46, 68, 74, 66, 52, 40, 36, 28, 20, 12, 7], dtype=float
)
"""How many are reported in each hour of the day, relatively; hours of `_ZONE`."""

_BY_WEEKDAY = np.array([1.08, 1.04, 1.0, 0.98, 1.02, 0.66, 0.55])
"""Monday first."""

_SWEEP, _SWEEP_GROWS = 12.0, timedelta(days=4)
"""Toward `now` a joint inspection (集中排查) is under way: up to so many times more than usual comes in."""

_SWEEP_TURNS_TO = 0.6
"""How much the inspection leans to what takes long to mend: roads, covers, structures rather than litter."""

_RAINS = (timedelta(days=2, hours=20), timedelta(days=23, hours=4))
"""How long before `now` it rained so hard that the underpass was flooded."""


def draw_issues(
    rng: np.random.Generator, town: Town, areas: gpd.GeoDataFrame, staff: pd.DataFrame, now: datetime
) -> pd.DataFrame:
    """Matters of the `DAYS` days before `now` (UTC); columns as `DemoDistrict.issues`."""
    spots = draw_spots(rng, town, areas, NUMBER)
    times = _times(rng, spots, now)
    order = sorted(range(NUMBER), key=times.__getitem__)
    spots, times = [spots[n] for n in order], [times[n] for n in order]
    places = np.array([(spot.x_m, spot.y_m) for spot in spots])
    degrees = np.round(lon_lat(places), 7)
    frame = pd.DataFrame(
        {
            "external_id": _numbers(times),
            "lon": degrees[:, 0],
            "lat": degrees[:, 1],
            "accuracy_m": pd.Series(_accuracies(rng, len(spots)), dtype=object),
            "datum": "wgs84",
            "category": [spot.saying.key for spot in spots],
            "description": _descriptions(rng, spots, town),
            "occurred_at": pd.Series(times, dtype="datetime64[us, UTC]"),
            "closed_at": pd.Series(_closings(rng, spots, times, now), dtype=object),
            "reporter": _reporters(rng, degrees, areas, staff),
        }
    )
    return frame


def _times(rng: np.random.Generator, spots: Sequence[Spot], now: datetime) -> list[datetime]:
    """When each was reported: by the rhythm of day and week, puddles right after rain."""
    hours = [now - timedelta(hours=n) for n in range(1, DAYS * 24 + 1)]
    weights = np.array([_weight(hour, now) for hour in hours])
    drawn = rng.choice(len(hours), len(spots), p=weights / weights.sum())
    seconds = rng.integers(0, 3600, len(spots))
    free = sorted(hours[int(n)] + timedelta(seconds=int(s)) for n, s in zip(drawn, seconds, strict=True))
    slow = np.array([min(spot.saying.limit_h, 120) / 120 for spot in spots])
    order = np.argsort(rng.random(len(spots)) + _SWEEP_TURNS_TO * slow)
    times = dict(zip(order.tolist(), free, strict=True))
    for n, spot in enumerate(spots):
        if spot.saying.name_zh == "道路积水":
            rain = now - _RAINS[int(rng.integers(0, len(_RAINS)))]
            times[n] = rain + timedelta(minutes=float(rng.uniform(0, 240)))
    return [times[n].replace(microsecond=0) for n in range(len(spots))]


def _weight(hour: datetime, now: datetime) -> float:
    local = hour.astimezone(_ZONE)
    usual = float(_BY_HOUR[local.hour] * _BY_WEEKDAY[local.weekday()])
    return usual * (1 + _SWEEP * float(np.exp(-((now - hour) / _SWEEP_GROWS))))


def _numbers(times: Sequence[datetime]) -> list[str]:
    """District, day and the number within the day, as 990001-20261120-0007."""
    counted: dict[str, int] = {}
    numbers = []
    for time in times:
        day = f"{time.astimezone(_ZONE):%Y%m%d}"
        counted[day] = counted.get(day, 0) + 1
        numbers.append(f"{plan.DISTRICT_CODE}-{day}-{counted[day]:04d}")
    return numbers


def _accuracies(rng: np.random.Generator, number: int) -> list[float | None]:
    """Radii of 95 %, metres, 5 to 60 as phones tell them outdoors and between houses; some tell none."""
    radii = np.clip(rng.lognormal(2.6, 0.6, number), 5, 60).round(1)
    told = rng.random(number) > 0.08
    return [float(radius) if is_told else None for radius, is_told in zip(radii, told, strict=True)]


def _descriptions(rng: np.random.Generator, spots: Sequence[Spot], town: Town) -> list[str]:
    points = shapely.points([(spot.x_m, spot.y_m) for spot in spots])
    nearest = STRtree([road.line for road in town.roads]).nearest(points)
    return [
        str(rng.choice(spot.saying.sentences)).format(road=town.roads[int(n)].name)
        for spot, n in zip(spots, nearest, strict=True)
    ]


def _closings(
    rng: np.random.Generator, spots: Sequence[Spot], times: Sequence[datetime], now: datetime
) -> list[datetime | None]:
    """When each was closed; the open ones are mostly those whose time is not up."""
    limits = np.array([spot.saying.limit_h for spot in spots])
    ages = np.array([(now - time) / timedelta(hours=1) for time in times])
    # The largest of ln(weight) + Gumbel noise are a weighted sample without replacement.
    rank = -ages / (limits + 24) - 3.5 * (ages > limits) + rng.gumbel(0, 1, len(spots))
    is_open = np.zeros(len(spots), dtype=bool)
    is_open[np.argsort(-rank)[: round(_OPEN_SHARE * len(spots))]] = True
    took = np.minimum(
        limits * rng.lognormal(-0.9, 0.55, len(spots)), ages * rng.uniform(0.3, 0.95, len(spots))
    )
    return [
        None if still else time + timedelta(seconds=int(hours * 3600))
        for still, time, hours in zip(is_open, times, took, strict=True)
    ]


def _reporters(
    rng: np.random.Generator, degrees: np.ndarray, areas: gpd.GeoDataFrame, staff: pd.DataFrame
) -> list[str]:
    """Who reported each: mostly the cell's own people, else the community's; outside, the nearest cell's."""
    grids = areas[areas["level"] == "grid"]
    cells = grids["code"].iloc[STRtree(grids.geometry.to_numpy()).nearest(shapely.points(degrees))]
    by_area = staff.groupby("area")["staff_code"].apply(list).to_dict()
    reporters = []
    for cell in cells:
        own, community = by_area.get(cell, []), by_area[cell[:12]]
        reporters.append(str(rng.choice(own if own and rng.random() < 0.75 else community)))
    return reporters
