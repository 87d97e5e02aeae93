"""GET /state, lists by urgency and by what is due: how open matters stand, and when that changes by itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.db.state import state_of
from gridmap.domain.scope import Scope
from gridmap.web.warmth import warm_up
from tests.conftest import Clock
from tests.town import C1, C2, C3, C4, DISTRICT, EASTGATE, OUTSIDE, RIVERSIDE, RUBBISH, STREET, Caller, caller
from tests.web.asking import act, callers, fault, listed, read, reported
from tests.web.conftest import Town

BURNING = "GBT47678:matter:06020"
"""焚烧垃圾、树叶: 2 urgent hours, so from Friday 14:30 until 16:30."""
DIRTY = "GBT47678:matter:06012"
"""道路不洁: 2 working hours, so until 16:30 as well."""
DISPUTE = "own:matter:A01"
"""矛盾纠纷: 5 working days."""


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def state(who: Caller, **query: Any) -> dict[str, Any]:
    response: Any = who.get("/state", **query)
    assert response.status_code == 200, response.json
    return dict(response.json)


def at(clock: Clock, text: str) -> None:
    clock.now = datetime.fromisoformat(text).astimezone(UTC)


def test_nothing_open(seat: Caller) -> None:
    assert state(seat) == {
        "computed_at": "2026-11-20T06:30:00Z", "next_due_at": None, "day_ends_at": "2026-11-20T16:00:00Z",
        "totals": {"open": 0, "reported": 0, "handling": 0, "handled": 0, "late": 0, "due_today": 0, "triage": 0},
        "cells": {}, "triage": [0, 0, 0, 0],
    }  # fmt: skip


def test_by_cell_and_class(seat: Caller) -> None:
    reported(seat, C1), reported(seat, OUTSIDE)
    act(seat, reported(seat, C1), "start")
    act(seat, reported(seat, C3, category=BURNING), "finish")
    act(seat, reported(seat, C2), "close")
    told = state(seat)
    assert told["cells"] == {C1: [1, 1, 0, 0], C3: [0, 0, 1, 0]}
    assert told["triage"] == [1, 0, 0, 0]
    assert told["totals"] == {
        "open": 4, "reported": 2, "handling": 1, "handled": 1, "late": 0, "due_today": 0, "triage": 1,
    }  # fmt: skip


LOOP = {
    "accepted": (("dispatch", {"unit": "water"}), ("return", {"words": "不归我们"})),
    "dispatched": (("dispatch", {}),),
    "handling": (("start", {}),),
    "handled": (("finish", {}),),
    "verified": (("finish", {}), ("verify", {})),
    "suspended": (("suspend", {"words": "等许可"}),),
}
"""What brings a new matter into a state: done by the seat, a return by the unit."""


def test_each_class_is_the_list_of_its_group(app: Flask, office: Office, seat: Caller) -> None:
    water, numbers = caller(app, office, "water"), {"reported": reported(seat, C1)}
    for status, acts in LOOP.items():
        numbers[status] = reported(seat, C1)
        for name, body in acts:
            response: Any = act(water if name == "return" else seat, numbers[status], name, **body)
            assert response.status_code == 200, response.json
    assert {name: read(seat, number)["status"] for name, number in numbers.items()} == {n: n for n in numbers}
    by_class = {"waiting": ("reported", "accepted", "dispatched"), "handling": ("handling",)}
    by_class["done"] = ("handled", "verified", "suspended")
    for word, states in by_class.items():
        assert set(listed(seat, status=word)) == {numbers[one] for one in states}, word
    assert state(seat)["cells"] == {C1: [len(states) for states in by_class.values()] + [0]}
    assert set(listed(seat, status="running")) == {numbers[n] for n in (*by_class["waiting"], "handling")}


def test_a_deadline_passes_without_anybody_writing(seat: Caller, clock: Clock) -> None:
    reported(seat, C1, category=BURNING)
    act(seat, reported(seat, C1, category=DIRTY), "start")
    reported(seat, C1, category=DISPUTE)
    before = state(seat)
    assert (before["cells"], before["totals"]["due_today"]) == ({C1: [2, 1, 0, 0]}, 2)
    at(clock, before["next_due_at"])
    after = state(seat)
    assert (after["cells"], after["totals"]["due_today"]) == ({C1: [1, 0, 0, 2]}, 0)
    assert after["next_due_at"] == "2026-11-27T06:30:00Z"


def test_up_to_the_second_before_it_is_not_late(seat: Caller, clock: Clock) -> None:
    number = reported(seat, C1, category=BURNING)
    clock.forward(hours=1, minutes=59, seconds=59, milliseconds=999)
    assert (state(seat)["totals"]["late"], listed(seat, due="late")) == (0, [])
    clock.forward(milliseconds=1)
    assert (state(seat)["totals"]["late"], listed(seat, due="late")) == (1, [number])


def test_what_is_handled_is_neither_late_nor_due(seat: Caller, clock: Clock) -> None:
    act(seat, reported(seat, C1, category=BURNING), "finish")
    assert (state(seat)["next_due_at"], state(seat)["totals"]["due_today"]) == (None, 0)
    clock.forward(hours=3)
    assert (state(seat)["cells"], state(seat)["totals"]["late"]) == ({C1: [0, 0, 1, 0]}, 0)


def test_at_midnight_tomorrow_becomes_today(seat: Caller, clock: Clock) -> None:
    reported(seat, C1)  # until Monday 08:30
    at(clock, "2026-11-22T23:59:59+08:00")
    assert (state(seat)["totals"]["due_today"], state(seat)["day_ends_at"]) == (0, "2026-11-22T16:00:00Z")
    at(clock, state(seat)["day_ends_at"])
    assert state(seat)["totals"]["due_today"] == 1


def test_narrowed_like_a_list(app: Flask, office: Office, seat: Caller, clock: Clock) -> None:
    li = caller(app, office, "li")
    reported(seat, C1), reported(li, C4, category=BURNING), reported(seat, OUTSIDE)
    clock.forward(hours=3)
    reported(seat, C3)
    for query, number in (
        ({"area": RIVERSIDE}, 2), ({"area": EASTGATE}, 1), ({"category": RUBBISH}, 3), ({"status": "triage"}, 1),
        ({"status": "closed"}, 0), ({"status": "open"}, 4), ({"since": "2026-11-20T08:00:00Z"}, 1),
        ({"until": "2026-11-20T08:00:00Z"}, 3), ({"mine": "true"}, 3), ({"due": "late"}, 1), ({"due": "later"}, 3),
    ):  # fmt: skip
        assert state(seat, **query)["totals"]["open"] == number, query


def test_only_what_is_in_scope(app: Flask, office: Office, seat: Caller) -> None:
    for place in (C1, C3, C4, OUTSIDE):
        reported(seat, place)
    li, seat2, wall, water = callers(app, office, "li", "seat2", "wall", "water")
    assert [state(who)["totals"]["open"] for who in (li, seat2, wall, water)] == [1, 1, 4, 0]
    assert (set(state(li)["cells"]), state(li)["totals"]["triage"]) == ({C1}, 0)
    assert state(wall)["cells"] == {C1: [1, 0, 0, 0], C3: [1, 0, 0, 0], C4: [1, 0, 0, 0]}


def test_a_department_counts_what_was_forwarded_to_it(app: Flask, office: Office, seat: Caller) -> None:
    act(seat, reported(seat, C1), "forward", unit="water")
    reported(seat, C1)
    assert state(caller(app, office, "water"))["cells"] == {C1: [1, 0, 0, 0]}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"area": "990001001009"}, (404, "area_not_found")),
        ({"status": "late"}, (422, "status_unknown")),
        ({"due": "soon"}, (422, "invalid_input")),
        ({"bbox": "103,25,104,26"}, (422, "invalid_input")),
    ],
)
def test_what_it_cannot_mean_is_refused(town: Town, query: dict[str, str], expected: tuple[int, str]) -> None:
    assert fault(town.seat.get("/state", **query)) == expected


def test_a_list_by_what_is_due(office: Office, seat: Caller, clock: Clock) -> None:
    late, today, later = (reported(seat, C1, category=kind) for kind in (BURNING, DISPUTE, RUBBISH))
    act(seat, today, "recategorise", category="GBT47678:matter:10001")  # 4 urgent hours
    act(seat, reported(seat, C1, category=BURNING), "close")
    act(seat, reported(seat, C1, category=BURNING), "finish")
    never = reported(seat, C1)
    clock.forward(hours=3)
    with office.work() as work:
        work.session.connection().exec_driver_sql(f"UPDATE issues SET due_at = NULL WHERE number = '{never}'")
    assert [listed(seat, due=word) for word in ("late", "today", "later")] == [
        [late],
        [today],
        [never, later],
    ]
    assert listed(seat, due="in_time") == [never, later, today]
    assert listed(seat, due="late", area=C2) == []


def walked(who: Caller, size: int, **query: Any) -> list[str]:
    """The numbers of all pages of a list by urgency."""
    found, cursor = [], {}
    while cursor is not None:
        response: Any = who.get("/issues", order="urgency", limit=size, **query, **cursor)
        found += [feature["id"] for feature in response.json["features"]]
        cursor = {"cursor": response.json["next"]} if response.json["next"] else None  # type: ignore[assignment]
    return found


def test_by_urgency_first_due_first_and_without_a_deadline_last(office: Office, seat: Caller) -> None:
    numbers = [reported(seat, C1, category=kind) for kind in (DISPUTE, RUBBISH, BURNING, DIRTY, BURNING)]
    with office.work() as work:
        without = work.session.connection().exec_driver_sql
        without(f"UPDATE issues SET due_at = NULL WHERE number = '{numbers[2]}'")
    expected = [numbers[n] for n in (3, 4, 1, 0, 2)]
    for size in (1, 2, 5, 100):
        assert walked(seat, size) == expected
    assert walked(seat, 2, category=BURNING) == [numbers[4], numbers[2]]


def test_a_wall_gets_its_list_by_urgency_too(app: Flask, office: Office, seat: Caller) -> None:
    wall = caller(app, office, "wall")
    numbers = [reported(seat, C1, category=kind) for kind in (RUBBISH, BURNING)]
    assert walked(wall, 1) == walked(wall, 1, bbox="103.804,25.504,103.806,25.506") == numbers[::-1]
    assert walked(wall, 1, bbox="103.8,25.5,103.801,25.501") == []


def test_a_cursor_of_another_order_is_refused(seat: Caller) -> None:
    reported(seat, C1), reported(seat, C1)
    newest: Any = seat.get("/issues", limit=1)
    urgent: Any = seat.get("/issues", limit=1, order="urgency")
    for cursor, order in ((newest, "urgency"), (urgent, "newest")):
        answer = seat.get("/issues", order=order, cursor=cursor.json["next"])
        assert fault(answer) == (422, "cursor_invalid")


def test_an_areas_last_days(seat: Caller, clock: Clock) -> None:
    slow = reported(seat, C1, category=BURNING)
    act(seat, reported(seat, C1), "close")
    clock.forward(days=2)
    act(seat, slow, "close"), reported(seat, C2)
    told: Any = seat.get(f"/areas/{RIVERSIDE}")
    days = told.json["properties"]["days"]
    assert (len(days), days[0]["day"], days[-1]["day"]) == (14, "2026-11-09", "2026-11-22")
    assert days[-3:] == [
        {"day": "2026-11-20", "reported": 2, "closed": 1}, {"day": "2026-11-21", "reported": 0, "closed": 0},
        {"day": "2026-11-22", "reported": 1, "closed": 1},
    ]  # fmt: skip
    assert told.json["properties"]["on_time"] == 0.5


def test_an_area_with_nothing_closed_has_no_share(town: Town) -> None:
    told: Any = town.seat.get(f"/areas/{C1}")
    assert told.json["properties"]["on_time"] is None
    others: Any = town.caller("wang").get(f"/areas/{C1}")
    assert [others.json["properties"][name] for name in ("counts", "days", "on_time")] == [None] * 3


def test_an_areas_late_and_due_today(seat: Caller, clock: Clock) -> None:
    for kind in (BURNING, RUBBISH, "GBT47678:matter:10001"):
        reported(seat, C1, category=kind)
    clock.forward(hours=3)
    told: Any = seat.get(f"/areas/{C1}")
    counts = told.json["properties"]["counts"]
    assert (counts["open"], counts["overdue"], counts["due_today"]) == (3, 1, 1)


def test_deadlines_begin_anew_where_the_kind_changes_or_it_is_opened_again(
    seat: Caller, clock: Clock
) -> None:
    number = reported(seat, C1, category=BURNING)
    clock.forward(hours=1)
    act(seat, number, "recategorise", category=DISPUTE)
    assert read(seat, number)["due_at"] == "2026-11-27T06:30:00Z"  # from the report, not from the correction
    act(seat, number, "close")
    act(seat, number, "reopen")
    assert read(seat, number)["due_at"] == "2026-11-27T07:30:00Z"
    clock.forward(hours=1)
    act(seat, number, "amend", category=BURNING, lon=103.805, lat=25.505)
    told = read(seat, number)
    assert told["due_at"] == "2026-11-20T09:30:00Z"  # from when it was opened again
    assert [event["data"].get("due_at") for event in told["events"]] == [
        "2026-11-20T08:30:00Z", "2026-11-27T06:30:00Z", None, "2026-11-27T07:30:00Z", "2026-11-20T09:30:00Z",
    ]  # fmt: skip


def test_moving_a_matter_leaves_its_deadline(seat: Caller, clock: Clock) -> None:
    number = reported(seat, C1)
    due = read(seat, number)["due_at"]
    clock.forward(hours=1)
    act(seat, number, "move", lon=103.825, lat=25.505)
    assert (read(seat, number)["due_at"], due) == (due, "2026-11-23T00:30:00Z")


@pytest.mark.parametrize(
    ("local", "warned", "late", "very_late"),
    [
        ("2026-11-23 10:59", False, False, False),
        ("2026-11-23 11:00", True, False, False),  # one of four working hours left
        ("2026-11-23 11:59", True, False, False),
        ("2026-11-23 12:00", False, True, False),
        ("2026-11-23 17:59", False, True, False),
        ("2026-11-23 18:00", False, True, True),  # four more were used up
    ],
)
def test_near_its_deadline_and_very_late_by_its_own_limit(
    seat: Caller, clock: Clock, local: str, warned: bool, late: bool, very_late: bool
) -> None:
    clock.now = datetime.fromisoformat("2026-11-23 08:00+08:00")
    number, slow = reported(seat, C1, category=RUBBISH), reported(seat, C1, category=DISPUTE)
    clock.now = datetime.fromisoformat(f"{local}+08:00")
    for word, holds in (("warning", warned), ("late", late), ("very_late", very_late)):
        assert (number in listed(seat, due=word)) == holds, word
        assert slow not in listed(seat, due=word)
        assert state(seat, due=word)["totals"]["open"] == holds
        dense = seat.get("/heat", bbox="103.79,25.48,103.84,25.52", zoom=14, due=word)
        assert dense.get_json()["count"] == holds  # type: ignore[attr-defined]


def test_by_a_level_above_cells(app: Flask, office: Office, seat: Caller) -> None:
    for place in (C1, C2, C3, OUTSIDE):
        reported(seat, place)
    act(seat, reported(seat, C2), "start")
    plain, told = state(seat), state(seat, by="community")
    assert (told["cells"], told["areas"]) == ({}, {RIVERSIDE: [2, 1, 0, 0], EASTGATE: [1, 0, 0, 0]})
    assert state(seat, by="street")["areas"] == {STREET: [3, 1, 0, 0]}
    assert state(seat, by="district")["areas"] == {DISTRICT: [3, 1, 0, 0]}
    assert {**told, "cells": 0, "areas": 0} == {**plain, "cells": 0, "areas": 0}
    assert state(seat, by="grid") == plain
    assert state(caller(app, office, "li"), by="community")["areas"] == {RIVERSIDE: [2, 1, 0, 0]}


def test_by_a_level_that_is_none(town: Town) -> None:
    assert fault(town.seat.get("/state", by="village")) == (422, "invalid_input")


def everything_counted(app: Flask, office: Office) -> list[Any]:
    """All that is counted of open matters, to people who see more and less; moments apart."""
    found: list[Any] = []
    for who in callers(app, office, "seat", "seat2", "li", "wall", "water"):
        app.extensions.pop("gridmap_past", None)
        found += [state(who, by=level) for level in ("grid", "community", "street", "district")]
        for path in ("/wall", "/areas", f"/areas/{DISTRICT}"):
            response: Any = who.get(path)
            found.append(response.json)
    return found


def test_what_is_counted_in_memory_is_what_the_store_counts(
    app: Flask, office: Office, seat: Caller, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(seat, C1, category=BURNING), reported(seat, OUTSIDE), reported(seat, C4)
    act(seat, reported(seat, C3), "start")
    act(seat, reported(seat, C3, category=DIRTY), "close")
    clock.forward(hours=3)
    in_the_store = everything_counted(app, office)
    with app.app_context():
        warm_up(app)
    monkeypatch.setattr("gridmap.web.counting.state_of", asked_for_less())
    assert everything_counted(app, office) == in_the_store
    act(seat, reported(seat, C2), "start")
    assert state(seat)["cells"] == {C1: [0, 0, 0, 1], C2: [0, 1, 0, 0], C3: [0, 1, 0, 0], C4: [1, 0, 0, 0]}


def asked_for_less() -> Any:
    """The store, of which nobody may ask for a whole district any more but a unit."""

    def asked(session: Any, scope: Scope, *rest: Any) -> Any:
        assert scope.unit is not None or not scope.covers(f"{DISTRICT}/")
        return state_of(session, scope, *rest)

    return asked
