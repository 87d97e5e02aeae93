"""What a wall sees: number, category, cell, time at the cell's label point; no words, names or places."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from tests.town import C1, CENTRES, OUTSIDE, PARKING, Caller, caller
from tests.web.asking import act, callers, fault, listed, picture, reported, send_photo

CORNER = (103.8007, 25.5009)
"""In C1, far from its middle."""
AT_THE_CORNER, AT_THE_LABEL = "103.800,25.500,103.802,25.502", "103.804,25.504,103.806,25.506"


@pytest.fixture
def wall(app: Flask, office: Office) -> Caller:
    return caller(app, office, "wall")


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def test_a_wall_sees_the_projection_and_nothing_else(seat: Caller, wall: Caller) -> None:
    number = reported(seat, CORNER, description="张三家门口的垃圾", accuracy_m=10.0)
    response: Any = wall.get("/issues")
    (feature,) = response.json["features"]
    assert feature["properties"] == {
        "number": number, "status": "reported", "in_triage": False, "category": "GBT47678:matter:06010",
        "category_name": "暴露垃圾", "reported_at": "2026-11-20T06:30:00Z",
        "due_at": "2026-11-23T00:30:00Z", "stands_still": False, "cell": {"code": C1, "name": "河滨第1网格", "version": 1},
    }  # fmt: skip
    assert feature["geometry"]["coordinates"] == pytest.approx(list(CENTRES[C1]), abs=1e-9)


def test_a_matter_in_triage_has_no_place_on_a_wall(seat: Caller, wall: Caller) -> None:
    reported(seat, OUTSIDE)
    response: Any = wall.get("/issues")
    (feature,) = response.json["features"]
    assert (feature["geometry"], feature["properties"]["cell"]) == (None, None)


def test_a_place_cannot_be_found_by_asking_box_after_box(seat: Caller, wall: Caller) -> None:
    number = reported(seat, CORNER)
    assert (listed(seat, bbox=AT_THE_CORNER), listed(seat, bbox=AT_THE_LABEL)) == ([number], [])
    assert (listed(wall, bbox=AT_THE_CORNER), listed(wall, bbox=AT_THE_LABEL)) == ([], [number])


def test_a_wall_names_nobody_anywhere(seat: Caller, wall: Caller) -> None:
    number = reported(seat, C1, description="秘密")
    send_photo(seat, number, picture())
    act(seat, number, "comment", words="也是秘密")
    said = "".join(
        wall.get(path).text  # type: ignore[attr-defined]
        for path in ("/issues", f"/areas/{C1}", "/areas", "/buildings", "/me")
    )
    assert "秘密" not in said
    assert not [name for name in ("Li Leads", "Sun Cleans", "Police Zhao", "Dong Dynamic") if name in said]


def test_a_wall_can_do_nothing(seat: Caller, wall: Caller) -> None:
    number = reported(seat, C1)
    refused = [
        wall.get(f"/issues/{number}"), wall.post("/issues", {"lon": 1.0, "lat": 1.0, "category": PARKING}),
        act(wall, number, "comment", words="x"), send_photo(wall, number, picture()),
        wall.get("/tokens"), wall.post("/tokens"), wall.get("/accounts"),
        wall.get("/locate", lon=103.8, lat=25.5),
    ]  # fmt: skip
    assert {fault(response) for response in refused} == {(403, "forbidden")}


def test_figures_of_an_area_are_on_a_wall_but_no_staff(seat: Caller, wall: Caller) -> None:
    reported(seat, C1)
    response: Any = wall.get(f"/areas/{C1}")
    told = response.json["properties"]
    assert (told["open"], told["counts"]["open"], told["staff"]) == (1, 1, None)


def test_walls_look_at_filters_like_everybody(app: Flask, office: Office) -> None:
    seat, wall = callers(app, office, "seat", "wall")
    rubbish, parked = reported(seat, C1), reported(seat, C1, category=PARKING)
    act(seat, rubbish, "close")
    assert listed(wall, status="open") == listed(wall, category="09009") == [parked]
    assert listed(wall, q="-0001") == listed(wall, status="closed", area=C1) == [rubbish]
