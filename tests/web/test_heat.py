"""GET /heat: open matters per km², in classes between rising breaks, of what may be seen."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from shapely.geometry import shape

from gridmap.actions.office import Office
from tests.conftest import Clock
from tests.town import C1, C3, CENTRES, PARKING, Caller, caller
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
        assert low < high
        assert {low, high} <= set(told["breaks"])
        assert feature["geometry"]["type"] == "MultiPolygon"


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
    "query", [{"bbox": "103,25,103,26"}, {"bbox": "x"}, {"zoom": 25}, {"status": "late"}, {"colour": "red"}]
)
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
