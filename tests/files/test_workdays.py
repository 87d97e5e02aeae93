"""Holidays as they were announced, moved workdays, and what the district itself says."""

from __future__ import annotations

from datetime import date, time
from zoneinfo import ZoneInfo

from gridmap.domain.deadlines import Deadlines
from gridmap.domain.worktime import Rules, WorkingTime
from gridmap.files.workdays import known_years, workdays_of

HOURS = ((time(8), time(12)),)
NEW_YEAR, BEFORE_IT = date(2026, 2, 17), date(2026, 2, 14)
"""The first day of the year of the horse, and the Saturday that is worked for it."""


def test_public_holidays_are_free_and_moved_workdays_worked() -> None:
    is_workday = workdays_of(Rules(HOURS, "china"))
    assert [is_workday(day) for day in (NEW_YEAR, BEFORE_IT, date(2026, 11, 20), date(2026, 11, 21))] == [
        False, True, True, False,
    ]  # fmt: skip


def test_who_keeps_no_holidays_has_weekends() -> None:
    is_workday = workdays_of(Rules(HOURS))
    assert [is_workday(day) for day in (NEW_YEAR, BEFORE_IT)] == [True, False]


def test_of_years_not_announced_only_weekends_are_known() -> None:
    is_workday = workdays_of(Rules(HOURS, "china"))
    week = [date(2090, 10, day) for day in range(1, 8)]
    assert [is_workday(day) for day in week] == [day.weekday() < 5 for day in week]


def test_the_districts_own_days_go_first() -> None:
    rules = Rules(HOURS, "china", frozenset({date(2026, 11, 20)}), frozenset({NEW_YEAR}))
    assert [workdays_of(rules)(day) for day in (date(2026, 11, 20), NEW_YEAR)] == [False, True]


def missing(rules: Rules, today: date) -> tuple[int, ...]:
    time = WorkingTime(rules.hours, workdays_of(rules), ZoneInfo("Asia/Shanghai"))
    return Deadlines(time, known_years=known_years(rules)).without_calendar(today)


def test_a_year_without_a_calendar_is_missed_six_weeks_before_it_begins() -> None:
    rules = Rules(HOURS, "china")
    assert [missing(rules, day) for day in (date(2089, 6, 1), date(2089, 11, 20))] == [(2089,), (2089, 2090)]
    assert missing(rules, date(2025, 11, 20)) == ()
    own = Rules(HOURS, "china", off=frozenset({date(2089, 1, 1)}), on=frozenset({date(2090, 1, 2)}))
    assert missing(own, date(2089, 11, 20)) == ()
    assert missing(Rules(HOURS), date(2089, 11, 20)) == ()
