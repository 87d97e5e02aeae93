"""What was reported and closed in a span, counted by cell, category, state and moment: in the store, or in the columns at hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gridmap.db import figures
from gridmap.db.columns import Columns, micros
from gridmap.db.figures import Span
from gridmap.db.issues import Filter
from gridmap.db.standing import Chosen, has_status, narrowed
from gridmap.domain.figures import HOURS
from gridmap.domain.issues import STATUSES
from gridmap.domain.scope import Scope

Moments = NDArray[np.int64]
"""Microseconds since 1970 in UTC, rising."""
_QUARTER = 15 * 60 * 1_000_000
"""No zone's hours or days begin anywhere else."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Reports(NamedTuple):
    """Matters reported in a span, without those that were none; `by_cell` has those with a cell, by its path."""

    moments: Moments
    by_cell: Counter[str]
    by_category: Counter[int]
    by_status: Counter[str]


def reports_of(session: Session, scope: Scope, span: Span, columns: Columns | None) -> Reports:
    """The reports of a span of the last days in `scope`, from the columns where there are any at hand."""
    return _in_store(session, scope, span) if columns is None else _in_columns(columns, scope, span)


def closed_of(session: Session, scope: Scope, span: Span, columns: Columns | None) -> Moments:
    """When matters in `scope` were closed, in a span of the last days; one that was opened again is not closed."""
    if columns is None:
        return _rising([micros(moment) for moment in figures.closed_in(session, scope, span)])
    chosen = narrowed(columns, scope, Filter()) & _within(columns["closed"], span)
    return _rising(columns["closed"][chosen])


def by_hour(moments: Moments, zone: ZoneInfo) -> list[int]:
    """How many of them lie in each local hour: 24 numbers; their day is not looked at."""
    counts = [0] * HOURS
    quarters, numbers = np.unique(moments // _QUARTER, return_counts=True)
    for quarter, number in zip(quarters.tolist(), numbers.tolist(), strict=True):
        counts[(_EPOCH + timedelta(microseconds=quarter * _QUARTER)).astimezone(zone).hour] += number
    return counts


def number_in(moments: Moments, begin: datetime, end: datetime) -> int:
    """How many of them lie in `begin <= moment < end`."""
    low, high = np.searchsorted(moments, [micros(begin), micros(end)])
    return int(high - low)


def _in_store(session: Session, scope: Scope, span: Span) -> Reports:
    rows = figures.reported_in(session, scope, span)
    return Reports(
        _rising([micros(row.reported_at) for row in rows]),
        Counter(row.path for row in rows if not row.is_triage),
        Counter(row.category_id for row in rows),
        Counter(row.status for row in rows),
    )


def _in_columns(columns: Columns, scope: Scope, span: Span) -> Reports:
    chosen = narrowed(columns, scope, Filter()) & _within(columns["reported"], span)
    chosen &= has_status(columns, figures.COUNTED)
    categories, states = (_tally(columns[name][chosen]) for name in ("category", "status"))
    has_cell = _tally(columns["path"][chosen & ~columns["is_triage"]])
    return Reports(
        _rising(columns["reported"][chosen]),
        Counter({columns.paths.words[path]: number for path, number in has_cell}),
        Counter(dict(categories)),
        Counter({STATUSES[code]: number for code, number in states}),
    )


def _tally(values: NDArray[Any]) -> list[tuple[int, int]]:
    found, numbers = np.unique(values, return_counts=True)
    return list(zip(found.tolist(), numbers.tolist(), strict=True))


def _within(moments: NDArray[np.int64], span: Span) -> Chosen:
    return (moments >= micros(span[0])) & (moments <= micros(span[1]))


def _rising(moments: Sequence[int] | NDArray[np.int64]) -> Moments:
    return np.sort(np.array(moments, np.int64))
