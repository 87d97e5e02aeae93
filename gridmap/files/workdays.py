"""Which days are worked: the public holidays and moved workdays that are known, and a district's own.

Public holidays (法定节假日) and moved workdays (调休) are announced each autumn for the next year, and come
with releases of the `chinesecalendar` package. Of years it does not know only weekends are free: the
district's own table (`off`, `on`) fills the gap until then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from chinese_calendar import constants

from gridmap.domain.worktime import Rules

_KNOWN = range(min(constants.holidays).year, max(constants.holidays).year + 1)


def known_years(rules: Rules) -> frozenset[int] | None:
    """The years whose public holidays are known, as announced or as the district's own days; None where none are kept."""
    if rules.holidays == "none":
        return None
    return frozenset({*_KNOWN, *(day.year for day in (*rules.off, *rules.on))})


def workdays_of(rules: Rules) -> Callable[[date], bool]:
    """Whether a local day is worked, as these rules say."""

    def is_workday(day: date) -> bool:
        if day in rules.off or day in rules.on:
            return day in rules.on
        is_weekday = day.weekday() < 5
        if rules.holidays == "none" or day.year not in _KNOWN:
            return is_weekday
        return day in constants.workdays or (is_weekday and day not in constants.holidays)

    return is_workday
