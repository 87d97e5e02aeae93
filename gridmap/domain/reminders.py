"""When somebody is reminded of a deadline: a quarter of the limit left (预警), used up (超期), used up twice (严重超期).

As windows of deadlines: which matters a moment passed for since the last look is then asked of an index.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from gridmap.domain.codes import is_below
from gridmap.domain.deadlines import CALENDAR_DAYS, HOUR_S, MINUTES, WORKED, WORKING_DAYS, Deadlines, Limit

LEAST_WARNING_S = 1800
"""However short a limit is, the warning comes half an hour before."""
_FURTHEST = timedelta(days=4000)
"""Further back than any limit reaches: 999 working days."""


class Region(NamedTuple):
    """All at or below one path ("": everywhere) that lies at or below none of `besides`."""

    below: str
    besides: tuple[str, ...] = ()


ANYWHERE = (Region(""),)


def regions_of(
    limits: Mapping[str, Limit | None], classes: Mapping[str, str]
) -> dict[Limit, tuple[Region, ...]]:
    """Where each limit of a category holds: `limits` by class of area, `classes` by the path of an area that has one.

    What lies below an area has its class, but for what lies below another one that has a class further down.
    """
    of_path = {"": limits.get("")} | {path: limits.get(name) for path, name in classes.items()}
    found = dict[Limit, tuple[Region, ...]]()
    for path in sorted(of_path):
        limit, around = of_path[path], [other for other in of_path if path != other and is_below(path, other)]
        if limit is None or (around and of_path[max(around, key=len)] == limit):
            continue
        others = (other for other in sorted(of_path) if is_below(other, path) and of_path[other] != limit)
        found[limit] = (*found.get(limit, ()), Region(path, tuple(others)))
    return found


def limit_s(deadlines: Deadlines, limit: Limit) -> int:
    """A limit in the seconds its clock counts."""
    if limit.unit == WORKING_DAYS and deadlines.time is not None:
        return round(deadlines.time.day_s * limit.amount)
    unit = {CALENDAR_DAYS: 24 * HOUR_S, WORKING_DAYS: 24 * HOUR_S, MINUTES: 60}.get(limit.unit, HOUR_S)
    return unit * limit.amount


def soon_by(deadlines: Deadlines, limit: Limit, now: datetime) -> datetime:
    """The last deadline of which somebody has been warned at `now`."""
    left = max(LEAST_WARNING_S, limit_s(deadlines, limit) // 4)
    return deadlines.due_with(limit, left, now)


def very_late_by(deadlines: Deadlines, limit: Limit, now: datetime) -> datetime:
    """The last deadline after which, at `now`, the limit has been used up once more."""
    if limit.unit not in WORKED:
        return now - timedelta(seconds=limit_s(deadlines, limit))
    return _last(lambda due: (deadlines.due_by(limit, due) or now) <= now, now - _FURTHEST, now)


def _last(holds: Callable[[datetime], bool], low: datetime, high: datetime) -> datetime:
    """The last second for which it holds, as it does for all before."""
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low
