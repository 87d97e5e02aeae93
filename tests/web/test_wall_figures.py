"""The wall's figures: they agree with each other, stay inside the scope, and name nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from shapely import box
from sqlalchemy import update

from gridmap.actions.office import Office
from gridmap.db.models import Issue
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
    Caller,
    add_areas,
    caller,
)
from tests.web.asking import act, callers, reported


@pytest.fixture
def wall(app: Flask, office: Office) -> Caller:
    return caller(app, office, "wall")


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def figures(app: Flask, who: Caller) -> dict[str, Any]:
    """What the wall answers now, nothing of it kept from before."""
    app.extensions.pop("gridmap_past", None)
    response: Any = who.get("/wall")
    assert response.status_code == 200, response.json
    return dict(response.json)


def set_due(office: Office, number: str, **span: float) -> None:
    """A deadline so long after the clock's now."""
    with office.work() as work:
        due = office.clock() + timedelta(**span)
        work.session.execute(update(Issue).where(Issue.number == number).values(due_at=due))


def now_of(told: dict[str, Any]) -> dict[str, Any]:
    return {name: kpi["now"] for name, kpi in told["kpis"].items()}


@pytest.fixture
def two_days(app: Flask, office: Office, seat: Caller, clock: Clock) -> dict[str, str]:
    """Yesterday 14:30 one begun and one not; today at 15:30 one of each state, one late, one voided."""
    numbers = {"left": reported(seat, C1), "old": reported(seat, C3, category=PARKING)}
    act(seat, numbers["old"], "start")
    clock.forward(hours=25)
    for name, place in (("waiting", C1), ("begun", C2), ("done", C3), ("closed", C3), ("voided", C1)):
        numbers[name] = reported(seat, place)
    numbers["lost"] = reported(seat, OUTSIDE)
    for name, deeds in (
        ("begun", ["start"]),
        ("done", ["finish"]),
        ("closed", ["close"]),
        ("voided", ["void"]),
    ):
        for deed in deeds:
            assert act(seat, numbers[name], deed).status_code == 200
    for name in ("waiting", "begun", "lost"):
        set_due(office, numbers[name], days=9)
    for name in ("left", "old"):
        set_due(office, numbers[name], hours=-2)
    return numbers


def test_the_figures_on_top(app: Flask, wall: Caller, two_days: dict[str, str]) -> None:
    told = figures(app, wall)
    assert now_of(told) == {
        "reported": 5,
        "accepted": 3,
        "handling": 1,
        "closed": 1,
        "late": 2,
        "on_time": 1.0,
    }
    then = {name: kpi["then"] for name, kpi in told["kpis"].items()}
    assert then == {"reported": 2, "accepted": 1, "handling": 1, "closed": 0, "late": 0, "on_time": None}
    assert told["open"] == {"total": 6, "reported": 2, "handling": 1, "handled": 1, "late": 2}


def test_todays_loop_is_a_funnel_of_what_was_reported_today(
    app: Flask, wall: Caller, seat: Caller, two_days: dict[str, str]
) -> None:
    act(seat, two_days["waiting"], "dispatch", unit="water")
    act(seat, two_days["lost"], "suspend", words="等许可")
    act(seat, two_days["done"], "verify")
    told = figures(app, wall)
    steps = {"reported": 5, "accepted": 5, "dispatched": 4, "handled": 2, "verified": 2, "closed": 1}
    assert told["loop"] == steps
    assert (told["kpis"]["reported"]["now"], told["kpis"]["accepted"]["now"]) == (5, 5)


def test_what_is_told_twice_is_the_same(app: Flask, wall: Caller, two_days: dict[str, str]) -> None:
    told = figures(app, wall)
    kpis, open_, ranking = now_of(told), told["open"], told["ranking"]
    assert sum(told["trend"]["reported"]) == told["week"][-1]["reported"] == kpis["reported"]
    assert sum(told["trend"]["closed"]) == told["week"][-1]["closed"] == kpis["closed"]
    assert sum(told["trend"]["yesterday"]) == told["week"][-2]["reported"] == 2
    assert told["categories"]["total"] == sum(day["reported"] for day in told["week"])
    assert (open_["late"], open_["handling"]) == (kpis["late"], kpis["handling"])
    for name, whole in (("reported", kpis["reported"]), ("open", open_["total"]), ("late", kpis["late"])):
        assert sum(row[name] for row in ranking["rows"]) + ranking["elsewhere"][name] == whole, name
    assert told["communities"] == sorted(ranking["rows"], key=lambda row: row["code"])
    assert sum(told["cells"]["late"].values()) == len(told["late"]) == kpis["late"]


def test_they_are_those_of_the_state(app: Flask, wall: Caller, two_days: dict[str, str]) -> None:
    state: Any = wall.get("/state")
    totals, open_ = state.json["totals"], figures(app, wall)["open"]
    assert open_.pop("total") == totals["open"]
    assert open_ == {name: totals[name] for name in open_}


def test_lists_begin_with_the_worst_and_with_the_newest(
    app: Flask, wall: Caller, two_days: dict[str, str]
) -> None:
    told = figures(app, wall)
    assert {row["number"] for row in told["late"]} == {two_days["left"], two_days["old"]}
    newest = [row["number"] for row in told["newest"]]
    assert newest[:2] == [two_days["lost"], two_days["closed"]]
    assert two_days["voided"] not in newest


def test_hours_and_days_are_local_ones(app: Flask, wall: Caller, seat: Caller, clock: Clock) -> None:
    reported(seat, C1)
    clock.forward(hours=9, minutes=29)  # 23:59
    reported(seat, C1)
    told = figures(app, wall)
    assert {hour: n for hour, n in enumerate(told["trend"]["reported"]) if n} == {14: 1, 23: 1}
    clock.forward(minutes=2)
    told = figures(app, wall)
    assert now_of(told)["reported"] == sum(told["trend"]["reported"]) == told["trend"]["hour"] == 0
    assert told["kpis"]["reported"]["then"] == 0
    assert [day["day"] for day in told["week"]][-2:] == ["2026-11-20", "2026-11-21"]


def test_in_time_is_a_share_of_what_was_closed(
    app: Flask, office: Office, seat: Caller, wall: Caller
) -> None:
    assert figures(app, wall)["kpis"]["on_time"] == {"now": None, "then": None, "of": 0}
    for hours in (-1, 1, 1):
        number = reported(seat, C1)
        set_due(office, number, hours=hours)
        act(seat, number, "close")
    assert figures(app, wall)["kpis"]["on_time"] == {"now": pytest.approx(2 / 3), "then": None, "of": 3}
    rows = {row["code"]: row["on_time"] for row in figures(app, wall)["ranking"]["rows"]}
    assert rows == {RIVERSIDE: pytest.approx(2 / 3), EASTGATE: None}


def test_single_cells_are_counted_from_five_on(app: Flask, seat: Caller, wall: Caller) -> None:
    for place in (C1, C1, C1, C1, C1, C2, C2):
        reported(seat, place)
    cells = figures(app, wall)["cells"]
    assert (cells["period"], cells["counts"]) == ("today", {C1: 5})


def test_a_wall_gets_numbers_categories_cells_times_and_nothing_else(
    app: Flask, seat: Caller, wall: Caller
) -> None:
    reported(seat, CENTRES[C1], description="张三家门口")
    (row,) = figures(app, wall)["newest"]
    assert set(row) == {"number", "category", "category_name", "reported_at", "cell", "lon_lat"}
    said = "".join(wall.get(path).text for path in ("/wall", "/wall/ground"))  # type: ignore[attr-defined]
    assert not [word for word in ("张三", "Li Leads", "Sun Cleans", "Dong", "description") if word in said]


def test_everybody_gets_the_figures_of_their_own_scope(app: Flask, office: Office) -> None:
    seat, seat2, li, wang = callers(app, office, "seat", "seat2", "li", "wang")
    for place in (C1, C1, C3):
        reported(seat, place)
    counted = {name: now_of(figures(app, who))["reported"] for name, who in (("li", li), ("wang", wang))}
    assert counted == {"li": 2, "wang": 0}
    told = figures(app, seat2)
    assert (told["open"]["total"], told["ranking"]["level"]) == (1, "grid")
    assert {row["cell"]["code"] for row in told["newest"]} == {C3}


def test_the_ground_is_that_of_the_scope_and_kept_until_it_changes(app: Flask, office: Office) -> None:
    for username, roots, cells in (("wall", [DISTRICT], 6), ("seat2", [EASTGATE], 2), ("li", [C1, C2], 2)):
        who = caller(app, office, username)
        response: Any = who.get("/wall/ground")
        told = response.json
        assert (told["roots"], told["cells"], told["outline"]["type"]) == (roots, cells, "MultiPolygon")
        held = {"Authorization": f"Bearer {who.token}", "If-None-Match": response.headers["ETag"]}
        assert app.test_client().get("/api/v1/wall/ground", headers=held).status_code == 304


def test_the_border_is_that_of_the_roots_without_what_a_metre_hides(
    app: Flask, office: Office, wall: Caller
) -> None:
    before: Any = wall.get("/wall/ground")
    assert len(before.json["outline"]["coordinates"][0][0]) == 5
    ragged = box(103.80, 25.49, 103.83, 25.51).segmentize(0.0005)
    add_areas(office, "district", [(DISTRICT, "示例区", ragged)])
    after: Any = wall.get("/wall/ground")
    assert after.json["outline"] == before.json["outline"]
    assert after.json["km2"] == before.json["km2"] == pytest.approx(6 * 1.114, abs=0.01)
    assert after.headers["ETag"] != before.headers["ETag"]


def test_the_page_is_for_walls_and_staff(app: Flask, office: Office) -> None:
    page = app.test_client().get(
        "/wall", headers={"Authorization": f"Bearer {caller(app, office, 'wall').token}"}
    )
    assert page.status_code == 200
    assert "示例区网格化管理指挥中心" in page.text
    refused: Any = app.test_client().get(
        "/wall", headers={"Authorization": f"Bearer {caller(app, office, 'water').token}"}
    )
    assert refused.status_code == 403
