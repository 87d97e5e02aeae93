"""The demo as a whole: the same seed draws the same, what is asked wrongly is refused, it says what it is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from gridmap.demo.addresses import addresses
from gridmap.demo.district import NOW, draw_district
from gridmap.demo.names import RoadNames
from gridmap.demo.plane import lon_lat, metres
from gridmap.demo.roads import Road
from gridmap.errors import InvalidInputError

FRAMES = ("areas", "buildings", "roads", "greens", "staff", "issues")


def same(one, other, name) -> bool:
    try:
        pd.testing.assert_frame_equal(_plain(one, name), _plain(other, name))
    except AssertionError:
        return False
    return True


def _plain(district, name) -> pd.DataFrame:
    frame = getattr(district, name)
    return frame.to_wkb() if isinstance(frame, gpd.GeoDataFrame) else frame


def test_the_same_seed_and_now_draw_the_same(district):
    again = draw_district(990001, "small", NOW)
    assert [name for name in FRAMES if not same(district, again, name)] == []


def test_another_seed_draws_another_town(district):
    other = draw_district(7)
    assert [name for name in FRAMES if same(district, other, name)] == []


def test_now_moves_the_matters_but_not_the_town(district):
    later = draw_district(now=NOW + timedelta(days=100))
    assert [name for name in FRAMES if same(district, later, name)] == [
        "areas",
        "buildings",
        "roads",
        "greens",
    ]
    assert later.issues["occurred_at"].min() > NOW


def test_one_instant_in_another_zone_is_the_same_now(district):
    elsewhere = draw_district(now=NOW.astimezone(timezone(timedelta(hours=-11))))
    assert same(district, elsewhere, "issues")
    assert same(district, elsewhere, "staff")


def test_another_size_is_refused():
    with pytest.raises(InvalidInputError) as refused:
        draw_district(size="city")
    assert refused.value.code == "demo_size_unknown"
    assert refused.value.details["size"] == "city"


def test_a_now_without_a_zone_is_refused():
    with pytest.raises(InvalidInputError) as refused:
        draw_district(now=datetime(2026, 11, 20, 12, 0))
    assert refused.value.code == "demo_now_without_zone"


def test_it_says_that_it_is_invented(district):
    assert district.notice == "示例·示意图，非行政区划界线"


def test_metres_and_degrees_are_each_others_way_back():
    places = np.array([[0.0, 0.0], [7000.0, 5000.0], [3500.0, 2500.0]])
    assert np.abs(metres(lon_lat(places)) - places).max() < 0.002
    assert lon_lat(places[2:]).tolist() == [[103.80, 25.49]]


def test_doors_are_odd_on_the_left_and_even_on_the_right_and_never_twice():
    road = Road("和平路", "main", LineString([(0, 0), (200, 0)]))
    left, right = [LineString([(5, y), (6, y)]).centroid for y in (20, -20)]
    assert addresses([road], [left, right, left]) == ["和平路1号", "和平路2号", "和平路3号"]


def test_road_names_never_run_out_nor_come_twice():
    names = RoadNames(np.random.Generator(np.random.PCG64(1)))
    drawn = [names.next("路") for _ in range(400)]
    assert len(set(drawn)) == 400
    assert all(name.endswith("路") for name in drawn)
