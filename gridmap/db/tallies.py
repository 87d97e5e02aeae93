"""How matters stand at a moment, counted in the columns: what `state.state_of` counts in the store, many times as fast."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.db.columns import NEVER, Columns, micros
from gridmap.db.due import Now
from gridmap.db.issues import Filter
from gridmap.db.standing import Moment, has_status, is_late, is_running, narrowed, standing
from gridmap.db.state import Classes, State
from gridmap.domain.codes import lifted, range_below
from gridmap.domain.issues import DONE_WITH, OPEN, PAUSED, STATUSES, WAITING
from gridmap.domain.scope import Scope

_MANY = len(Classes._fields)
_REPORTED, _HANDLING, _HANDLED, _LATE = range(_MANY)
_CLASS_OF = {
    **dict.fromkeys(WAITING, _REPORTED),
    "handling": _HANDLING,
    **dict.fromkeys((*DONE_WITH, PAUSED), _HANDLED),
}
_CLASSES = np.array([_CLASS_OF.get(status, -1) for status in STATUSES], np.int8)


class Groups(NamedTuple):
    """What paths are counted together: for each path its place among `names`."""

    place: NDArray[np.int64]
    names: list[str]


def groups(paths: Iterable[str], areas: AbstractSet[str] = frozenset()) -> Groups:
    """Each path by the one of `areas` that it is or lies in; by itself where none has it."""
    places: dict[str, int] = {}
    place = [places.setdefault(name, len(places)) for name in lifted(paths, areas)]
    return Groups(np.array(place, np.int64), list(places))


def can_tell(scope: Scope, wanted: Filter) -> bool:
    """Whether the columns know as much as the store: of a unit they do not know which of its whistles still live."""
    return scope.unit is None and set(wanted.statuses or OPEN) <= set(OPEN)


def tally(columns: Columns, scope: Scope, wanted: Filter, now: Now, by: Groups) -> State:
    """How the open matters in `scope` stand, by the groups of their paths; `wanted` as `can_tell` has it."""
    moment = Moment(now)
    chosen = np.flatnonzero(standing(columns, scope, wanted, moment))
    status, due = columns["status"][chosen], columns["due"][chosen]
    classes = np.where(is_late(columns, moment)[chosen], _LATE, _CLASSES[status])
    is_triage = columns["is_triage"][chosen]
    path, class_in = columns["path"][chosen][~is_triage], classes[~is_triage]
    ahead = due[is_running(columns, moment)[chosen] & (due > micros(now.at))]
    due_today = int((ahead < micros(now.day_ends)).sum())
    cells = _by_name(by, path, class_in)
    return State(_summed(classes), cells, _summed(classes[is_triage]), due_today, _first(ahead))


def _summed(classes: NDArray[np.int64]) -> Classes:
    return Classes(*np.bincount(classes, minlength=_MANY).tolist())


def _by_name(
    by: Groups, path: NDArray[np.int32], classes: NDArray[np.int64]
) -> dict[str, tuple[int, int, int, int]]:
    """The classes of each group that has any."""
    counts = np.bincount(by.place[path] * _MANY + classes, minlength=len(by.names) * _MANY).reshape(-1, _MANY)
    some = np.flatnonzero(counts.any(axis=1))
    rows = zip(some.tolist(), counts[some].tolist(), strict=True)
    return {by.names[place]: (a, b, c, d) for place, (a, b, c, d) in rows}


def _first(due: NDArray[np.int64]) -> datetime | None:
    """The earliest of some deadlines; None for none."""
    first = int(due.min(initial=NEVER))
    return None if first == NEVER else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=first)


class Ordered(NamedTuple):
    """Paths in their order, each with its place among those that were given."""

    words: list[str]
    place: NDArray[np.int64]


def in_order(paths: Sequence[str]) -> Ordered:
    """Paths so that all below one of them stand side by side."""
    place = sorted(range(len(paths)), key=paths.__getitem__)
    return Ordered([paths[at] for at in place], np.array(place, np.int64))


def open_at(columns: Columns, scope: Scope, ordered: Ordered, paths: Iterable[str]) -> dict[str, int]:
    """How many open matters in `scope` lie at or below each of `paths`; `ordered` are the paths of the columns."""
    chosen = narrowed(columns, scope, Filter()) & has_status(columns, OPEN)
    counts = np.bincount(columns["path"][chosen], minlength=len(ordered.words))
    before = np.concatenate([[0], np.cumsum(counts[ordered.place])])
    found = {}
    for path in paths:
        low, high = range_below(path)
        found[path] = int(before[bisect_left(ordered.words, high)] - before[bisect_left(ordered.words, low)])
    return found
