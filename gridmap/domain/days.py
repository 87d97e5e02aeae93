"""Local days as moments: when today ends, and from when to when the last days were."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Day(NamedTuple):
    """A local day and its moments in UTC: `begin` belongs to it, `end` to the next."""

    day: date
    begin: datetime
    end: datetime


def day_of(moment: datetime, zone: ZoneInfo) -> Day:
    """The local day that `moment` lies in."""
    return _day(moment.astimezone(zone).date(), zone)


def last_days(now: datetime, zone: ZoneInfo, count: int) -> list[Day]:
    """The last `count` local days, oldest first; today is the last of them."""
    today = now.astimezone(zone).date()
    return [_day(today - timedelta(days=back), zone) for back in range(count - 1, -1, -1)]


def _day(day: date, zone: ZoneInfo) -> Day:
    begin, end = (
        datetime.combine(midnight, time(), zone).astimezone(UTC)
        for midnight in (day, day + timedelta(days=1))
    )
    return Day(day, begin, end)
