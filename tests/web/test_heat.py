"""GET /heat: open matters per km² or per household, weighted or not, now or then, in rising classes, of what may be seen."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from shapely.geometry import shape
from sqlalchemy import insert

from gridmap.actions.office import Office
from gridmap.db.models import Building
from gridmap.geo.crs import WGS84
from tests.conftest import Clock
from tests.town import C1, C3, CENTRES, DISTRICT, PARKING, STREET, Caller, caller
from tests.web.asking import act, fault, reported
from tests.web.conftest import Town

BURNING = "GBT47678:matter:06020"
"""焚烧垃圾、树叶: 2 urgent hours."""
VIEW = "103.79,25.48,103.84,25.52"


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def heat(who: Caller, **query: Any) -> dict[str, Any]:
    response: Any = who.get("/heat", **{"bbox": VIEW, "zoom": 14} | query)
    assert response.status_code == 200, response.json
    return dict(response.json)


def test_a_density_with_its_unit_and_rising_breaks(seat: Caller) -> None:
    for _ in range(5):
        reported(seat, C1)
    told = heat(seat)
    assert (told["unit"], told["count"], told["type"]) == ("件/km²", 5, "FeatureCollection")
    assert told["computed_at"] == "2026-11-20T06:30:00Z"
    assert told["bandwidth_m"] > 0
    assert 5 <= len(told["breaks"]) <= 7
    assert told["breaks"] == sorted(set(told["breaks"]))


def test_its_classes_lie_around_the_matters(seat: Caller) -> None:
    for _ in range(5):
        reported(seat, C1)
    told = heat(seat)
    hottest = max(told["features"], key=lambda feature: feature["properties"]["level"])
    west, south, east, north = shape(hottest["geometry"]).bounds
    assert west < CENTRES[C1][0] < east
    assert south < CENTRES[C1][1] < north
    for feature in told["features"]:
        low, high = feature["properties"]["from"], feature["properties"]["to"]
        assert high is None or low < high
        assert {low, high} <= {*told["breaks"], None}
        assert feature["geometry"]["type"] == "MultiPolygon"


@pytest.mark.parametrize(("number", "classes"), [(1, 1), (3, 3), (7, 6)])
def test_a_few_matters_make_few_classes(seat: Caller, number: int, classes: int) -> None:
    for _ in range(number):
        reported(seat, C1)
    assert len(heat(seat)["breaks"]) == classes


def test_nothing_open_is_cold_not_an_error(seat: Caller) -> None:
    act(seat, reported(seat, C1), "close")
    told = heat(seat)
    assert (told["count"], told["features"]) == (0, [])


def test_it_counts_what_was_asked_for(seat: Caller) -> None:
    reported(seat, C1)
    reported(seat, C3, category=PARKING)
    act(seat, reported(seat, C3), "close")
    assert heat(seat)["count"] == 2
    assert heat(seat, category=PARKING)["count"] == 1
    assert heat(seat, status="closed")["count"] == 1
    assert heat(seat, bbox="103.82,25.48,103.84,25.52")["count"] == 1


def test_the_bandwidth_goes_with_the_zoom(seat: Caller) -> None:
    wide, near = heat(seat, zoom=11)["bandwidth_m"], heat(seat, zoom=16)["bandwidth_m"]
    assert wide > near


def test_it_speaks_the_readers_language(town: Town) -> None:
    assert "km²" in heat(town.seat, lang="en")["unit"]
    assert heat(town.seat, lang="en")["unit"] != "件/km²"


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "103,25,103,26"}, {"bbox": "x"}, {"zoom": 25}, {"status": "late"}, {"colour": "red"}, {"per": "head"},
        {"weight": "2"}, {"at": "2026-11-20"}, {"at": "2026-11-20T06:30:01Z"}, {"at": "2026-10-21T06:29:59Z"},
        {"breaks": "3,2"}, {"breaks": "0,1"}, {"breaks": "1;2"}, {"breaks": "1,2,3,4,5,6,7,8,9,10"},
        {"at": "2026-11-20T05:00:00Z", "status": "handling"},
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_refused(town: Town, query: dict[str, Any]) -> None:
    assert fault(town.seat.get("/heat", **{"bbox": VIEW, "zoom": 14} | query))[0] == 422


def test_a_view_is_needed(town: Town) -> None:
    assert fault(town.seat.get("/heat", zoom=14)) == (422, "invalid_input")


def test_it_counts_what_a_filter_of_the_list_lets_through(
    app: Flask, office: Office, seat: Caller, clock: Clock
) -> None:
    reported(caller(app, office, "li"), C1)
    reported(seat, C1, category=BURNING)
    clock.forward(hours=3)
    reported(seat, C3, category=PARKING)
    expected = {"since=2026-11-20T08:00:00Z": 1, "mine=true": 2, "due=late": 1, "due=in_time": 2}
    assert {one: heat(seat, **dict([one.split("=")]))["count"] for one in expected} == expected


def test_urgent_and_late_ones_weigh_more_but_count_once(seat: Caller, clock: Clock) -> None:
    reported(seat, C1)
    reported(seat, C1, category=BURNING)
    assert peak(seat, weight="urgent") == pytest.approx(1.5 * peak(seat), rel=0.05)  # 1 + 2 for 1 + 1
    clock.forward(hours=3)
    assert peak(seat, weight="urgent") == pytest.approx(2.5 * peak(seat), rel=0.05)  # 1 + 4
    told = heat(seat, weight="urgent")
    assert (told["count"], told["unit"], told["weight"]) == (2, "加权件/km²", "urgent")


def peak(who: Caller, **query: Any) -> float:
    """The highest density there is, found by asking for one class after the other."""
    low, high = 0.001, 10_000.0
    while high - low > 0.01 * low:
        middle = round((low + high) / 2, 5)
        is_reached = bool(heat(who, breaks=str(middle), **query)["features"])
        low, high = (middle, high) if is_reached else (low, middle)
    return low


def houses(office: Office, cell: str, households: int | None) -> None:
    lon, lat = CENTRES[cell]
    row = {
        "district_code": DISTRICT, "code": f"B{cell}", "name": "楼", "address": "", "households": households,
        "path": f"{DISTRICT}/{STREET}/{cell[:12]}/{cell}/", "valid_from": office.clock(), "digest": "0",
        "point": f"SRID={WGS84};POINT({lon} {lat})",
    }  # fmt: skip
    with office.work() as work:
        work.session.execute(insert(Building), [row])
        work.tell("buildings", {"new": 1}, district_code=DISTRICT)


def test_per_household_is_open_matters_to_a_thousand(office: Office, seat: Caller) -> None:
    houses(office, C1, 400)
    for _ in range(4):
        reported(seat, C1)
    reported(seat, C3)
    told = heat(seat, per="households")
    assert (told["unit"], told["count"], told["without_households"]) == ("件/千户", 5, 1)
    assert peak(seat, per="households") == pytest.approx(10, rel=0.03)


@pytest.mark.parametrize("households", [None, 0, 5])
def test_without_households_there_is_no_rate_and_no_fault(
    office: Office, seat: Caller, households: int | None
) -> None:
    houses(office, C1, households)
    reported(seat, C1)
    told = heat(seat, per="households")
    assert (told["features"], told["breaks"], told["without_households"], told["count"]) == ([], [], 1, 1)


def test_households_elsewhere_are_not_told(app: Flask, office: Office, seat: Caller) -> None:
    houses(office, C3, 100)
    who = caller(app, office, "li")
    for place in (C1, C3):
        reported(who, place)
    assert heat(seat, per="households")["without_households"] == 1
    assert heat(who, per="households")["without_households"] == 2


def test_classes_that_are_given_are_kept(seat: Caller) -> None:
    reported(seat, C1)
    told = heat(seat, breaks="0.5,1,2.25")
    assert told["breaks"] == [0.5, 1.0, 2.25]
    assert [one["properties"]["level"] for one in told["features"]] == [0, 1, 2]


def test_it_stood_otherwise_at_an_earlier_moment(seat: Caller, clock: Clock) -> None:
    number = reported(seat, C1)
    clock.forward(hours=4)
    reported(seat, C3, category=BURNING)
    clock.forward(hours=4)
    act(seat, number, "close")
    at = {hour: f"2026-11-20T{hour:02}:30:00Z" for hour in (5, 6, 9, 10, 13)}
    assert [heat(seat, at=moment)["count"] for moment in at.values()] == [0, 1, 1, 2, 2]
    assert (heat(seat)["count"], heat(seat)["at"], heat(seat, at=at[9])["at"]) == (1, None, at[9])
    assert [heat(seat, at=moment, due="late")["count"] for moment in at.values()] == [0, 0, 0, 0, 1]
    assert heat(seat, at=at[13], category=BURNING)["count"] == 1


def test_its_steps_count_as_its_moments_do(seat: Caller, clock: Clock) -> None:
    clock.forward(hours=-26)
    numbers = [reported(seat, place) for place in (C1, C1, C3)]
    clock.forward(hours=20)
    act(seat, numbers[0], "close")
    clock.forward(hours=6)
    response: Any = seat.get("/heat/past", bbox=VIEW, step="6h")
    told = dict(zip(response.json["moments"], response.json["open"], strict=True))
    assert (len(told), min(told), max(told)) == (120, "2026-10-21T10:00:00Z", "2026-11-20T04:00:00Z")
    assert {number for moment, number in told.items() if moment < "2026-11-19T04:30"} == {0}
    assert list(told.values())[-4:] == [3, 3, 3, 2]
    assert told == {
        moment: heat(seat, at=moment)["count"] if number else 0 for moment, number in told.items()
    }


def test_steps_are_local_midnights_by_default(seat: Caller) -> None:
    response: Any = seat.get("/heat/past", bbox=VIEW)
    assert {moment[11:] for moment in response.json["moments"]} == {"16:00:00Z"}
    assert len(response.json["moments"]) == 30


@pytest.mark.parametrize("query", [{"step": "hour"}, {"status": "handled"}, {"due": "today"}, {"zoom": 3}])
def test_steps_that_are_not_known_are_refused(seat: Caller, query: dict[str, Any]) -> None:
    assert fault(seat.get("/heat/past", **{"bbox": VIEW} | query))[0] == 422
