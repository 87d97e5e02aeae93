"""The clock of a matter that was returned (回退) stands while it is at the desk: list, map, wall, heat, desk and evaluation agree."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.web.warmth import warm_up
from tests.conftest import Clock
from tests.town import C1, Caller
from tests.web.asking import act, callers, reported

LATE = {"list": 1, "state": 1, "wall": 1, "longest": 1, "heat": 1, "overdue": 1, "should_be_closed": 1}


@pytest.fixture
def town(app: Flask, office: Office) -> dict[str, Caller]:
    names = ("li", "sun", "seat", "wall")
    return dict(zip(names, callers(app, office, *names), strict=True))


def late(town: dict[str, Caller]) -> dict[str, int]:
    """How many matters each page calls late, or past the day they should have been closed by."""
    seat, wall = town["seat"], town["wall"]

    def read(who: Caller, path: str, **query: Any) -> Any:
        response: Any = who.get(path, **query)
        assert response.status_code == 200, response.json
        return response.json

    desk = {queue["name"]: queue["count"] for queue in read(seat, "/desk")["queues"]}
    total = read(seat, "/evaluation", by="month", **{"from": "2026-11", "to": "2026-12"})["total"]
    return {
        "list": len(read(seat, "/issues", due="late")["features"]),
        "state": read(seat, "/state")["totals"]["late"],
        "wall": read(wall, "/state")["totals"]["late"],
        "longest": len(read(wall, "/wall")["late"]),
        "heat": read(seat, "/heat", bbox="103.7,25.4,103.9,25.6", zoom=14, due="late")["count"],
        "overdue": desk["overdue"],
        "should_be_closed": total["figures"]["closed_share"]["denominator"] or 0,
    }


def next_due(town: dict[str, Caller]) -> str | None:
    """When pages look again because a deadline passes."""
    told: Any = town["seat"].get("/state")
    return told.json["next_due_at"]


@pytest.mark.parametrize("in_memory", [False, True])
def test_at_the_desk_its_clock_stands_for_everybody_and_goes_on_with_who_gets_it(
    app: Flask, town: dict[str, Caller], clock: Clock, *, in_memory: bool
) -> None:
    if in_memory:
        with app.app_context():
            warm_up(app)
    number = reported(town["li"], C1)
    assert act(town["sun"], number, "return", words="资料不全").status_code == 200
    assert next_due(town) is None
    clock.forward(days=20)
    assert late(town) == dict.fromkeys(LATE, 0)
    (feature,) = town["seat"].get("/issues", status="open").json["features"]  # type: ignore[index]
    assert feature["properties"]["stands_still"] is True
    assert act(town["seat"], number, "dispatch").status_code == 200
    assert next_due(town) is not None
    clock.forward(days=10)
    assert late(town) == LATE
