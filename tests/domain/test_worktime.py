"""Working time is counted as people count it: not over lunch, nights, weekends; first to last, whatever was asked before."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridmap.domain.worktime import Rules, WorkingTime, read_rules
from gridmap.errors import InvalidInputError

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = ((time(8), time(12)), (time(14), time(18)))
OFF = {date(2026, 11, 25), date(2026, 12, 31)}
ON = {date(2026, 11, 28)}
HOUR_S = 3600


def is_workday(day: date) -> bool:
    return day in ON or (day.weekday() < 5 and day not in OFF)


def counter(zone: ZoneInfo = SHANGHAI) -> WorkingTime:
    return WorkingTime(HOURS, is_workday, zone)


TIME = counter()
moments = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
spans = st.integers(1, 400 * HOUR_S)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-20 09:00", 1, "2026-11-20 10:00"),
        ("2026-11-20 11:30", 1, "2026-11-20 14:30"),  # over lunch
        ("2026-11-20 12:30", 1, "2026-11-20 15:00"),  # at lunch
        ("2026-11-20 11:00", 1, "2026-11-20 12:00"),  # at noon, not after it
        ("2026-11-20 06:00", 1, "2026-11-20 09:00"),  # before the day begins
        ("2026-11-19 23:00", 1, "2026-11-20 09:00"),  # at night
        ("2026-11-20 17:30", 1, "2026-11-23 08:30"),  # a Friday: over the weekend
        ("2026-11-22 10:00", 8, "2026-11-23 18:00"),  # a Sunday
        ("2026-11-24 14:00", 8, "2026-11-26 12:00"),  # Wednesday is off
        ("2026-11-27 17:00", 2, "2026-11-28 09:00"),  # this Saturday is worked
        ("2026-12-30 16:00", 3, "2027-01-01 09:00"),  # into a year not asked about before
    ],
)
def test_by_hand(start: str, hours: int, end: str) -> None:
    assert counter().after(local(start), hours * HOUR_S) == local(end)


def test_the_stretches_between_leave_lunch_and_weekend_out() -> None:
    told = TIME.between(local("2026-11-20 11:30"), local("2026-11-23 08:30"))
    assert [(begin.astimezone(SHANGHAI).isoformat(" ", "minutes")[:16], (end - begin)) for begin, end in told] == [
        ("2026-11-20 11:30", timedelta(minutes=30)), ("2026-11-20 14:00", timedelta(hours=4)),
        ("2026-11-23 08:00", timedelta(minutes=30)),
    ]  # fmt: skip
    assert TIME.between(local("2026-11-21 09:00"), local("2026-11-21 10:00")) == []
    assert TIME.day_s == 8 * HOUR_S


def worked(begin: datetime, end: datetime) -> int:
    return sum(int((b - a).total_seconds()) for a, b in TIME.between(begin, end))


@given(moments, spans)
def test_so_much_was_worked_by_then_and_then_only(start: datetime, span: int) -> None:
    start = start.replace(microsecond=0)
    end = TIME.after(start, span)
    assert end > start
    assert (worked(start, end), worked(start, end - timedelta(seconds=1))) == (span, span - 1)


@given(moments, spans)
def test_it_ends_while_people_work(start: datetime, span: int) -> None:
    end = TIME.after(start, span).astimezone(SHANGHAI)
    assert is_workday(end.date())
    assert any(begin < end.time() <= until for begin, until in HOURS)


@given(moments, moments, spans, spans)
def test_later_or_longer_never_ends_earlier(one: datetime, other: datetime, short: int, more: int) -> None:
    assert TIME.after(min(one, other), short) <= TIME.after(max(one, other), short)
    assert TIME.after(one, short) < TIME.after(one, short + more)
    assert TIME.after(TIME.after(one, short), more) == TIME.after(one, short + more)


@given(moments, moments, spans)
def test_the_answer_does_not_hang_on_what_was_asked_before(one: datetime, other: datetime, span: int) -> None:
    asked = counter()
    asked.after(other, 1)
    assert asked.after(one, span) == counter().after(one, span) == TIME.after(one, span)


def test_hours_are_local_where_clocks_are_changed() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before, after = (datetime(2026, 3, day, 8, tzinfo=berlin) for day in (27, 30))
    assert counter(berlin).after(before, 8 * HOUR_S + 1) == after + timedelta(seconds=1)
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(days=3, hours=-1)


def test_rules_are_read() -> None:
    told = read_rules(
        'hours = [["08:30", "12:00"]]\nholidays = "china"\noff = [2027-01-01]\non = [2027-01-03]'
    )
    hours = ((time(8, 30), time(12)),)
    assert told == Rules(hours, "china", frozenset({date(2027, 1, 1)}), frozenset({date(2027, 1, 3)}))
    assert read_rules("hours = [[08:30:00, 12:00:00]]") == Rules(hours)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hours = [", "toml_invalid"),
        ("", "hours_invalid"),
        ("hours = []", "hours_invalid"),
        ('hours = [["8", "12:00"]]', "hours_invalid"),
        ('hours = [["12:00", "08:00"]]', "hours_invalid"),
        ('hours = [["08:00", "12:00"], ["11:00", "18:00"]]', "hours_invalid"),
        ('hours = [["08:00+08:00", "12:00+08:00"]]', "hours_invalid"),
        ("hours = 8", "hours_invalid"),
        ('hours = [["08:00", "12:00"]]\nlunch = 2', "key_unknown"),
        ('hours = [["08:00", "12:00"]]\nholidays = "mars"', "holidays_unknown"),
        ('hours = [["08:00", "12:00"]]\noff = ["someday"]', "day_invalid"),
        ('hours = [["08:00", "12:00"]]\noff = [2027-01-01]\non = [2027-01-01]', "day_twice"),
    ],
)
def test_rules_that_cannot_be_meant_are_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidInputError, match="worktime_table_invalid") as caught:
        read_rules(text)
    assert caught.value.details["reason"] == reason
