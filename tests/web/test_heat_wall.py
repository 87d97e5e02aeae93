"""A wall's heat hides single matters: no two answers of it, of other moments, boxes, areas or units, differ by one to four."""

from __future__ import annotations

from datetime import timedelta
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from flask import Flask
from scipy import ndimage
from sqlalchemy import insert

from gridmap.actions.office import Office
from gridmap.actions.reporting import report
from gridmap.db.models import Building
from gridmap.domain.hiding import FEWEST, in_fives, last_step
from gridmap.geo import heat as density
from gridmap.geo.crs import WGS84
from tests.conftest import Clock
from tests.town import (
    C1,
    C2,
    C3,
    CENTRES,
    DISTRICT,
    EASTGATE,
    OUTSIDE,
    PARKING,
    RIVERSIDE,
    STREET,
    Caller,
    actor_named,
    caller,
    report_at,
)
from tests.web.asking import act, fault, reported

VIEW = "103.79,25.48,103.84,25.52"
CORNER = (103.8007, 25.5009)
"""In C1, far from its middle."""
AT_THE_CORNER, AT_THE_LABEL = "103.800,25.500,103.802,25.502", "103.804,25.504,103.806,25.506"


@pytest.fixture
def wall(app: Flask, office: Office) -> Caller:
    return caller(app, office, "wall")


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def heat(who: Caller, **query: Any) -> dict[str, Any]:
    response: Any = who.get("/heat", **{"bbox": VIEW, "zoom": 14} | query)
    assert response.status_code == 200, response.json
    return dict(response.json)


def many(office: Office, place: str | tuple[float, float], number: int) -> None:
    lon_lat = CENTRES[place] if isinstance(place, str) else place
    for _ in range(number):
        report(office, actor_named(office, "seat"), report_at(*lon_lat))


def test_it_comes_from_label_points(office: Office, clock: Clock, seat: Caller, wall: Caller) -> None:
    many(office, CORNER, 5)
    clock.forward(minutes=15)
    assert [heat(seat, bbox=box)["count"] for box in (AT_THE_CORNER, AT_THE_LABEL)] == [5, 0]
    assert [heat(wall, bbox=box)["count"] for box in (AT_THE_CORNER, AT_THE_LABEL)] == [0, 5]
    assert heat(wall, bbox=AT_THE_CORNER, zoom=18)["features"] == []
    assert (heat(wall)["rounded_to"], heat(seat)["rounded_to"]) == (FEWEST, None)


@pytest.mark.parametrize(("number", "shown"), [(1, 0), (4, 0), (5, 5), (9, 5), (10, 10)])
def test_a_cell_shows_whole_fives(
    office: Office, clock: Clock, wall: Caller, number: int, shown: int
) -> None:
    many(office, C1, number)
    many(office, OUTSIDE, 5)  # no cell, no place
    clock.forward(hours=1)
    told = heat(wall)
    assert told["count"] == shown
    assert bool(told["features"]) == bool(shown)


def test_no_two_moments_differ_by_a_single_one(
    office: Office, clock: Clock, seat: Caller, wall: Caller
) -> None:
    begin, numbers = clock(), []
    for place in (C1, C1, C2, C1, C1, C1, C2, C1, C3, C1, C1, C1, C1):
        numbers.append(reported(seat, place))
        clock.forward(minutes=20)
    for number in numbers[:8]:
        act(seat, number, "close")
        clock.forward(minutes=20)
    steps = int((clock() - begin) / timedelta(minutes=7))
    moments = [begin + n * timedelta(minutes=7) for n in range(steps)]
    counts = [heat(wall, at=moment.isoformat())["count"] for moment in moments]
    assert {abs(a - b) % FEWEST for a, b in combinations(counts, 2)} == {0}
    assert set(counts) == {0, 5, 10}


def test_no_two_boxes_or_areas_differ_by_a_single_one(office: Office, clock: Clock, wall: Caller) -> None:
    for place, number in ((C1, 7), (C2, 6), (C3, 3)):
        many(office, place, number)
    clock.forward(hours=1)
    boxes = [f"103.79,25.48,{east:.4f},25.52" for east in np.arange(103.8, 103.835, 0.0017)]
    counts = {heat(wall, bbox=box)["count"] for box in boxes}
    counts |= {heat(wall, area=area)["count"] for area in (C1, C2, C3, RIVERSIDE, EASTGATE, STREET)}
    assert counts == {0, 5, 10}


@pytest.mark.parametrize(
    "query",
    [
        {"category": PARKING}, {"status": "open"}, {"status": "handled"}, {"due": "late"}, {"mine": "true"},
        {"since": "2026-11-20T06:00:00Z"}, {"until": "2026-11-20T06:00:00Z"}, {"weight": "urgent"}, {"weight": "none"},
    ],
)  # fmt: skip
def test_what_would_cut_cells_into_pieces_is_refused(wall: Caller, query: dict[str, Any]) -> None:
    response: Any = wall.get("/heat", bbox=VIEW, zoom=14, **query)
    assert fault(response) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/heat/past", "/hotspots"])
def test_what_counts_one_by_one_is_not_for_walls(wall: Caller, path: str) -> None:
    response: Any = wall.get(path, **({"bbox": VIEW} if path == "/heat/past" else {}))
    assert fault(response) == (403, "forbidden")


def test_the_density_itself_gives_back_whole_fives_only(
    office: Office, clock: Clock, seat: Caller, wall: Caller
) -> None:
    many(office, C1, 9)
    many(office, C2, 3)
    clock.forward(hours=1)
    before = heat(wall)["features"]
    # One more or one less below the next five leaves every surface as it was, to the last digit.
    act(seat, reported(seat, C2), "close")
    many(office, C2, 1)
    clock.forward(minutes=15)
    assert heat(wall)["features"] == before
    assert heat(wall, breaks="1,2,3,4,5,6,7,8,9")["count"] == 5


def test_the_sum_under_the_surfaces_is_that_of_whole_fives(
    office: Office, clock: Clock, wall: Caller
) -> None:
    """What somebody would do who rebuilds the surface from many fine classes, and sums it up."""
    many(office, C1, 8)
    clock.forward(hours=1)
    lon, lat = (np.array([CENTRES[C1][axis]]) for axis in (0, 1))
    view, shape = (103.79, 25.48, 103.84, 25.52), (200, 200)
    fives = density.density(lon, lat, np.array([5.0]), view, 200.0, shape)
    peak = float(fives.values.max())
    top, above = f"{peak * 0.97:.4f}", f"{peak * 1.03:.4f}"
    assert heat(wall, breaks=top)["features"]
    assert heat(wall, breaks=above)["features"] == []
    assert ndimage.maximum(fives.values) < 8 / 5 * peak


def test_a_rate_by_households_tells_no_more(office: Office, clock: Clock, wall: Caller) -> None:
    with office.work() as work:
        rows = [building(office, n, households=200) for n in range(3)]
        work.session.execute(insert(Building), rows)
        work.tell("buildings", {"new": 3}, district_code=DISTRICT)
    many(office, C1, 4)
    clock.forward(hours=1)
    assert heat(wall, per="households")["features"] == []
    many(office, C1, 5)
    clock.forward(hours=1)
    before = heat(wall, per="households")
    assert before["count"] == 5
    assert before["features"]
    assert before["without_households"] == 0


def building(office: Office, number: int, households: int) -> dict[str, Any]:
    lon, lat = CENTRES[C1]
    return {
        "district_code": DISTRICT, "code": f"B{number}", "name": "楼", "address": "", "households": households,
        "path": f"{DISTRICT}/{STREET}/{RIVERSIDE}/{C1}/", "valid_from": office.clock(), "digest": "0",
        "point": f"SRID={WGS84};POINT({lon} {lat})",
    }  # fmt: skip


def test_now_is_the_last_quarter_of_an_hour(office: Office, clock: Clock, wall: Caller) -> None:
    clock.forward(minutes=3)
    many(office, C1, 5)
    assert (heat(wall)["count"], heat(wall)["at"]) == (0, "2026-11-20T06:30:00Z")
    clock.forward(minutes=12)
    assert (heat(wall)["count"], heat(wall)["at"]) == (5, "2026-11-20T06:45:00Z")


def test_the_rule_by_itself(clock: Clock) -> None:
    assert [in_fives(n) for n in range(12)] == [0, 0, 0, 0, 0, 5, 5, 5, 5, 5, 10, 10]
    moment = clock() + timedelta(minutes=29, seconds=59)
    assert last_step(moment) == clock() + timedelta(minutes=15)
