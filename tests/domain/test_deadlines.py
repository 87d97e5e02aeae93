"""Limits come from a table, and the four units are counted as cities count them; examples by hand, in local time."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.categories import Category
from gridmap.domain.deadlines import LONGEST, UNITS, Deadlines, Limit, Limits, read_limits
from gridmap.domain.worktime import Rules, WorkingTime
from gridmap.errors import InvalidInputError
from gridmap.files.workdays import workdays_of

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8), time(12)), (time(14), time(18)))
RUBBISH, COVER = Limit(4, "working_hours"), Limit(2, "urgent_hours")
TABLE = Limits({"GBT:matter:06010": RUBBISH}, {"GBT:matter:06": Limit(1, "working_days")})
DEADLINES = Deadlines(WorkingTime(HOURS, workdays_of(Rules(HOURS, "china")), ZONE), TABLE)
"""With China's holidays of 2026: Spring Festival 15–23 February, Saturdays 14 and 28 February worked."""
HEAD = "standard,kind,group_code,code,amount,unit\n"
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
limits = st.builds(Limit, st.integers(1, 30), st.sampled_from(UNITS))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def category(code: str, group: str, kind: str = "matter") -> Category:
    return Category("GBT", kind, code, "名", "name", group, "类", None)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-11-20 17:00", 2, "urgent_hours", "2026-11-20 19:00"),
        ("2026-02-17 23:00", 2, "urgent_hours", "2026-02-18 01:00"),  # New Year's night counts
        ("2026-11-20 17:00", 4, "working_hours", "2026-11-23 11:00"),
        ("2026-11-20 11:00", 2, "working_hours", "2026-11-20 15:00"),
        ("2026-02-13 17:00", 4, "working_hours", "2026-02-14 11:00"),  # the Saturday before is worked
        ("2026-02-14 17:00", 2, "working_hours", "2026-02-24 09:00"),  # over the festival
        ("2026-02-18 10:00", 1, "working_hours", "2026-02-24 09:00"),  # within it
        ("2026-09-30 17:00", 2, "working_hours", "2026-10-08 09:00"),  # National Day
        ("2026-11-17 14:30", 1, "working_days", "2026-11-18 14:30"),
        ("2026-11-17 20:00", 1, "working_days", "2026-11-18 18:00"),
        ("2026-11-21 10:00", 1, "working_days", "2026-11-23 18:00"),
        ("2026-02-14 15:00", 1, "working_days", "2026-02-24 15:00"),
        ("2026-02-27 08:00", 2, "working_days", "2026-02-28 18:00"),  # again a Saturday that is worked
        ("2026-11-20 17:00", 5, "working_days", "2026-11-27 17:00"),
        ("2026-02-14 17:00", 2, "calendar_days", "2026-02-16 17:00"),
        ("2026-12-31 17:00", 2, "working_hours", "2027-01-01 09:00"),  # holidays of 2027 are not known
    ],
)
def test_by_hand(start: str, amount: int, unit: str, due: str) -> None:
    assert DEADLINES.due_by(Limit(amount, unit), local(start)) == local(due)


@given(moments, limits)
def test_never_before_its_report_and_on_the_second(start: datetime, limit: Limit) -> None:
    due = DEADLINES.due_by(limit, start)
    assert due is not None
    assert due > start - timedelta(seconds=1)
    assert due >= start.replace(microsecond=0) + timedelta(hours=limit.amount)
    assert (due.microsecond, due.utcoffset()) == (0, timedelta(0))


@given(moments, moments, limits)
def test_what_is_reported_later_is_due_no_earlier(one: datetime, other: datetime, limit: Limit) -> None:
    first, second = (DEADLINES.due_by(limit, start) for start in sorted((one, other)))
    assert first is not None
    assert second is not None
    assert first <= second


@given(moments, limits)
def test_more_time_is_more_time(start: datetime, limit: Limit) -> None:
    longer = limit._replace(amount=limit.amount + 1)
    assert DEADLINES.due_by(limit, start) < DEADLINES.due_by(longer, start)  # type: ignore[operator]


def test_the_longest_limit_can_be_counted() -> None:
    due = DEADLINES.due_by(Limit(LONGEST, "working_days"), local("2026-11-20 08:00"))
    assert due is not None
    assert due.year == 2030


def test_a_category_of_its_own_else_its_group() -> None:
    assert DEADLINES.limit_of(category("06010", "06")) == RUBBISH
    assert DEADLINES.limit_of(category("06011", "06")) == Limit(1, "working_days")
    for other in (category("09001", "09"), category("06010", "09", "component")):
        assert DEADLINES.limit_of(other) is None
        assert DEADLINES.due_at(other, local("2026-11-20 08:00")) is None
    assert DEADLINES.due_at(category("06010", "06"), local("2026-11-20 08:00")) == local("2026-11-20 12:00")


def test_without_a_table_nothing_is_ever_due() -> None:
    assert Deadlines().due_at(category("06010", "06"), local("2026-11-20 08:00")) is None
    assert Deadlines().due_by(RUBBISH, local("2026-11-20 08:00")) is None


def read(*rows: str) -> Limits:
    return read_limits(HEAD + "\n".join(rows), {"GBT:matter:06010"}, {"GBT:matter:06", "GBT:component:01"})


def test_a_table_is_read() -> None:
    told = read("GBT,matter,06,,1,working_days", "GBT,matter,,06010,4,working_hours")
    assert told == TABLE


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("GBT,thing,06,,1,working_days", "kind_unknown"),
        ("GBT,matter,06,,1,days", "unit_unknown"),
        ("GBT,matter,06,,0,working_days", "amount_invalid"),
        ("GBT,matter,06,,1000,working_days", "amount_invalid"),
        ("GBT,matter,06,,1.5,working_days", "amount_invalid"),
        ("GBT,matter,06,,²,working_days", "amount_invalid"),
        ("GBT,matter,06,,,working_days", "cell_empty"),
        ("GBT,matter,06,06010,1,working_days", "group_or_code"),
        ("GBT,matter,,,1,working_days", "group_or_code"),
        ("GBT,matter,07,,1,working_days", "key_unknown"),
        ("GBT,matter,,06,1,working_days", "key_unknown"),
        ("GBT,component,01,,2,working_days", "key_twice"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused(row: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match="deadline_table_invalid") as caught:
        read("GBT,component,01,,1,working_days", row)
    assert (caught.value.details["line"], caught.value.details["reason"]) == (3, reason)
