"""How a matter of the demo is dealt with: begun, finished and closed at times that fit its deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from gridmap.demo.rhythm import is_dead_of_night, next_morning

LATE_SHARE = 0.025
"""So many are closed only after their deadline."""

_URGENT = timedelta(hours=5)
"""What has to be done within this is done by night as well."""
_FRESH, _MORE = timedelta(days=3), 2
_WAITING_SHARE = 0.12
"""So many wait long to be looked at; the others for minutes."""
_NEXT, _OVERLOOKED = timedelta(hours=2), 0.3
"""What is closed within that was handed back just before one looks; of those that wait long so many are left to be found late."""
_WITHOUT = timedelta(days=3)
"""What stands for a deadline where there is none."""


class Life(NamedTuple):
    """When a matter was begun, finished and closed; None: not yet, at the moment it was asked for."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    closed_at: datetime | None = None

    def until(self, now: datetime) -> Life:
        """What of it has happened by `now`."""
        return Life(*(moment if moment is not None and moment <= now else None for moment in self))


def draw_life(rng: np.random.Generator, reported: datetime, due: datetime | None, now: datetime) -> Life:
    """The whole life of a matter, most often closed in time; the moments are in order.

    Of those due in the last days before `now` some more are late: a list of late matters is about these.
    """
    span = (due or reported + _WITHOUT) - reported
    is_fresh = due is not None and timedelta() < now - due < _FRESH
    if rng.random() < LATE_SHARE * (_MORE if is_fresh else 1):
        due = None
        wished = reported + span + timedelta(hours=float(rng.lognormal(3.4, 0.8)))
    else:
        wished = reported + (0.12 + 0.85 * float(rng.beta(3.4, 1.5))) * span
    closed = _by_day(rng, wished, reported, due, span)
    took = closed - reported
    started = reported + float(rng.beta(1.3, 3.6)) * took
    if is_dead_of_night(started) and span > _URGENT:
        started = min(next_morning(rng, started), reported + 0.7 * took)
    finished = closed - _looking(rng, closed - started)
    if started < now < closed:
        finished = _just_before(rng, started, finished, closed, now)
    return Life(*(moment.astimezone(UTC).replace(microsecond=0) for moment in (started, finished, closed)))


def _looking(rng: np.random.Generator, took: timedelta) -> timedelta:
    """How long it waited to be looked at: for minutes, or half of them for a part of their life."""
    if rng.random() < _WAITING_SHARE:
        return float(rng.uniform(0.15, 0.4)) * took
    return min(timedelta(minutes=float(rng.gamma(2.0, 13.0))), 0.4 * took)


def _just_before(
    rng: np.random.Generator, started: datetime, finished: datetime, closed: datetime, now: datetime
) -> datetime:
    """When it was handed back that waits at `now`: most within the half hour there is to look at it, few long ago.

    Few would wait at any one moment: those of the next hours are there already, so that somebody who comes
    to look finds a queue that is being worked off.
    """
    is_overlooked = finished <= now and rng.random() < _OVERLOOKED
    if is_overlooked or (finished > now and closed - now > _NEXT):
        return finished
    return max(started, now - timedelta(minutes=float(rng.uniform(2, 26))))


def _by_day(
    rng: np.random.Generator, closed: datetime, reported: datetime, due: datetime | None, span: timedelta
) -> datetime:
    """The closing moved out of the night, where there is time for that."""
    if span <= _URGENT or not is_dead_of_night(closed):
        return closed
    morning = next_morning(rng, closed)
    if due is None or morning < due:
        return morning
    evening = closed - timedelta(hours=float(rng.uniform(9, 12)))
    return evening if evening > reported + timedelta(hours=1) else closed
