"""Which of the columns' matters a filter means: the conditions of `issues.matching`, in memory, now or at an earlier moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridmap.db.columns import Columns, micros
from gridmap.db.due import BY_LIMIT, IN_TIME, LATE, TODAY, Now
from gridmap.db.issues import Filter
from gridmap.domain.issues import DROPPED, OPEN, RUNNING, STATUSES
from gridmap.domain.reminders import ANYWHERE, Region
from gridmap.domain.scope import Scope

Chosen = NDArray[np.bool_]
"""For each matter of the columns, whether it is meant."""


@dataclass(frozen=True)
class Moment:
    """When matters are looked at: now, or as they stood at an earlier moment (`is_past`).

    Of the past only reports and ends are known here. So whatever was reported and had not ended counts
    as open then, also what had been handed back; a matter that was opened again counts as open all
    along; place, category and deadline are those of today; what was voided since was never a matter.
    """

    now: Now
    is_past: bool = False


def standing(columns: Columns, scope: Scope, wanted: Filter, moment: Moment) -> Chosen:
    """The open matters in `scope` that `wanted` asks for; of `wanted`, `number` and `label_bbox` are not asked.

    `wanted.statuses` are some of OPEN; of the past they are all of them, or None.
    """
    chosen = _open(columns, wanted.statuses or OPEN, moment) & narrowed(columns, scope, wanted)
    if wanted.due:
        word, now = wanted.due
        chosen &= _within(columns, word, now, moment) if word in BY_LIMIT else _due(columns, word, moment)
    return chosen


def narrowed(columns: Columns, scope: Scope, wanted: Filter) -> Chosen:
    """The same whether open or not, and whenever due."""
    chosen = np.ones(len(columns), np.bool_)
    if wanted.area_path is not None:
        chosen &= _below(columns, [wanted.area_path])
    if wanted.area_path is None or not scope.covers(wanted.area_path):
        chosen &= _seen(columns, scope)
    if wanted.mine:
        chosen &= _own(columns, scope)
    if wanted.bbox:
        west, south, east, north = wanted.bbox
        lon, lat = columns["lon"], columns["lat"]
        chosen &= (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    if wanted.in_triage is not None:
        chosen &= columns["is_triage"] == wanted.in_triage
    if wanted.category_ids is not None:
        chosen &= np.isin(columns["category"], wanted.category_ids)
    if wanted.since:
        chosen &= columns["reported"] >= micros(wanted.since)
    if wanted.until:
        chosen &= columns["reported"] < micros(wanted.until)
    return chosen


def _open(columns: Columns, statuses: Sequence[str], moment: Moment) -> Chosen:
    status = columns["status"]
    if not moment.is_past:
        return _has(status, statuses)
    at = micros(moment.now.at)
    was_there = (columns["reported"] <= at) & (columns["closed"] > at)
    return was_there & ~_has(status, DROPPED)


def has_status(columns: Columns, statuses: Sequence[str]) -> Chosen:
    """Whether a matter is in one of some states."""
    return _has(columns["status"], statuses)


def _has(status: NDArray[np.int8], statuses: Sequence[str]) -> Chosen:
    means = np.isin(np.arange(len(STATUSES)), [STATUSES.index(one) for one in statuses])
    return means[status]


def _below(columns: Columns, roots: Sequence[str]) -> Chosen:
    means = columns.paths.below(roots)
    return means[columns["path"]] if len(means) else np.zeros(len(columns), np.bool_)


def _seen(columns: Columns, scope: Scope) -> Chosen:
    if scope.is_everything:
        return np.ones(len(columns), np.bool_)
    own = _own(columns, scope)
    return own | _below(columns, scope.paths) if scope.paths else own


def _own(columns: Columns, scope: Scope) -> Chosen:
    own: Chosen = columns["account"] == scope.account_id
    if scope.person_id is not None:
        own |= (columns["owner"] == scope.person_id) | (columns["handler"] == scope.person_id)
    if scope.unit is not None:
        means = columns.units.having(scope.unit)
        own |= means[columns["unit"]] if len(means) else False
    return own


def is_late(columns: Columns, moment: Moment) -> Chosen:
    """Whether a matter's time is, or was, up: now only where its clock runs, then where it had not ended."""
    is_due: Chosen = columns["due"] <= micros(moment.now.at)
    return is_due & is_running(columns, moment)


def is_running(columns: Columns, moment: Moment) -> Chosen:
    """Whether a matter's clock runs, or ran: then where it had not ended."""
    if moment.is_past:
        return _open(columns, OPEN, moment)
    return _open(columns, RUNNING, moment) & ~columns["stands"]


def _due(columns: Columns, word: str, moment: Moment) -> Chosen:
    due, at, day_ends = columns["due"], micros(moment.now.at), micros(moment.now.day_ends)
    if word == LATE:
        means = due <= at
    elif word == TODAY:
        means = (due > at) & (due < day_ends)
    else:  # NEVER is later than all
        means = due > at if word == IN_TIME else due >= day_ends
    return means & is_running(columns, moment)


def _within(columns: Columns, word: str, now: Now, moment: Moment) -> Chosen:
    means, due = np.zeros(len(columns), np.bool_), columns["due"]
    for bounds in now.bounds:
        after, until = bounds.window(word, now.at)
        begins = micros(after) if after else np.int64(-1)
        of_limit = np.isin(columns["category"], bounds.category_ids) & (due > begins) & (due <= micros(until))
        if bounds.regions != ANYWHERE:
            of_limit &= _inside(columns, bounds.regions)
        means |= of_limit
    return means & is_running(columns, moment)


def _inside(columns: Columns, regions: Sequence[Region]) -> Chosen:
    means = np.zeros(len(columns), np.bool_)
    for region in regions:
        means |= _below(columns, [region.below]) & ~_below(columns, region.besides)
    return means


def in_steps(columns: Columns, chosen: Chosen, moments: Sequence[datetime], *, is_late: bool) -> list[int]:
    """How many of the matters chosen stood open, or late, at each of the rising `moments`, all of them past."""
    is_matter = chosen & ~_has(columns["status"], DROPPED)
    reported, closed, due = (columns[name][is_matter] for name in ("reported", "closed", "due"))
    begun = np.maximum(reported, due) if is_late else reported
    # One that ended before its deadline was late at no moment.
    ended = np.maximum(closed, begun)
    at = np.array([micros(moment) for moment in moments], np.int64)
    then = np.searchsorted(np.sort(begun), at, "right") - np.searchsorted(np.sort(ended), at, "right")
    return [int(number) for number in then]
