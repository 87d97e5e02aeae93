"""The matters of the demo: their places, categories, rhythm and what is still open."""

from __future__ import annotations

import csv
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, STRtree

from gridmap.demo import plan
from gridmap.demo.district import NOW
from gridmap.demo.plane import metres
from gridmap.demo.sayings import SAYINGS
from gridmap.demo.spots import CROWDS, OUTSIDE
from gridmap.resources import folder

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def categories() -> dict[str, str]:
    """The Chinese name of every category in geodata, by key."""
    names = {}
    for file in (folder("geodata") / "categories").glob("*.csv"):
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines()):
            if "code" in row:
                names[f"{row['standard']}:{row['kind']}:{row['code']}"] = row["name_zh"]
    return names


def points_m(district) -> np.ndarray:
    return metres(district.issues[["lon", "lat"]].to_numpy())


def is_open(district) -> pd.Series:
    return district.issues["closed_at"].map(lambda closed: closed is None)


def test_there_are_about_1500_of_which_about_550_are_open(district):
    assert len(district.issues) == 1500
    assert 0.35 <= is_open(district).mean() <= 0.40


def test_every_category_is_in_the_tables_under_its_name(categories):
    assert [saying.key for saying in SAYINGS if categories.get(saying.key) != saying.name_zh] == []
    assert len({saying.key for saying in SAYINGS}) == len(SAYINGS)


def test_every_category_of_an_issue_exists_and_many_occur(district, categories):
    assert set(district.issues["category"]) <= categories.keys()
    assert district.issues["category"].nunique() > 40


def test_descriptions_name_a_road_and_nothing_is_left_unfilled(district):
    roads = tuple(set(district.roads["name"]))
    assert all(words.startswith(roads) and "{" not in words for words in district.issues["description"])


def test_times_lie_in_the_sixty_days_before_now_in_order(district):
    occurred = district.issues["occurred_at"]
    assert str(occurred.dt.tz) == "UTC"
    assert occurred.is_monotonic_increasing
    assert NOW - timedelta(days=60) <= occurred.min() <= occurred.max() <= NOW
    assert occurred.max() > NOW - timedelta(hours=1)


def test_what_is_closed_was_closed_after_it_occurred_and_before_now(district):
    closed = district.issues[~is_open(district)]
    for issue in closed.itertuples():
        assert issue.occurred_at < issue.closed_at <= NOW
        assert issue.closed_at.tzinfo is UTC


def test_days_are_busier_than_nights_and_workdays_than_weekends(district):
    local = district.issues["occurred_at"].dt.tz_convert(SHANGHAI)
    by_hour = local.dt.hour.value_counts()
    assert by_hour[9] > 10 * by_hour.get(3, 0)
    assert by_hour[12] < by_hour[10]
    before_sweep = local[local < NOW - timedelta(days=18)]
    by_weekday = before_sweep.dt.dayofweek.value_counts()
    assert by_weekday[[5, 6]].mean() < 0.8 * by_weekday[[0, 1, 2, 3, 4]].mean()


def test_a_few_lie_just_outside_the_district(district):
    whole = shapely.transform(district.areas.geometry[0], metres)
    away = np.array([whole.distance(Point(point)) for point in points_m(district)])
    assert (away > 0).sum() == OUTSIDE
    assert away[away > 0].min() >= 20
    assert away.max() < 151


def test_some_lie_within_metres_of_a_border_of_a_cell(district):
    grids = district.areas.geometry[district.areas["level"] == "grid"].to_numpy()
    borders = shapely.transform(shapely.boundary(grids), metres)
    near = STRtree(borders).query(shapely.points(points_m(district)), predicate="dwithin", distance=5.0)
    assert 50 < len(set(near[0])) < 500


@pytest.mark.parametrize("crowd", CROWDS, ids=lambda crowd: crowd.names_zh[0])
def test_matters_crowd_around_landmarks(district, crowd):
    offsets = points_m(district) - np.array(crowd.place)
    near = (np.hypot(*offsets.T) < 2 * crowd.scatter_m).sum()
    evenly = len(district.issues) * np.pi * (2 * crowd.scatter_m) ** 2 / 31e6
    assert near > 4 * evenly


def test_puddles_come_with_the_rain(district):
    puddles = district.issues[district.issues["category"] == "GBT30428:matter:0506"]
    assert len(puddles) >= 10
    assert puddles["occurred_at"].dt.date.nunique() <= 4


def test_accuracies_are_those_of_phones_or_not_told(district):
    told = district.issues["accuracy_m"].dropna()
    assert told.between(5, 60).all()
    assert 0 < len(district.issues) - len(told) < 200
    assert {type(value) for value in district.issues["accuracy_m"]} == {float, type(None)}
    assert set(district.issues["datum"]) == {"wgs84"}


def test_reporters_are_staff_of_the_cell_or_its_community(district):
    held = district.staff.groupby("staff_code")["area"].apply(set).to_dict()
    grids = district.areas[district.areas["level"] == "grid"].reset_index(drop=True)
    places = shapely.points(district.issues[["lon", "lat"]].to_numpy())
    cells = grids["code"][STRtree(grids.geometry.to_numpy()).nearest(places)]
    for reporter, cell in zip(district.issues["reporter"], cells, strict=True):
        assert held[reporter] & {cell, cell[:12]}


def test_external_ids_are_unlike_and_tell_the_local_day(district):
    ids = district.issues["external_id"]
    assert ids.is_unique
    days = district.issues["occurred_at"].dt.tz_convert(SHANGHAI).dt.strftime("%Y%m%d")
    assert list(ids.str[:15]) == [f"{plan.DISTRICT_CODE}-{day}" for day in days]
