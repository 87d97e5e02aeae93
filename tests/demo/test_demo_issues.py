"""The matters of the demo: their places, words, rhythm, and how each was dealt with."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, STRtree

from gridmap.demo import plan
from gridmap.demo.district import NOW
from gridmap.demo.matters import OUTSIDE_SHARE
from gridmap.demo.photos.album import SCENES
from gridmap.demo.plane import metres
from gridmap.demo.sayings import BY_KEY, HOURS, NIGHT, SAYINGS, say
from gridmap.demo.spots import CROWDS
from gridmap.files.tables import load_categories, load_deadlines

SHANGHAI = ZoneInfo("Asia/Shanghai")


def points_m(district) -> np.ndarray:
    return metres(district.issues[["lon", "lat"]].to_numpy())


def is_open(district) -> pd.Series:
    return district.issues["closed_at"].isna()


def dues(district) -> list:
    limits, known = load_deadlines(SHANGHAI), load_categories()
    return [limits.due_at(known[i.category], i.occurred_at) for i in district.issues.itertuples()]


def test_there_are_1500_of_which_some_hundreds_are_open_in_every_state(district):
    open_ones = district.issues[is_open(district)]
    assert len(district.issues) == 1500
    assert 150 <= len(open_ones) <= 450
    for waits in (
        open_ones["started_at"].isna(),
        open_ones["finished_at"].isna() & open_ones["started_at"].notna(),
        open_ones["finished_at"].notna(),
    ):
        assert waits.sum() >= 15


def test_every_category_is_in_the_tables_under_its_name_and_has_a_scene():
    known = load_categories()
    assert [s.key for s in SAYINGS if s.key not in known or known[s.key].name_zh != s.name_zh] == []
    assert len(BY_KEY) == len(SAYINGS) > 40
    assert {s.scene for s in SAYINGS} <= SCENES.keys()
    assert {s.hours for s in SAYINGS} <= HOURS.keys()


def test_many_categories_occur_and_hardly_two_sentences_are_the_same(district):
    assert district.issues["category"].nunique() > 40
    words = district.issues["description"]
    assert not words.str.contains(r"[{}]|两0|nan").any()
    assert words.nunique() > 0.95 * len(words)
    assert words.tail(20).nunique() == 20


def test_words_of_the_night_are_said_at_night(district):
    late = [(s, words) for s in SAYINGS for words in s.night]
    assert late
    for saying, _ in late:
        assert {say(saying, "某处", 22, n) for n in range(40)}.isdisjoint(
            {say(saying, "某处", 10, n) for n in range(40)}
        )
    assert 12 not in NIGHT


def test_times_lie_in_the_sixty_days_before_now_in_order(district):
    occurred = district.issues["occurred_at"]
    assert str(occurred.dt.tz) == "UTC"
    assert occurred.is_monotonic_increasing
    assert NOW - timedelta(days=60, hours=1) <= occurred.min() <= occurred.max() <= NOW
    assert occurred.max() > NOW - timedelta(hours=1)


def test_each_was_begun_finished_and_closed_in_that_order_and_before_now(district):
    for issue in district.issues.itertuples():
        told = [issue.occurred_at, issue.started_at, issue.finished_at, issue.closed_at]
        past = [moment for moment in told if not pd.isna(moment)]
        assert past == sorted(past)
        assert past[-1] <= NOW
        assert [pd.isna(moment) for moment in told] == sorted(pd.isna(moment) for moment in told)
    assert {moment.tzinfo for moment in district.issues["closed_at"].dropna()} == {UTC}


def test_most_were_closed_in_time_and_a_few_are_late(district):
    issues, due = district.issues, dues(district)
    late = pd.Series(
        [
            d is not None and (NOW if pd.isna(c) else c) > d
            for d, c in zip(due, issues["closed_at"], strict=True)
        ]
    )
    assert 0.01 <= late[~is_open(district)].mean() <= 0.05
    assert 3 <= late[is_open(district) & issues["finished_at"].isna()].sum() <= 40


def test_days_are_busier_than_nights_and_workdays_than_weekends(district):
    local = district.issues["occurred_at"].dt.tz_convert(SHANGHAI)
    by_hour = local.dt.hour.value_counts()
    assert by_hour[9] > 6 * by_hour.get(3, 0)
    assert by_hour[13] < by_hour[9]
    before_sweep = local[local < NOW - timedelta(days=10)]
    by_weekday = before_sweep.dt.dayofweek.value_counts()
    assert by_weekday[[5, 6]].mean() < 0.85 * by_weekday[[0, 1, 2, 3, 4]].mean()


def test_a_few_lie_just_outside_the_district_and_some_of_them_wait(district):
    whole = shapely.transform(district.areas.geometry[0], metres)
    away = np.array([whole.distance(Point(point)) for point in points_m(district)])
    assert (away > 0).sum() == round(OUTSIDE_SHARE * 1500)
    assert away[away > 0].min() >= 20
    assert away.max() < 160
    waiting = district.issues[(away > 0) & is_open(district).to_numpy()]
    assert len(waiting) >= 5
    assert waiting["started_at"].isna().all()


def test_some_lie_within_metres_of_a_border_of_a_cell(district):
    grids = district.areas.geometry[district.areas["level"] == "grid"].to_numpy()
    borders = shapely.transform(shapely.boundary(grids), metres)
    near = STRtree(borders).query(shapely.points(points_m(district)), predicate="dwithin", distance=5.0)
    assert 50 < len(set(near[0])) < 900


@pytest.mark.parametrize("rank", ["market", "mall", "site", "underpass"])
def test_matters_crowd_around_places(district, rank):
    crowd, places = CROWDS[rank], district.landmarks
    here = places[(places["kind"] == "place") & (places["rank"] == rank)]
    spots = metres(shapely.get_coordinates(shapely.centroid(here.geometry.to_numpy())))
    reach = 2 * crowd.scatter_m
    near = sum((np.hypot(*(points_m(district) - spot).T) < reach).sum() for spot in spots)
    evenly = len(district.issues) * np.pi * reach**2 / 31e6 * len(spots)
    assert near > 3 * evenly


def test_puddles_come_with_the_rain(district):
    puddles = district.issues[district.issues["category"] == "GBT30428:matter:0506"]
    assert len(puddles) >= 10
    assert puddles["occurred_at"].dt.date.nunique() <= 5


def test_accuracies_are_those_of_phones_or_not_told(district):
    told = district.issues["accuracy_m"].dropna()
    assert told.between(5, 60).all()
    assert 0 < len(district.issues) - len(told) < 200
    assert set(district.issues["datum"]) == {"wgs84"}


def test_reports_come_from_several_sources_those_of_staff_from_people_near_by(district):
    sources = Counter(district.issues["source"])
    assert sources["staff"] > sources["seat"] > sources["department"] > 0
    held = district.staff.groupby("staff_code")["area"].apply(set).to_dict()
    grids = district.areas[district.areas["level"] == "grid"].reset_index(drop=True)
    places = shapely.points(district.issues[["lon", "lat"]].to_numpy())
    cells = grids["code"][STRtree(grids.geometry.to_numpy()).nearest(places)]
    for issue, cell in zip(district.issues.itertuples(), cells, strict=True):
        assert (issue.source == "staff") == isinstance(issue.reporter, str)
        assert issue.source != "staff" or held[issue.reporter] & {cell, cell[:12]}


def test_external_ids_are_unlike_and_tell_the_local_day(district):
    ids = district.issues["external_id"]
    assert ids.is_unique
    days = district.issues["occurred_at"].dt.tz_convert(SHANGHAI).dt.strftime("%Y%m%d")
    assert list(ids.str[:15]) == [f"{plan.DISTRICT_CODE}-{day}" for day in days]
