"""The table of notices is checked as a whole; quiet hours, groups, heads and reminders are what they say."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.actions.handling import EFFECTS
from gridmap.domain.deadlines import Limit
from gridmap.domain.issues import RUNNING
from gridmap.domain.notices import (
    DUE_EVENTS,
    NO_QUIET,
    Group,
    NoticeTable,
    QuietHours,
    nearest_head,
    read_notices,
)
from gridmap.domain.reminders import limit_s, soon_by, very_late_by
from gridmap.errors import InvalidInputError
from gridmap.files.tables import load_deadlines, load_notices, load_workflow

ZONE = ZoneInfo("Asia/Shanghai")
HEAD = "event,states,who,kind,urgency,channels\n"
DEADLINES = load_deadlines(ZONE)
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)  # a Friday, 12:00 local


def test_what_is_told_depends_on_the_state() -> None:
    table = read_notices(
        HEAD + "reported,received,desk,to_accept,quiet,\nreported,,handler,assigned,usual,push\n"
    )
    assert [one.kind for one in table.of("reported", "received")] == ["to_accept", "assigned"]
    assert [one.kind for one in table.of("reported", "reported")] == ["assigned"]
    assert table.of("unheard", "reported") == NoticeTable().of("reported", "reported") == ()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("reported,lost,desk,to_accept,quiet,", "status_unknown"),
        ("reported,,mayor,to_accept,quiet,", "who_unknown"),
        ("reported,,desk,to_accept,loud,", "urgency_unknown"),
        ("reported,,desk,to_accept,quiet,pigeon", "channel_unknown"),
        ("reported,,desk,To accept,quiet,", "kind_invalid"),
        ("reported,,,to_accept,quiet,", "cell_empty"),
        ("reported,,desk", "cells_miscounted"),
    ],
)
def test_a_wrong_row_is_named(row: str, reason: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_notices(f"{HEAD}{row}\n")
    assert (refused.value.code, refused.value.details["reason"]) == ("notice_table_invalid", reason)
    assert refused.value.details["line"] == 2


def test_our_table_speaks_of_events_there_are() -> None:
    from_elsewhere = {"reported", "handed_over", "recheck_failed", *DUE_EVENTS}
    known = {*load_workflow().actions, *EFFECTS, *from_elsewhere}
    told = {event for event in load_notices().tellings if not event.startswith("whistle_")}
    assert told - known == set()


def test_what_has_to_be_done_is_told_beside_the_page() -> None:
    table = load_notices()
    for event in ("reported", "dispatch", "forward", "rework", "reopen_unsolved", "whistle", *DUE_EVENTS):
        assert any(one.ways for status in RUNNING for one in table.of(event, status)), event


@pytest.mark.parametrize(
    ("clock", "over"),
    [
        ("21:59", "21:59"),
        ("22:00", "07:00"),
        ("23:30", "07:00"),
        ("00:00", "07:00"),
        ("06:59", "07:00"),
        ("07:00", "07:00"),
    ],
)
def test_the_night_ends_in_the_morning(clock: str, over: str) -> None:
    local = datetime.combine(datetime(2026, 11, 20), time.fromisoformat(clock), ZONE)
    then = QuietHours().over_at(local.astimezone(UTC), ZONE).astimezone(ZONE)
    assert f"{then:%H:%M}" == over
    assert timedelta(0) <= then - local <= timedelta(hours=9)


def test_a_quiet_noon_and_none_at_all() -> None:
    siesta = QuietHours(time(12), time(14))
    assert siesta.over_at(NOON, ZONE) == NOON + timedelta(hours=2)
    assert siesta.over_at(NOON - timedelta(minutes=1), ZONE) == NOON - timedelta(minutes=1)
    assert NO_QUIET.over_at(NOON, ZONE) == NOON


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 2879))
def test_when_the_quiet_is_over_it_is_not_quiet(begins: int, ends: int, minute: int) -> None:
    hours = QuietHours(time(begins // 60, begins % 60), time(ends // 60, ends % 60))
    then = hours.over_at(NOON + timedelta(minutes=minute), ZONE)
    assert hours.over_at(then, ZONE) == then
    assert then >= NOON + timedelta(minutes=minute)


def test_a_group_hears_of_its_areas_its_unit_its_kinds() -> None:
    path = "990001/990001001/990001001001/"
    assert Group("all").wants("overdue", path, ())
    assert Group("mine", ("990001001",)).wants("overdue", path, ())
    assert not Group("other", ("99000100",)).wants("overdue", path, ())
    assert not Group("water", unit="water").wants("overdue", path, ("gas",))
    assert Group("water", unit="water").wants("overdue", path, ("gas", "water"))
    assert not Group("late", kinds=("very_late",)).wants("overdue", path, ())


def test_the_head_above_is_the_nearest_who_is_somebody_else() -> None:
    held = [("1/", 10), ("1/2/", 20), ("1/2/3/", 30), ("9/", 90)]
    assert nearest_head("1/2/3/4/", held, ()) == 30
    assert nearest_head("1/2/3/4/", held, (30, None)) == 20
    assert nearest_head("1/2/3/4/", held, (30, 20, 10)) is None


@pytest.mark.parametrize(
    ("limit", "seconds"),
    [
        (Limit(2, "urgent_hours"), 7200),
        (Limit(4, "working_hours"), 14400),
        (Limit(1, "working_days"), 28800),
        (Limit(1, "calendar_days"), 86400),
        (Limit(15, "minutes"), 900),
    ],
)
def test_a_limit_in_seconds_of_its_clock(limit: Limit, seconds: int) -> None:
    assert limit_s(DEADLINES, limit) == seconds


def test_a_warning_comes_with_a_quarter_left_but_half_an_hour_at_least() -> None:
    assert soon_by(DEADLINES, Limit(4, "urgent_hours"), NOON) == NOON + timedelta(hours=1)
    assert soon_by(DEADLINES, Limit(1, "urgent_hours"), NOON) == NOON + timedelta(minutes=30)
    # Two working days: half a day is left on Friday at noon of what is due when Friday's work ends.
    assert soon_by(DEADLINES, Limit(2, "working_days"), NOON) == NOON + timedelta(hours=6)


@pytest.mark.parametrize("unit", ["urgent_hours", "working_hours", "working_days", "calendar_days"])
def test_very_late_is_the_limit_once_more(unit: str) -> None:
    limit = Limit(3, unit)
    for hours in (0, 5, 30, 100):
        now = NOON + timedelta(hours=hours)
        last, step = very_late_by(DEADLINES, limit, now), timedelta(seconds=2)
        used_up_again = [DEADLINES.due_by(limit, due) for due in (last, last + step)]
        assert used_up_again[0] <= now < used_up_again[1]  # type: ignore[operator]
