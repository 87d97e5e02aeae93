"""POST /wall/scene: told at once to the walls of one's areas, to nobody else, and by nobody who may not dispatch."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from gridmap import live
from gridmap.actions.accounts import NewAccount, add_account
from gridmap.actions.office import Office
from gridmap.domain.scope import Scope
from gridmap.web import build
from tests.conftest import settings_for
from tests.town import C1, C3, DISTRICT, EASTGATE, RIVERSIDE, RULES, Caller, caller
from tests.web.asking import callers, fault, reported, signed_in
from tests.web.conftest import Town
from tests.web.streaming import OpenPage

Listen = Callable[[str], OpenPage]
UNTIL = "2026-11-20T06:32:00Z"
"""Two minutes after the clock's now."""


@pytest.fixture
def listen(app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Listen]:
    """Opens the stream of a wall, greeted; walls of the two communities are there too."""
    monkeypatch.setattr(live, "BEAT_S", 0.1)
    monkeypatch.setattr(live, "POLL_S", 0.05)
    for name, area in (("wall-east", EASTGATE), ("wall-river", RIVERSIDE)):
        add_account(office, None, NewAccount(name, "wall", area), RULES)
    pages = []

    def begin(name: str) -> OpenPage:
        pages.append(OpenPage(app.test_client(), caller(app, office, name).token))
        assert pages[-1].next().event == "ready"
        return pages[-1]

    yield begin
    for page in pages:
        page.close()


def show(who: Caller, scene: str = "heat", **more: Any) -> Any:
    return who.post("/wall/scene", {"scene": scene, **more})


def test_the_walls_are_told_what_to_show_and_until_when(listen: Listen, app: Flask, office: Office) -> None:
    wall, river = listen("wall"), listen("wall-river")
    assert show(caller(app, office, "seat"), area=C1).json == {"until": UNTIL}
    for page in (wall, river):
        told = page.next()
        assert (told.event, told.data) == (
            "steer",
            {"scene": "heat", "area": C1, "until": "2026-11-20T06:32:00+00:00", "seconds": 120, "by": None},
        )


def test_a_wall_that_may_not_see_the_area_is_told_nothing(listen: Listen, app: Flask, office: Office) -> None:
    east, seat = listen("wall-east"), caller(app, office, "seat")
    show(seat, area=C1)
    number = reported(seat, C3)
    assert east.next().data["number"] == number


def test_a_seat_steers_the_walls_inside_its_areas_only(listen: Listen, app: Flask, office: Office) -> None:
    wall, east = listen("wall"), listen("wall-east")
    seat, seat2 = callers(app, office, "seat", "seat2")
    assert show(seat2, "overview", seconds=30).status_code == 200
    told = east.next()
    assert (told.data["scene"], told.data["area"], told.data["by"]) == ("overview", None, "东门社区")
    number = reported(seat, C3)
    assert wall.next().data["number"] == number
    assert fault(show(seat2, area=C1)) == (404, "area_not_found")
    assert fault(show(seat2, area=DISTRICT)) == (404, "area_not_found")


@pytest.mark.parametrize("username", ["wall", "water", "li"])
def test_who_may_not_dispatch_steers_nothing(town: Town, username: str) -> None:
    assert fault(show(town.caller(username))) == (403, "forbidden")


def test_a_page_needs_its_token(app: Flask) -> None:
    client = signed_in(app, "seat")
    answer: Any = client.post("/api/v1/wall/scene", json={"scene": "heat"})
    assert fault(answer) == (403, "csrf_failed")


@pytest.mark.parametrize(
    "wrong",
    [{"scene": "areas"}, {"scene": "heat", "seconds": 4}, {"scene": "heat", "seconds": 1801}, {"area": C1}],
)
def test_what_cannot_be_shown_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    assert fault(town.seat.post("/wall/scene", wrong)) == (422, "invalid_input")  # type: ignore[arg-type]


def given(app: Flask, who: Caller) -> tuple[dict[str, Any], bool]:
    """What the page for steering is given, and whether it has a token to write with."""
    page = app.test_client().get("/wall?steer=1", headers={"Authorization": f"Bearer {who.token}"}).text
    data = re.search(r'id="page-data"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert data is not None
    return json.loads(data[1]), 'name="csrf-token"' in page


def test_only_a_seat_gets_the_strip(town: Town) -> None:
    told = {name: given(town.app, town.caller(name)) for name in ("seat", "wall", "li")}
    found = {name: (data["steers"], data["may_steer"], token) for name, (data, token) in told.items()}
    assert found == {"seat": (True,) * 3, "wall": (False,) * 3, "li": (False,) * 3}


def test_the_round_is_the_operators(office: Office) -> None:
    app = build(settings_for(office, GRIDMAP_WALL_SCENES="overview:60,heat@990001:20"), office, RULES)
    data, _ = given(app, caller(app, office, "wall"))
    assert data["round"] == [
        {"kind": "overview", "area": None, "seconds": 60},
        {"kind": "heat", "area": DISTRICT, "seconds": 20},
    ]
    app.extensions["gridmap"].live.stop()


def test_lying_within_needs_areas_of_ones_own() -> None:
    district, nothing = Scope(("990001/",), 1), Scope((), 2)
    assert district.lies_within([""])
    assert district.lies_within(["990001/"])
    assert not district.lies_within(["990001/990001001/"])
    assert not nothing.lies_within([""])
