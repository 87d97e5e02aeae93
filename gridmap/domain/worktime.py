"""Working time (工作时间): the hours of the days that are worked, as one line on which time is counted.

Which days are worked is the caller's to say (see `files/workdays`): weekends, public holidays (法定节假日)
and moved workdays (调休上班) are no arithmetic. Moments come and go in UTC; hours are local.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate, pairwise
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from gridmap.errors import InvalidInputError

Span = tuple[datetime, datetime]
"""A stretch of time in UTC, from–to."""

HOLIDAYS = ("china", "none")
_KEYS = {"hours", "holidays", "off", "on"}


@dataclass(frozen=True)
class Rules:
    """A district's own rules of working time, as its table says them.

    `hours` are local, in order, and do not overlap; `holidays` names the public holidays that are kept, one
    of HOLIDAYS; `off` and `on` are days the district itself makes free or worked, whatever else holds.
    """

    hours: tuple[tuple[time, time], ...]
    holidays: str = "none"
    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()


def read_rules(text: str) -> Rules:
    """The rules in a TOML text.

    Raises InvalidInputError `worktime_table_invalid` with `reason` and `value` for text that is no TOML
    (`toml_invalid`), an unknown key (`key_unknown`), hours that are missing, no times of day, empty or not
    in order (`hours_invalid`), an unknown word for holidays (`holidays_unknown`), a day that is no date
    (`day_invalid`), a day both off and on (`day_twice`).
    """
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _refusal("toml_invalid", str(error)) from error
    if unknown := sorted(told.keys() - _KEYS):
        raise _refusal("key_unknown", unknown[0])
    if told.get("holidays", "none") not in HOLIDAYS:
        raise _refusal("holidays_unknown", told["holidays"])
    off, on = _days(told.get("off", [])), _days(told.get("on", []))
    if twice := off & on:
        raise _refusal("day_twice", min(twice))
    return Rules(_hours(told.get("hours")), told.get("holidays", "none"), off, on)


def _hours(told: Any) -> tuple[tuple[time, time], ...]:
    try:
        hours = tuple((_time(begin), _time(end)) for begin, end in told)
    except (TypeError, ValueError):
        raise _refusal("hours_invalid", told) from None
    ends = [moment for span in hours for moment in span]
    if not ends or any(earlier >= later for earlier, later in pairwise(ends)):
        raise _refusal("hours_invalid", told)
    return hours


def _time(told: Any) -> time:
    moment = told if isinstance(told, time) else time.fromisoformat(told)
    if moment.tzinfo is not None:
        raise ValueError("working hours are local")
    return moment


def _days(told: Any) -> frozenset[date]:
    if not isinstance(told, list) or any(type(day) is not date for day in told):
        raise _refusal("day_invalid", told)
    return frozenset(told)


def _refusal(reason: str, value: Any) -> InvalidInputError:
    return InvalidInputError("worktime_table_invalid", reason=reason, value=str(value))


@dataclass(frozen=True)
class Line:
    """The working time of whole years: where each stretch begins and ends, and how much lies before it.

    All in seconds, moments since 1970. `begin` and `end` are those of the years.
    """

    years: range
    begin: int
    end: int
    begins: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]

    def counted(self, moment: int) -> int:
        """How much working time lies on the line before `moment`."""
        n = bisect_right(self.begins, moment) - 1
        return 0 if n < 0 else self.before[n] + min(moment, self.ends[n]) - self.begins[n]

    def moment(self, counted: int) -> int:
        """The first moment before which so much lies; more than nothing, no more than all."""
        n = bisect_left(self.before, counted) - 1
        return self.begins[n] + counted - self.before[n]


class WorkingTime:
    """Counts working time in whole seconds; the years it is asked about are laid out as they come.

    `hours` as in `Rules`; `is_workday` says of a local day whether it is worked.
    """

    def __init__(
        self, hours: Sequence[tuple[time, time]], is_workday: Callable[[date], bool], zone: ZoneInfo
    ) -> None:
        self._hours, self._is_workday, self._zone = tuple(hours), is_workday, zone
        self._years: dict[int, list[tuple[int, int]]] = {}
        self._line: Line | None = None
        self.day_s: int = sum(_seconds(end) - _seconds(begin) for begin, end in self._hours)

    def after(self, start: datetime, span_s: int) -> datetime:
        """The first moment by which `span_s` of working time have passed since `start`; more than nothing."""
        begin = _since_1970(start)
        line = self.line(begin, begin, span_s)
        return datetime.fromtimestamp(line.moment(line.counted(begin) + span_s), UTC)

    def line(self, first: int, last: int, span_s: int) -> Line:
        """The line from a moment to `span_s` of working time behind a later one, both in seconds since 1970."""
        line = self._around(first, last)
        while line.counted(last) + span_s > line.before[-1]:
            line = self._laid_out(line.years.start, line.years.stop)
        return line

    def between(self, begin: datetime, end: datetime) -> list[Span]:
        """The stretches of working time from `begin` to `end`, in order; what lies between them is free."""
        first_s, last_s = _since_1970(begin), _since_1970(end)
        line = self._around(first_s, last_s)
        first, last = bisect_right(line.ends, first_s), bisect_left(line.begins, last_s)
        cut = ((max(line.begins[n], first_s), min(line.ends[n], last_s)) for n in range(first, last))
        return [(datetime.fromtimestamp(a, UTC), datetime.fromtimestamp(b, UTC)) for a, b in cut]

    def _around(self, begin: int, end: int) -> Line:
        """A line that both moments lie on."""
        line = self._line
        if line is not None and line.begin <= begin and end < line.end:
            return line
        return self._laid_out(self._local_year(begin), self._local_year(end))

    def _local_year(self, moment: int) -> int:
        return datetime.fromtimestamp(moment, self._zone).year

    def _laid_out(self, first: int, last: int) -> Line:
        """A line with these years and all that were asked about before."""
        kept = self._line
        if kept is not None:
            first, last = min(first, kept.years.start), max(last, kept.years.stop - 1)
        years = range(first, last + 1)
        stretches = [stretch for year in years for stretch in self._year(year)]
        begins, ends = [begin for begin, _ in stretches], [end for _, end in stretches]
        before = list(accumulate((end - begin for begin, end in stretches), initial=0))
        line = Line(years, self._new_year(first), self._new_year(last + 1), begins, ends, before)
        self._line = line  # one assignment: whoever reads meanwhile has the old line, which is right too
        return line

    def _year(self, year: int) -> list[tuple[int, int]]:
        if year not in self._years:
            self._years[year] = list(self._stretches(year))
        return self._years[year]

    def _stretches(self, year: int) -> Iterator[tuple[int, int]]:
        first, length = date(year, 1, 1), (date(year, 12, 31) - date(year, 1, 1)).days + 1
        for day in (first + timedelta(days=n) for n in range(length)):
            if self._is_workday(day):
                for begin, end in self._hours:
                    yield self._moment(day, begin), self._moment(day, end)

    def _new_year(self, year: int) -> int:
        return self._moment(date(year, 1, 1), time())

    def _moment(self, day: date, at: time) -> int:
        return _since_1970(datetime.combine(day, at, self._zone))


def _since_1970(moment: datetime) -> int:
    return floor(moment.timestamp())


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
