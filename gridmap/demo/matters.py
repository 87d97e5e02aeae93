"""The matters of the demo over sixty days: where, what, when, in what words, by whom, and how each went on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import STRtree

from gridmap.demo.lives import draw_life
from gridmap.demo.rhythm import DAYS, ZONE, draw_times
from gridmap.demo.sayings import Saying, say
from gridmap.demo.spots import Ground, Spots, draw_spots
from gridmap.domain.categories import Category
from gridmap.domain.deadlines import Deadlines
from gridmap.files.tables import load_categories, load_deadlines

NUMBERS = {"small": 1500, "district": 100_000}
"""How many matters a demo of a size has."""

SWEEPS = {"small": 18.0, "district": 1.2}
"""How much more than usual comes in while the inspection lasts."""

PLACES = "demo_places"
"""The fact of the installation that holds where more may be reported: a list of `Spot`, as JSON."""

OUTSIDE_SHARE = 0.008
"""So many of them lie just outside the district. Near borders of cells many lie anyway: these are roads."""

SOURCES = (("staff", 0.64), ("seat", 0.14), ("resident", 0.12), ("department", 0.04), ("api", 0.06))
"""Where reports come from: staff, the seats of the centre (hotlines), residents, departments, other systems."""


def draw_issues(
    rng: np.random.Generator, ground: Ground, staff: pd.DataFrame, now: datetime, size: str = "small"
) -> pd.DataFrame:
    """Matters of the sixty days before `now` (UTC), in the order they came in; columns as `DemoDistrict.issues`."""
    outside = round(OUTSIDE_SHARE * NUMBERS[size])
    spots = draw_spots(rng, ground, NUMBERS[size], outside)
    times = draw_times(rng, spots.sayings, is_slow(spots.sayings), now, days=DAYS, sweep=SWEEPS[size])
    # The last spots lie outside: every other one has just come in and waits for somebody to look where it belongs.
    for n in range(NUMBERS[size] - outside, NUMBERS[size], 2):
        times[n] = now - timedelta(minutes=int(rng.integers(4, 110)))
    order = sorted(range(len(times)), key=times.__getitem__)
    spots = Spots(spots.lon_lat[order], [spots.sayings[n] for n in order], [spots.words[n] for n in order])
    times = [times[n] for n in order]
    frame = draw_matters(rng, spots, times, now)
    # Nobody goes on with a matter before it is known whose it is.
    waits = np.array([n >= NUMBERS[size] - outside for n in order]) & frame["closed_at"].isna().to_numpy()
    frame.loc[waits, ["started_at", "finished_at"]] = None
    frame.insert(0, "external_id", _numbers(times, staff))
    reporters = draw_reporters(rng, spots.lon_lat, ground.areas, staff)
    frame["reporter"] = [
        reporter if source == "staff" else None
        for reporter, source in zip(reporters, frame["source"], strict=True)
    ]
    return frame


class Spot(NamedTuple):
    """A place where something may be reported later: WGS84 degrees, words for it, a category's key, by whom."""

    lon: float
    lat: float
    words: str
    category: str
    reporter: str


def draw_places(rng: np.random.Generator, ground: Ground, staff: pd.DataFrame, number: int) -> list[Spot]:
    """`number` such places inside the district."""
    spots = draw_spots(rng, ground, number, outside=0)
    reporters = draw_reporters(rng, spots.lon_lat, ground.areas, staff)
    told = zip(spots.lon_lat.tolist(), spots.words, spots.sayings, reporters, strict=True)
    return [Spot(lon, lat, words, saying.key, reporter) for (lon, lat), words, saying, reporter in told]


def draw_matters(
    rng: np.random.Generator, spots: Spots, times: Sequence[datetime], now: datetime
) -> pd.DataFrame:
    """What is told of matters at `spots` reported at `times`, and how they went on until `now`."""
    known, deadlines = load_categories(), load_deadlines(ZONE)
    dues = [_due(deadlines, known, saying, time) for saying, time in zip(spots.sayings, times, strict=True)]
    lives = [draw_life(rng, time, due, now).until(now) for time, due in zip(times, dues, strict=True)]
    sources, shares = zip(*SOURCES, strict=True)
    return pd.DataFrame(
        {
            "lon": spots.lon_lat[:, 0],
            "lat": spots.lon_lat[:, 1],
            "accuracy_m": pd.Series(_accuracies(rng, len(times)), dtype=object),
            "datum": "wgs84",
            "category": [saying.key for saying in spots.sayings],
            "description": _descriptions(rng, spots, times),
            "occurred_at": pd.Series(list(times), dtype="datetime64[us, UTC]"),
            "started_at": pd.Series([life.started_at for life in lives], dtype=object),
            "finished_at": pd.Series([life.finished_at for life in lives], dtype=object),
            "closed_at": pd.Series([life.closed_at for life in lives], dtype=object),
            "source": rng.choice(sources, len(times), p=shares),
        }
    )


def is_slow(sayings: Sequence[Saying]) -> list[bool]:
    """Which of them have days and not hours."""
    known, deadlines = load_categories(), load_deadlines(ZONE)
    limits = {saying.key: deadlines.limit_of(known[saying.key]) for saying in set(sayings)}
    return [(limit := limits[saying.key]) is not None and limit.unit.endswith("days") for saying in sayings]


def _due(
    deadlines: Deadlines, known: Mapping[str, Category], saying: Saying, time: datetime
) -> datetime | None:
    return deadlines.due_at(known[saying.key], time)


def _numbers(times: Sequence[datetime], staff: pd.DataFrame) -> list[str]:
    """District, day and the number within the day, as 990001-20261120-0007."""
    district = str(staff["area"].iloc[0])[:6]
    counted: dict[str, int] = {}
    numbers = []
    for time in times:
        day = f"{time.astimezone(ZONE):%Y%m%d}"
        counted[day] = counted.get(day, 0) + 1
        numbers.append(f"{district}-{day}-{counted[day]:04d}")
    return numbers


def _accuracies(rng: np.random.Generator, number: int) -> list[float | None]:
    """Radii of 95 %, metres, 5 to 60 as phones tell them outdoors and between houses; some tell none."""
    radii = np.clip(rng.lognormal(2.6, 0.6, number), 5, 60).round(1)
    told = rng.random(number) > 0.08
    return [float(radius) if is_told else None for radius, is_told in zip(radii, told, strict=True)]


def _descriptions(rng: np.random.Generator, spots: Spots, times: Sequence[datetime]) -> list[str]:
    """Sentences; the same one of a category comes again only after all its others."""
    nexts: dict[str, int] = {}
    told = []
    for saying, place, time in zip(spots.sayings, spots.words, times, strict=True):
        pick = nexts.setdefault(saying.key, int(rng.integers(0, 1000)))
        nexts[saying.key] += 1 + 7 * int(rng.integers(0, 5)) * len(saying.sentences)
        told.append(say(saying, place, time.astimezone(ZONE).hour, pick))
    return told


def draw_reporters(
    rng: np.random.Generator, lon_lat: np.ndarray, areas: gpd.GeoDataFrame, staff: pd.DataFrame
) -> list[str]:
    """Who reported each: mostly the cell's own people, else the community's; outside, the nearest cell's."""
    grids = areas[areas["level"] == "grid"]
    tree, points = STRtree(grids.geometry.to_numpy()), shapely.points(lon_lat)
    found = np.full(len(points), -1)
    inside, cell = tree.query(points, predicate="intersects")
    found[inside] = cell
    outside = np.flatnonzero(found < 0)
    found[outside] = tree.nearest(points[outside])
    cells = grids["code"].to_numpy()[found]
    by_area = staff.groupby("area")["staff_code"].apply(list).to_dict()
    dice = rng.random((len(cells), 2))
    reporters = []
    for cell, (is_own, which) in zip(cells, dice.tolist(), strict=True):
        own, community = by_area.get(cell, []), by_area[cell[:12]]
        among = own if own and is_own < 0.75 else community
        reporters.append(str(among[int(which * len(among))]))
    return reporters
