"""Looking again at what was closed: who is drawn, by whom it is looked at, and what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gridmap.actions.acts import Act
from gridmap.actions.auditing import audit
from gridmap.actions.handling import act_on
from gridmap.actions.office import Office
from gridmap.actions.rechecking import Closed, draw_rechecks, drawn, recheck
from gridmap.actions.reporting import report
from gridmap.actions.rostering import Leave, note_absence
from gridmap.db.loop_models import Recheck
from gridmap.db.models import EventRow, Issue
from gridmap.errors import GridmapError
from tests.conftest import Clock
from tests.db.looking import rows_of
from tests.town import C1, C3, CENTRES, actor_named, report_at

NOVEMBER = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
DECEMBER = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
"""Midnight there: December has begun."""


def closed_at(office: Office, cell: str = C1, *, by: str = "head1", finisher: str | None = "sun") -> str:
    """A matter closed: after somebody finished it and the head saw it, or right away."""
    number = report(office, actor_named(office, "seat"), report_at(*CENTRES[cell])).number
    if finisher is not None:
        act_on(office, actor_named(office, finisher), number, Act("finish"))
        act_on(office, actor_named(office, by), number, Act("verify"))
    act_on(office, actor_named(office, by), number, Act("close"))
    return number


def the(office: Office, number: str) -> Issue:
    return next(issue for issue in rows_of(office, Issue) if issue.number == number)


def drawn_one(office: Office, clock: Clock, **how: object) -> tuple[str, int]:
    """The number of a matter that was closed and drawn, and the key of its re-check."""
    number = closed_at(office, **how)  # type: ignore[arg-type]
    clock.now = DECEMBER
    assert draw_rechecks(office) == 1
    (row,) = rows_of(office, Recheck)
    return number, int(row.id)


def refusal(office: Office, by: str, key: int, *, is_well: bool = True, words: str | None = None) -> str:
    with pytest.raises(GridmapError) as error:
        recheck(office, actor_named(office, by), key, is_well, words)
    assert all(row.done_at is None for row in rows_of(office, Recheck))
    return error.value.code


MANY = [
    Closed(n, f"n{n}", "990001", f"990001/990001{n % 2 + 1:03d}/x/", n % 10 == 3 or n % 10 == 4)
    for n in range(200)
]


def test_a_share_of_each_street_is_drawn_always_with_some_settled_without_the_desk():
    found = drawn(MANY, "2026-11", 5)
    for street in (0, 1):
        here = [one for one in found if one.id % 2 == street]
        assert len(here) == 5
        assert sum(one.is_quiet for one in here) >= 2
    assert {one.is_quiet for one in found} == {True, False}


def test_the_same_are_drawn_whoever_draws_and_others_in_another_month():
    assert drawn(MANY[::-1], "2026-11", 5) == drawn(MANY, "2026-11", 5)
    assert drawn(MANY, "2026-12", 5) != drawn(MANY, "2026-11", 5)


@pytest.mark.parametrize(
    ("closed", "percent", "size"), [(0, 5, 0), (1, 5, 1), (20, 5, 2), (7, 100, 8), (7, 0, 0)]
)
def test_how_many_are_drawn(closed, percent, size):
    assert len(drawn(MANY[: closed or 0], "2026-11", percent)) == min(size, closed)


def test_last_months_matters_are_drawn_once(office: Office, clock: Clock) -> None:
    clock.now = NOVEMBER
    numbers = {closed_at(office), closed_at(office, C3, by="streethead", finisher=None)}
    clock.now = DECEMBER - timedelta(seconds=1)
    assert draw_rechecks(office) == 0
    clock.now = DECEMBER
    assert draw_rechecks(office, 0) == 0
    assert draw_rechecks(office, 100) == 2
    assert draw_rechecks(office, 100) == 0
    assert {(row.month, row.issue_id) for row in rows_of(office, Recheck)} == {
        ("2026-11", the(office, number).id) for number in numbers
    }


def test_what_was_settled_in_its_cell_is_drawn_before_others(office: Office, clock: Clock) -> None:
    clock.now = NOVEMBER
    for _ in range(3):
        closed_at(office)
    quiet = closed_at(office, by="li", finisher=None)
    clock.now = DECEMBER
    draw_rechecks(office)
    assert [row.issue_id for row in rows_of(office, Recheck)] == [the(office, quiet).id]


def test_what_is_well_stays_closed_and_says_so(office: Office, clock: Clock) -> None:
    number, key = drawn_one(office, clock)
    assert recheck(office, actor_named(office, "seat"), key, True) == (number, "closed")
    (row,) = rows_of(office, Recheck)
    assert (row.is_well, row.done_at) == (True, DECEMBER)
    assert rows_of(office, EventRow)[-1].kind == "recheck_passed"
    assert the(office, number).closed_at == NOVEMBER


def test_what_is_not_well_begins_anew_with_who_is_on_duty(office: Office, clock: Clock) -> None:
    number, key = drawn_one(office, clock)
    leave = Leave(DECEMBER, DECEMBER + timedelta(days=3), "dong", "sun")
    note_absence(office, actor_named(office, "seat"), leave)
    assert recheck(office, actor_named(office, "seat"), key, False, "still there") == (number, "reported")
    issue, event = the(office, number), rows_of(office, EventRow)[-1]
    assert (issue.status, issue.closed_at, issue.stage_at) == ("reported", None, DECEMBER)
    assert issue.due_at is not None
    assert issue.due_at > DECEMBER
    assert (event.kind, '"words"' in event.data, '"deputy"' in event.data) == ("recheck_failed", True, True)
    assert audit(office).faults == ()


def test_one_that_was_reopened_meanwhile_stays_as_it_is(office: Office, clock: Clock) -> None:
    number, key = drawn_one(office, clock)
    act_on(office, actor_named(office, "head1"), number, Act("reopen"))
    assert recheck(office, actor_named(office, "seat"), key, False, "still there") == (number, "reported")
    assert rows_of(office, EventRow)[-1].kind == "recheck_moot"


def test_nobody_looks_again_at_their_own_work(office: Office, clock: Clock) -> None:
    _, key = drawn_one(office, clock)
    assert refusal(office, "sun", key) == "not_yours_to_recheck"
    assert refusal(office, "li", key) == "not_yours_to_recheck"
    assert refusal(office, "head1", key) == "own_work_rechecked"  # closed it
    recheck(office, actor_named(office, "streethead"), key, True)


def test_a_seat_that_closed_it_does_not_look_again(office: Office, clock: Clock) -> None:
    _, key = drawn_one(office, clock, by="seat")
    assert refusal(office, "seat", key) == "own_work_rechecked"


def test_what_is_refused_of_a_recheck(office: Office, clock: Clock) -> None:
    _, key = drawn_one(office, clock)
    assert refusal(office, "seat", key, is_well=False) == "field_missing"
    assert refusal(office, "seat", key, words="x" * 4001) == "words_too_long"
    assert refusal(office, "seat", 10**6) == "recheck_not_found"
    for by in ("seat2", "water", "wang", "wall"):
        assert refusal(office, by, key) == "recheck_not_found"
    recheck(office, actor_named(office, "seat"), key, True)
    with pytest.raises(GridmapError, match="recheck_done"):
        recheck(office, actor_named(office, "streethead"), key, True)
