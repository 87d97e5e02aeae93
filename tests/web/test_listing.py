"""GET /issues: filters one by one, and a cursor that neither doubles nor loses."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from gridmap.actions.office import Office
from gridmap.domain.issues import STATUSES
from gridmap.web.params import GROUPS
from tests.conftest import Clock
from tests.town import (
    C1,
    C2,
    C3,
    C4,
    CENTRES,
    EASTGATE,
    OUTSIDE,
    PARKING,
    RIVERSIDE,
    RUBBISH,
    STREET,
    Caller,
    caller,
)
from tests.web.asking import act, details, fault, listed, reported
from tests.web.conftest import Town

HALF_WEST = "103.79,25.48,103.8149,25.52"
"""C1 and C4, and the western half of C2, whose middle lies outside."""


@pytest.fixture
def seat(app: Flask, office: Office) -> Caller:
    return caller(app, office, "seat")


def refused(who: Caller, **query: Any) -> tuple[int, str]:
    return fault(who.get("/issues", **query))


def test_newest_first_as_features_with_the_lists_properties(seat: Caller) -> None:
    first, second = reported(seat, C1), reported(seat, C3)
    response: Any = seat.get("/issues")
    told = response.json
    assert (told["type"], told["next"]) == ("FeatureCollection", None)
    assert [feature["id"] for feature in told["features"]] == [second, first]
    assert told["features"][1]["geometry"] == {"type": "Point", "coordinates": list(CENTRES[C1])}
    assert set(told["features"][1]["properties"]) == {
        "number", "seq", "status", "in_triage", "category", "category_name", "description", "occurred_at",
        "reported_at", "closed_at", "due_at", "stands_still", "cell", "owner", "handler", "unit", "accuracy_m", "source",
        "reported_by_me", "tier", "stage", "stage_due_at", "paused_at", "supervised_at", "merged_into",
    }  # fmt: skip


def test_by_box_and_by_area(seat: Caller) -> None:
    at = {code: reported(seat, code) for code in (C1, C2, C3, C4)}
    assert set(listed(seat, bbox=HALF_WEST)) == {at[C1], at[C4]}
    assert set(listed(seat, bbox="103.8049,25.5049,103.8051,25.5051")) == {at[C1]}
    assert set(listed(seat, area=RIVERSIDE)) == {at[C1], at[C2], at[C4]}
    assert set(listed(seat, area=EASTGATE)) == {at[C3]}
    assert set(listed(seat, area=STREET)) == set(at.values())
    assert listed(seat, area=C1, bbox="103.82,25.48,103.84,25.52") == []


def test_by_state(seat: Caller) -> None:
    new, begun, done, gone = (reported(seat, C1) for _ in range(4))
    for number, action in ((begun, "start"), (done, "close"), (gone, "void")):
        assert act(seat, number, action).status_code == 200
    lost = reported(seat, OUTSIDE)
    assert set(listed(seat, status="open")) == {new, begun, lost}
    assert set(listed(seat, status="reported")) == {new, lost}
    assert set(listed(seat, status="handling,closed")) == {begun, done}
    assert listed(seat, status="void") == [gone]
    assert (set(listed(seat, status="waiting")), listed(seat, status="done")) == ({new, lost}, [])
    assert listed(seat, status="triage") == [lost]
    assert listed(seat, status="handled") == []


def test_by_category(seat: Caller) -> None:
    rubbish, parked = reported(seat, C1), reported(seat, C1, category=PARKING)
    assert listed(seat, category=RUBBISH) == [rubbish]
    assert listed(seat, category="09009") == [parked]
    assert set(listed(seat, category=f"06010,{PARKING}")) == {rubbish, parked}


def test_by_time_of_the_report(seat: Caller, clock: Clock) -> None:
    early = reported(seat, C1, occurred_at="2026-01-01T00:00:00Z")
    clock.forward(hours=1)
    late = reported(seat, C1)
    assert listed(seat, since="2026-11-20T07:00:00Z") == [late]
    assert listed(seat, until="2026-11-20T07:00:00Z") == [early]
    assert listed(seat, since="2026-11-20T14:30:00+08:00") == [late, early]
    assert listed(seat, since="2026-11-20T07:30:00Z", until="2026-11-20T07:30:00Z") == []


def test_mine_is_what_i_reported_own_or_handle(app: Flask, office: Office, seat: Caller) -> None:
    li, sun = caller(app, office, "li"), caller(app, office, "sun")
    owned, elsewhere, by_li = reported(seat, C1), reported(seat, C4), reported(li, C3)
    assert set(listed(li, mine="true")) == {owned, by_li}
    assert set(listed(sun, mine="true")) == {owned, elsewhere}
    assert set(listed(seat, mine="true")) == {owned, elsewhere}
    assert len(listed(seat, mine="false")) == 3


def test_by_part_of_the_number(seat: Caller) -> None:
    numbers = [reported(seat, C1) for _ in range(3)]
    assert listed(seat, q="-0002") == [numbers[1]]
    assert len(listed(seat, q="20261120")) == 3
    assert listed(seat, q="%") == listed(seat, q="_") == []


def pages(who: Caller, size: int, between: Any = None) -> list[list[str]]:
    found, cursor = [], None
    while True:
        response: Any = who.get("/issues", limit=size, **({"cursor": cursor} if cursor else {}))
        found.append([feature["id"] for feature in response.json["features"]])
        cursor = response.json["next"]
        if cursor is None:
            return found
        if between:
            between()


def test_a_cursor_walks_all_pages_while_new_ones_arrive(seat: Caller) -> None:
    numbers = [reported(seat, C1) for _ in range(7)]
    walked = pages(seat, 3, between=lambda: reported(seat, C1))
    assert [len(page) for page in walked] == [3, 3, 1]
    assert [number for page in walked for number in page] == numbers[::-1]


def test_pages_of_any_size_hold_the_same(seat: Caller) -> None:
    numbers = [reported(seat, C1) for _ in range(4)]
    for size in (1, 2, 4, 1000):
        walked = pages(seat, size)
        assert [number for page in walked for number in page] == numbers[::-1]
        assert all(walked), "no empty page at the end"


def test_a_cursor_stays_inside_its_filter(seat: Caller) -> None:
    wanted = [reported(seat, code) for code in (C1, C3, C1, C3, C1)][::2]
    first: Any = seat.get("/issues", area=C1, limit=2)
    rest = listed(seat, area=C1, limit=2, cursor=first.json["next"])
    assert [feature["id"] for feature in first.json["features"]] + rest == wanted[::-1]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"colour": "red"}, "invalid_input"),
        ({"limit": "0"}, "invalid_input"),
        ({"limit": "1001"}, "invalid_input"),
        ({"since": "yesterday"}, "invalid_input"),
        ({"since": "2026-11-20T00:00:00"}, "invalid_input"),
        ({"since": "2026"}, "invalid_input"),
        ({"mine": "perhaps"}, "invalid_input"),
        ({"bbox": "103,25,104"}, "bbox_invalid"),
        ({"bbox": "104,25,103,26"}, "bbox_invalid"),
        ({"bbox": "103,26,104,25"}, "bbox_invalid"),
        ({"bbox": "103,25,104,91"}, "bbox_invalid"),
        ({"bbox": "a,b,c,d"}, "bbox_invalid"),
        ({"bbox": "103,25,104,nan"}, "bbox_invalid"),
        ({"bbox": ""}, "bbox_invalid"),
        ({"cursor": "first"}, "cursor_invalid"),
        ({"cursor": "%%%"}, "cursor_invalid"),
        ({"status": "late"}, "status_unknown"),
        ({"status": ""}, "status_unknown"),
        ({"category": "99999"}, "category_unknown"),
        ({"category": "01001"}, "category_ambiguous"),
        ({"status": ["open", "closed"]}, "query_repeated"),
    ],
)
def test_what_a_query_cannot_mean_is_refused(town: Town, query: dict[str, Any], code: str) -> None:
    assert refused(town.seat, **query) == (422, code)


def test_refusals_say_what_would_be_taken(town: Town) -> None:
    told = details(town.seat.get("/issues", status="late"))
    assert told["choices"] == [*STATUSES, *GROUPS, "triage"]
    assert details(town.seat.get("/issues", colour="red"))["fields"] == [
        {"field": "colour", "reason": "extra_forbidden"}
    ]


def test_an_unknown_area_is_not_an_empty_one(town: Town) -> None:
    assert refused(town.seat, area="990001001009") == (404, "area_not_found")
