"""A net in memory: its tree finds what looking at every cell finds, and many points at once fare as one by one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geo.locate import Place, locate
from gridmap.geo.net import Net
from tests.geo.cells import ACCURACIES, at, box, cell, nets_and_many_places

ROW = [cell(f"{n}", box(n, 0, n + 1, 1)) for n in range(6)]
EVERYWHERE = [at(x / 4, y / 4) for x in range(-2, 28) for y in range(-2, 7)]


def located_many(net: Net, points, accuracies=None) -> list[Place]:
    lon, lat = np.array([p.lon for p in points]), np.array([p.lat for p in points])
    return net.locate_many(lon, lat, accuracies)


@pytest.mark.parametrize(
    ("sides", "codes"),
    [
        ((2.2, 0.2, 2.8, 0.8), "2"),
        ((2.2, 0.2, 4.1, 0.8), "234"),
        ((3, 0.5, 3, 0.5), "23"),
        ((3, 1, 3, 1), "23"),
        ((-1, -1, -0.1, -0.1), ""),
        ((-9, -9, 99, 99), "012345"),
    ],
    ids=["within_one", "across", "point_on_border", "point_on_corner", "beside", "all"],
)
def test_a_box_is_answered_with_every_cell_it_touches(sides, codes):
    bbox = (*at(*sides[:2]), *at(*sides[2:]))
    assert sorted(one.code for one in Net(ROW).within(bbox)) == list(codes)


def test_a_box_is_answered_by_bounding_boxes():
    corner = cell("corner", shapely.Polygon([at(0, 0), at(4, 0), at(0, 4)]))
    assert Net([corner]).within((*at(3, 3), *at(3, 3))) == [corner]


def test_a_net_of_nothing_has_nothing():
    assert Net([]).within((*at(0, 0), *at(9, 9))) == []
    assert [place.status for place in located_many(Net([]), [at(1, 1)])] == ["outside"]


def test_no_points_have_no_places():
    assert located_many(Net(ROW), []) == located_many(Net([]), []) == []


def test_many_points_fare_as_one_by_one():
    net = Net(ROW)
    many = located_many(net, EVERYWHERE)
    assert many == [locate(net, point) for point in EVERYWHERE]
    assert {place.status for place in many} == {"inside", "outside"}


def test_places_come_in_the_order_of_their_points():
    shuffled = [EVERYWHERE[n] for n in np.random.default_rng(1).permutation(len(EVERYWHERE))]
    assert [place.lon_lat for place in located_many(Net(ROW), shuffled)] == shuffled


@given(drawn=nets_and_many_places(1, 12), data=st.data())
@settings(max_examples=80, deadline=None)
def test_many_points_fare_as_one_by_one_to_the_last_bit(drawn, data):
    cells, points = drawn
    known = st.none() | st.just(0.0) | ACCURACIES
    accuracies = data.draw(st.lists(known, min_size=len(points), max_size=len(points)))
    net = Net(cells)
    one_by_one = [locate(net, *pair) for pair in zip(points, accuracies, strict=True)]
    assert located_many(net, points, accuracies) == one_by_one


@given(drawn=nets_and_many_places(2, 30))
@settings(max_examples=80, deadline=None)
def test_margins_do_not_depend_on_how_many_are_asked_at_once(drawn):
    cells, points = drawn
    net = Net(cells)
    together = located_many(net, points)
    assert [p.margin_m for p in together] == [located_many(net, [point])[0].margin_m for point in points]
    assert together == [locate(net, point) for point in points]


@given(drawn=nets_and_many_places(2, 2))
@settings(max_examples=80, deadline=None)
def test_the_tree_finds_what_looking_at_every_cell_finds(drawn):
    cells, (corner, other) = drawn
    west, east = sorted([corner.lon, other.lon])
    south, north = sorted([corner.lat, other.lat])
    found = {one.code for one in Net(cells).within((west, south, east, north))}
    bounds = {one.code: one.geometry.bounds for one in cells}
    assert found == {
        code
        for code, b in bounds.items()
        if b[0] <= east and west <= b[2] and b[1] <= north and south <= b[3]
    }
