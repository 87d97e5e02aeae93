"""Local months as moments: the spans that figures are told for, named 2026-11."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gridmap.errors import InvalidInputError

MONTH = r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])"
"""How a month is written, as a pattern."""
MOST = 24
"""So many months are told at once at most."""


class Month(NamedTuple):
    """A local month and its moments in UTC: `begin` belongs to it, `end` to the next."""

    name: str
    begin: datetime
    end: datetime


def month_of(moment: datetime, zone: ZoneInfo) -> Month:
    """The local month that `moment` lies in."""
    local = moment.astimezone(zone)
    return _month(local.year * 12 + local.month - 1, zone)


def month_named(name: str, zone: ZoneInfo) -> Month:
    """The month written like 2026-11. Raises InvalidInputError `month_invalid`."""
    if not re.fullmatch(MONTH, name, re.ASCII):
        raise InvalidInputError("month_invalid", month=name)
    return _month(_number(name), zone)


def months_between(first: str, last: str, zone: ZoneInfo) -> list[Month]:
    """Every month from `first` to `last`, both included, oldest first.

    Raises InvalidInputError `month_invalid`, and `months_invalid` where the last lies before the first or
    there are more than MOST.
    """
    begin, end = (_number(month_named(name, zone).name) for name in (first, last))
    if not 0 <= end - begin < MOST:
        raise InvalidInputError("months_invalid", first=first, last=last, limit=MOST)
    return [_month(number, zone) for number in range(begin, end + 1)]


def last_months(now: datetime, zone: ZoneInfo, count: int) -> list[Month]:
    """The last `count` local months, oldest first; the one `now` lies in is the last of them."""
    number = _number(month_of(now, zone).name)
    return [_month(number - back, zone) for back in range(count - 1, -1, -1)]


def span_of(months: Sequence[Month]) -> tuple[datetime, datetime]:
    """From when to when adjoining months last; the end is outside."""
    return months[0].begin, months[-1].end


def _number(name: str) -> int:
    return int(name[:4]) * 12 + int(name[5:]) - 1


def _month(number: int, zone: ZoneInfo) -> Month:
    begin, end = (
        datetime(at // 12, at % 12 + 1, 1, tzinfo=zone).astimezone(UTC) for at in (number, number + 1)
    )
    return Month(f"{number // 12:04d}-{number % 12 + 1:02d}", begin, end)
