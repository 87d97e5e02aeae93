"""Where a point lies, on drawn cells: one rule at every border and overlap, shares that add up, true distances."""

from __future__ import annotations

import json
import math

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import InvalidInputError
from gridmap.geo import locate as located
from gridmap.geo.crs import LonLat
from gridmap.geo.locate import Place, locate, nearest_by_boxes, smallest_covering
from gridmap.geo.net import Net
from tests.geo.cells import (
    ACCURACIES,
    NETS,
    NETS_AND_PLACES,
    EveryCell,
    at,
    box,
    cell,
    drawn,
    drawn_shares,
    metres_to_border,
)

WEST, EAST = cell("west", box(0, 0, 4, 4)), cell("east", box(4, 0, 8, 4))
NORTH = cell("north", box(0, 4, 8, 8))
TOWN = Net([EAST, WEST, NORTH])
CENTRE_OF_WEST = at(2, 2)
GEOD = pyproj.Geod(ellps="WGS84")


def code_of(place: Place) -> str | None:
    return place.cell.code if place.cell else None


def shares(place: Place) -> dict[str | None, float]:
    return {c.cell.code if c.cell else None: c.share for c in place.candidates}


def overlapping(place: Place) -> list[str]:
    return [c.cell.code for c in place.candidates if c.cell and c.is_overlap]


# --- the four answers


def test_inside_without_an_accuracy():
    place = locate(TOWN, CENTRE_OF_WEST)
    assert (place.status, place.cell, place.rule) == ("inside", WEST, "covered_by_one")
    assert (shares(place), place.nearest, place.distance_m) == ({"west": 1.0}, None, None)
    assert place.margin_m == pytest.approx(metres_to_border(WEST.geometry, CENTRE_OF_WEST), rel=1e-6)


def test_inside_with_an_accuracy_that_reaches_nobody_else():
    place = locate(TOWN, CENTRE_OF_WEST, 20)
    assert (place.status, code_of(place)) == ("inside", "west")
    assert shares(place) == {"west": 1.0, None: 0.0}


def test_inside_while_another_has_less_than_a_tenth():
    place = locate(TOWN, at(3.5, 2), 80)
    assert place.status == "inside"
    assert 0 < shares(place)["east"] < 0.1


def test_ambiguous_where_another_cell_has_a_tenth_or_more():
    place = locate(TOWN, at(3.9, 2), 80)
    assert (place.status, code_of(place)) == ("ambiguous", "west")
    assert 0.1 <= shares(place)["east"] < 0.5
    assert list(shares(place)) == ["west", "east", None]


def test_a_tenth_is_where_it_becomes_ambiguous():
    # A straight border in σ from the point: a tenth of the normal lies beyond 1.2816 σ.
    beyond = np.array([1.25, 1.31]) * 80 / located.SIGMAS_IN_ACCURACY
    points = [LonLat(*GEOD.fwd(*at(4, 2), 270, metres)[:2]) for metres in beyond]
    assert [locate(TOWN, point, 80).status for point in points] == ["ambiguous", "inside"]


def test_ambiguous_where_none_has_a_tenth_or_more():
    place = locate(TOWN, at(0.1, 2), 80)
    assert (place.status, code_of(place)) == ("ambiguous", "west")
    assert shares(place)[None] >= 0.1


def test_near_where_the_circle_touches_a_cell():
    place = locate(TOWN, at(-1, 2), 100)
    assert (place.status, place.cell, place.margin_m) == ("near", None, None)
    assert (place.nearest, place.rule) == (WEST, "covered_by_none")
    assert place.distance_m == pytest.approx(metres_to_border(WEST.geometry, at(-1, 2)), rel=1e-6)
    assert 0 < shares(place)["west"] < 0.5


def test_outside_where_the_circle_touches_none():
    place = locate(TOWN, at(-1, 2), 60)
    assert (place.status, place.cell, place.nearest) == ("outside", None, WEST)


@pytest.mark.parametrize("accuracy_m", [None, 0, 0.0])
def test_without_an_accuracy_there_is_only_inside_and_outside(accuracy_m):
    assert locate(TOWN, at(3.999999, 2), accuracy_m).status == "inside"
    place = locate(TOWN, at(-0.000001, 2), accuracy_m)
    assert (place.status, place.cell, place.nearest, place.candidates) == ("outside", None, WEST, ())


@pytest.mark.parametrize("accuracy_m", [-1, -0.001, math.nan, math.inf, -math.inf])
def test_an_accuracy_that_cannot_be_is_refused(accuracy_m):
    with pytest.raises(InvalidInputError) as refused:
        locate(TOWN, CENTRE_OF_WEST, accuracy_m)
    assert refused.value.code == "accuracy_invalid"
    assert refused.value.details == {"accuracy_m": str(accuracy_m)}


@pytest.mark.parametrize("accuracy_m", [5e-324, 1e-300, 1e-9, 1e-3])
def test_the_finest_accuracy_still_gives_shares(accuracy_m):
    assert shares(locate(TOWN, at(4, 2), accuracy_m)) == pytest.approx(
        {"east": 0.5, "west": 0.5, None: 0}, abs=1e-6
    )


def test_an_accuracy_beyond_the_coarsest_counts_as_the_coarsest():
    coarse = locate(TOWN, CENTRE_OF_WEST, 1e12)
    assert coarse == locate(TOWN, CENTRE_OF_WEST, located.MAX_ACCURACY_M)
    assert coarse.status == "ambiguous"


@pytest.mark.parametrize("accuracy_m", [None, 50])
def test_where_there_are_no_cells_nothing_is_near(accuracy_m):
    place = locate(Net([]), CENTRE_OF_WEST, accuracy_m)
    assert (place.status, place.cell, place.nearest, place.distance_m) == ("outside", None, None, None)
    assert shares(place) == ({} if accuracy_m is None else {None: 1.0})


# --- borders, overlaps, holes, parts


@pytest.mark.parametrize("north", np.linspace(0, 4, 41)[:-1])
def test_a_shared_border_belongs_to_one_and_the_other_stands_beside(north):
    place = locate(TOWN, at(4, north))
    # Same area to the last millimetre: the lower code has it.
    assert (code_of(place), place.status, place.margin_m) == ("east", "inside", pytest.approx(0, abs=1e-6))
    assert (shares(place), overlapping(place)) == ({"east": 1.0, "west": 0.0}, ["west"])
    assert place.rule == "covered_by_several_smaller_area_wins"


def test_a_shared_vertex_belongs_to_one_of_the_three():
    place = locate(TOWN, at(4, 4))
    # Going north, a degree of longitude shrinks; the lower code still has it only among equals.
    expected = min((WEST, EAST, NORTH), key=lambda one: (one.area_m2, one.code))
    assert place.cell == expected
    assert sorted(overlapping(place)) == sorted({"west", "east", "north"} - {expected.code})
    assert sorted(shares(place).values()) == [0.0, 0.0, 1.0]


def test_every_corner_and_every_border_of_a_net_has_exactly_one_cell():
    cells = [cell(f"{x}{y}", box(x, y, x + 1, y + 1)) for x in range(4) for y in range(4)]
    net = Net(cells)
    for east, north in ((x / 2, y / 2) for x in range(9) for y in range(9)):
        place = locate(net, at(east, north))
        touching = [c.code for c in cells if shapely.intersects(c.geometry, shapely.Point(at(east, north)))]
        assert place.status == "inside"
        assert sorted([code_of(place), *overlapping(place)]) == sorted(touching)
        assert sum(shares(place).values()) == 1.0


LARGE, SMALL = cell("a-large", box(0, 0, 6, 6)), cell("z-small", box(3, 3, 5, 5))


def test_where_cells_overlap_the_smaller_one_wins():
    place = locate(Net([LARGE, SMALL]), at(4, 4))
    assert (code_of(place), shares(place)) == ("z-small", {"z-small": 1.0, "a-large": 0.0})
    assert overlapping(place) == ["a-large"]
    assert code_of(locate(Net([LARGE, SMALL]), at(1, 1))) == "a-large"


def test_where_overlapping_cells_are_of_one_size_the_lower_code_wins():
    twins = [cell("b", box(0, 0, 2, 2)), cell("a", box(0, 0, 2, 2)), cell("B", box(0, 0, 2, 2))]
    place = locate(Net(twins), at(1, 1))
    assert (code_of(place), overlapping(place)) == ("B", ["a", "b"])


def test_the_larger_of_overlapping_cells_has_only_the_rest():
    place = locate(Net([LARGE, SMALL]), at(4, 4), 20)
    assert shares(place) == pytest.approx({"z-small": 1.0, "a-large": 0.0, None: 0.0}, abs=1e-6)
    at_the_edge = shares(locate(Net([LARGE, SMALL]), at(5, 4), 20))
    assert at_the_edge == pytest.approx({"z-small": 0.5, "a-large": 0.5, None: 0.0}, abs=1e-6)


RING = cell("ring", box(0, 0, 6, 6).difference(box(2, 2, 4, 4)))


def test_a_hole_belongs_to_nobody_but_its_rim_does():
    assert locate(Net([RING]), at(3, 3)).status == "outside"
    assert locate(Net([RING]), at(3, 3)).nearest == RING
    assert code_of(locate(Net([RING]), at(2, 3))) == "ring"
    assert locate(Net([RING]), at(3, 3), 250).status == "near"


def test_the_margin_is_measured_to_the_hole_too():
    place = locate(Net([RING]), at(1.9, 3))
    assert place.margin_m == pytest.approx(GEOD.inv(*at(1.9, 3), *at(2, 3))[2], rel=1e-4)


def test_a_cell_that_fills_the_hole_has_it():
    filling = cell("yolk", box(2, 2, 4, 4))
    assert code_of(locate(Net([RING, filling]), at(3, 3))) == "yolk"
    assert shares(locate(Net([RING, filling]), at(3, 3), 60))[None] == pytest.approx(0, abs=1e-6)


def test_both_parts_of_a_cell_are_the_cell_and_the_ground_between_is_not():
    parts = cell("two", shapely.MultiPolygon([box(0, 0, 1, 1), box(3, 0, 4, 1)]))
    assert [code_of(locate(Net([parts]), at(x, 0.5))) for x in (0.5, 2, 3.5)] == ["two", None, "two"]
    # Half a step from either: the parts' shares are one share.
    alone = shares(locate(Net([cell("two", box(0, 0, 1, 1))]), at(2, 0.5), 150))["two"]
    assert shares(locate(Net([parts]), at(2, 0.5), 150))["two"] == pytest.approx(2 * alone, rel=1e-9)


def test_the_smallest_covering_area_is_the_deepest():
    district = cell("d", box(0, 0, 8, 8), "d/")
    street = cell("s", box(0, 0, 8, 8), "d/s/")
    community = cell("c", box(0, 0, 4, 8), "d/s/c/")
    net = Net([district, community, street])
    found = [smallest_covering(net, at(x, 2)) for x in (2, 4, 6, 9)]
    assert found == [community, community, street, None]


# --- what is said of it


def test_the_why_of_a_border_point():
    place = locate(TOWN, at(4, 2))
    why = json.loads(json.dumps(place.to_json()))
    assert why == {
        "status": "inside",
        "cell": {"code": "east", "name": "网格east", "version": 1},
        "margin_m": 0.0,
        "candidates": [
            {"code": "east", "name": "网格east", "share": 1.0},
            {"code": "west", "name": "网格west", "share": 0.0, "overlap": True},
        ],
        "rule": "covered_by_several_smaller_area_wins",
        "lon_lat_wgs84": list(at(4, 2)),
        "nearest": None,
    }


def test_the_why_of_a_point_outside():
    why = locate(TOWN, at(-1, 2), 100).to_json()
    distance = round(metres_to_border(WEST.geometry, at(-1, 2)), 2)
    assert why["nearest"] == {
        "code": "west",
        "name": "网格west",
        "distance_m": pytest.approx(distance, abs=0.011),
    }
    assert (why["cell"], why["margin_m"], why["candidates"][-1]["code"]) == (None, None, None)


# --- properties over drawn nets


@given(net=NETS_AND_PLACES, accuracy_m=ACCURACIES)
@settings(max_examples=150, deadline=None)
def test_the_shares_of_all_cells_and_of_none_add_up_to_one(net, accuracy_m):
    cells, point = net
    place = locate(Net(cells), point, accuracy_m)
    found = [c.share for c in place.candidates]
    assert math.fsum(found) == pytest.approx(1, abs=5e-6)
    assert all(0 <= share <= 1 for share in found)
    assert place.candidates[-1].cell is None
    losers = [c.share for c in place.candidates[1 if place.cell else 0 : -1]]
    assert losers == sorted(losers, reverse=True)
    others = [c.share for c in place.candidates if c.cell != place.cell]
    if place.cell:
        assert place.status == ("ambiguous" if max(others) >= 0.1 else "inside")


@given(net=NETS_AND_PLACES, accuracy_m=st.none() | ACCURACIES)
@settings(max_examples=150, deadline=None)
def test_an_index_changes_nothing_about_the_answer(net, accuracy_m):
    cells, point = net
    found, plain = locate(Net(cells), point, accuracy_m), locate(EveryCell(cells), point, accuracy_m)
    assert (found.status, found.cell, found.rule) == (plain.status, plain.cell, plain.rule)
    assert (found.margin_m, found.distance_m, found.nearest) == (
        plain.margin_m,
        plain.distance_m,
        plain.nearest,
    )
    assert shares(found).keys() == shares(plain).keys()
    assert shares(found) == pytest.approx(shares(plain), abs=5e-6)


@given(net=NETS_AND_PLACES, accuracy_m=st.none() | ACCURACIES)
@settings(max_examples=150, deadline=None)
def test_locate_agrees_with_looking_at_every_cell(net, accuracy_m):
    cells, point = net
    place = locate(Net(cells), point, accuracy_m)
    covering = [c for c in cells if c.geometry.covers(shapely.Point(point))]
    covering.sort(key=lambda one: (one.area_m2, one.code))
    assert place.cell == (covering[0] if covering else None)
    assert set(overlapping(place)) == {one.code for one in covering[1:]}
    distances = {one.code: metres_to_border(one.geometry, point) for one in cells}
    if covering:
        assert place.margin_m == pytest.approx(distances[covering[0].code], rel=1e-3, abs=1e-3)
    elif cells:
        assert place.distance_m == pytest.approx(min(distances.values()), rel=1e-3, abs=1e-3)
        assert distances[place.nearest.code] == pytest.approx(min(distances.values()), rel=1e-3, abs=1e-3)
        is_near = accuracy_m is not None and place.distance_m <= accuracy_m
        assert place.status == ("near" if is_near else "outside")


@given(net=NETS_AND_PLACES, accuracy_m=st.floats(20, 1500))
@settings(max_examples=40, deadline=None)
def test_the_shares_are_those_that_the_lot_draws(net, accuracy_m):
    cells, point = net
    found = shares(locate(Net(cells), point, accuracy_m))
    by_lot = drawn_shares(cells, point, accuracy_m, draws=10_000)
    # Five standard deviations of 10,000 draws.
    assert {code: found.get(code, 0.0) for code in by_lot} == pytest.approx(by_lot, abs=0.025)


# --- the nearest cell


def nearest_cell(net, point):
    """Over all cells in memory, which has to be the same as box by box."""
    found = net.nearest(point)
    assert nearest_by_boxes(net.within, point) == found
    return found


def test_the_nearest_cell_is_no_trap_of_boxes():
    # The hook's box holds the point, its border is 400 m away; the plot stands outside the first box.
    hook = drawn((-6, -5), (6, -5), (6, 5), (5, 5), (5, -4), (-6, -4))
    plot = box(-5, -0.5, -4, 0.5)
    nearest, distance = nearest_cell(Net([cell("hook", hook), cell("plot", plot)]), at(0, 0))
    assert nearest.code == "plot"
    assert distance == pytest.approx(metres_to_border(plot, at(0, 0)), rel=1e-3)
    assert distance > 300


def test_of_equally_near_cells_the_lower_code_is_named():
    pair = [cell("b", box(1, 0, 2, 1)), cell("a", box(1, 0, 2, 1))]
    assert nearest_cell(Net(pair), at(0, 0.5))[0].code == "a"


@pytest.mark.parametrize("steps", [1, 10, 80, 500, 2500, 9000])
def test_the_nearest_is_found_however_far(steps):
    far = [cell("east", box(steps, 0, steps + 1, 1)), cell("north", box(0, steps, 1, steps + 1))]
    nearest, distance = nearest_cell(Net(far), at(-0.5, -0.5))
    assert nearest.code == "east"  # a degree of longitude is the shorter one
    assert distance == pytest.approx(metres_to_border(far[0].geometry, at(-0.5, -0.5)), rel=1e-2)


def test_the_search_ends_where_there_is_nothing():
    assert nearest_cell(Net([]), CENTRE_OF_WEST) == (None, None)


FAR = st.builds(at, st.floats(-60, 70), st.floats(-60, 70))


@given(cells=NETS, scattered=st.lists(FAR, max_size=4), point=FAR)
@settings(max_examples=60, deadline=None)
def test_boxes_that_grow_find_what_looking_at_every_cell_finds(cells, scattered, point):
    plots = [
        cell(f"p{n}", shapely.box(p.lon, p.lat, p.lon + 1e-4, p.lat + 1e-4)) for n, p in enumerate(scattered)
    ]
    everything = [*cells, *plots]
    nearest, distance = nearest_cell(Net(everything), point)
    distances = {one.code: metres_to_border(one.geometry, point) for one in everything}
    if not everything:
        assert nearest is None
        return
    least = min(distances.values())
    assert distance == pytest.approx(least, rel=1e-3, abs=1e-3)
    assert distances[nearest.code] == pytest.approx(least, rel=1e-3, abs=1e-3)
