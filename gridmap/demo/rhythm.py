"""When matters of the demo are reported: by the hour, the day of the week, after rain, more during an inspection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import numpy as np

from gridmap.demo.sayings import HOURS, Saying

DAYS = 60
ZONE = ZoneInfo("Asia/Shanghai")

_BY_WEEKDAY = (1.08, 1.04, 1.0, 0.98, 1.02, 0.68, 0.58)
"""Monday first."""

_SWEEP_DAYS, _SWEEP_FADES_DAYS = 3.0, 1.5
"""Up to now a joint inspection (集中排查) is under way: so long at its height, and so long it grew before."""

_RAINS_H = (1.7, 68.0, 556.0)
"""How many hours before now it began to rain so hard that an underpass was flooded."""


def draw_times(
    rng: np.random.Generator,
    sayings: Sequence[Saying],
    is_slow: Sequence[bool],
    now: datetime,
    *,
    days: float = DAYS,
    sweep: float,
) -> list[datetime]:
    """When each was reported, within `days` before `now`, on the second; puddles right after rain.

    During the inspection `sweep` times more than usual comes in besides, and twice that of what takes
    long to mend (`is_slow`): roads, covers, structures rather than litter.
    """
    hours = [now - timedelta(hours=n) for n in range(1, int(days * 24) + 1)]
    local = [hour.astimezone(ZONE) for hour in hours]
    times = dict[int, datetime]()
    for kind, slow in product(HOURS, (False, True)):
        mine = [n for n, saying in enumerate(sayings) if saying.hours == kind and is_slow[n] == slow]
        extra = [_extra(now - hour, sweep * (1 + slow)) for hour in hours]
        weights = np.array([_BY_WEEKDAY[at.weekday()] * HOURS[kind][at.hour] for at in local]) * extra
        drawn = rng.choice(len(hours), len(mine), p=weights / weights.sum())
        seconds = rng.integers(0, 3600, len(mine))
        times |= {
            n: hours[int(h)] + timedelta(seconds=int(s)) for n, h, s in zip(mine, drawn, seconds, strict=True)
        }
    wet = {n: _in_the_rain(rng, saying, now, days) for n, saying in enumerate(sayings)}
    return [(wet[n] or times[n]).replace(microsecond=0) for n in range(len(sayings))]


def _extra(ago: timedelta, sweep: float) -> float:
    over_days = max(0.0, ago / timedelta(days=1) - _SWEEP_DAYS)
    return 1 + sweep * float(np.exp(-over_days / _SWEEP_FADES_DAYS))


def _in_the_rain(rng: np.random.Generator, saying: Saying, now: datetime, days: float) -> datetime | None:
    """When a puddle was reported; None for anything else."""
    rains = [hours for hours in _RAINS_H if hours < days * 24]
    if saying.name_zh != "道路积水" or not rains:
        return None
    began = rains[int(rng.integers(0, len(rains)))]
    return now - timedelta(hours=began) + timedelta(minutes=float(rng.uniform(0, min(began, 4) * 58)))


def is_dead_of_night(moment: datetime) -> bool:
    """Whether hardly anybody works outside at that moment."""
    return not 7 <= moment.astimezone(ZONE).hour < 22


def next_morning(rng: np.random.Generator, moment: datetime) -> datetime:
    """Some minute between seven and nine of the morning that comes next."""
    local = moment.astimezone(ZONE)
    day = local if local.hour < 7 else local + timedelta(days=1)
    return day.replace(hour=7, minute=0, second=0) + timedelta(seconds=int(rng.integers(300, 7000)))
