"""Figures for a wall: what was reported and closed, today and yesterday at this hour, inside a scope.

Voided matters were no matters: no figure counts them. What is open now, and late, stands in `state`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.due import IS_OPEN, Now, through_open
from gridmap.db.issues import seen
from gridmap.db.models import Area, CategoryRow, EventRow, Issue
from gridmap.db.spatial import as_wkb
from gridmap.domain.issues import DROPPED, OPEN, STATUSES
from gridmap.domain.scope import Scope

COUNTED = tuple(status for status in STATUSES if status not in DROPPED)
"""The states of matters that figures speak of."""
_IS_COUNTED = Issue.status.not_in(DROPPED)
_BEGUN = ("start", "rework", "resume")
_WAITS = ("reopen", "reopen_unsolved", "accept", "dispatch")
_RESTS = ("return", "finish", "self_fix", "verify", "suspend", "close", "rate", "void", "decline", "merge")
_TURNS = (*_BEGUN, *_WAITS, *_RESTS)
"""The kinds of events that change a matter's state: somebody works on it, it waits for somebody, its clock rests."""

Span = tuple[datetime, datetime]
"""A stretch of time: the first moment belongs to it, the last one too."""


class Reported(NamedTuple):
    """A matter as far as counting needs it."""

    path: str
    is_triage: bool
    category_id: int
    status: str
    reported_at: datetime


class OnTime(NamedTuple):
    """Of the matters with a deadline closed at one path in two spans: how many, how many of them in time."""

    path: str
    closed: int
    in_time: int
    closed_then: int
    in_time_then: int


class Then(NamedTuple):
    """What stood open at an earlier moment: in handling and not late, and late."""

    handling: int
    late: int


def reported_in(session: Session, scope: Scope, span: Span) -> list[Reported]:
    """The matters reported in a span."""
    query = select(Issue.path, Issue.is_triage, Issue.category_id, Issue.status, Issue.reported_at)
    return [Reported(*row) for row in session.execute(query.where(_reported(scope, span)))]


def _reported(scope: Scope, span: Span) -> Any:
    return and_(seen(scope), _IS_COUNTED, Issue.reported_at >= span[0], Issue.reported_at <= span[1])


def closed_in(session: Session, scope: Scope, span: Span) -> list[datetime]:
    """When matters were closed, in a span; one that was opened again is not closed."""
    query = select(Issue.closed_at).where(seen(scope), Issue.closed_at >= span[0], Issue.closed_at <= span[1])
    return [moment for moment in session.scalars(query) if moment is not None]


def _turned(then: datetime) -> Any:
    """The last change of a matter's state up to `then`: NULL for none."""
    last = (
        select(EventRow.kind)
        .where(EventRow.issue_id == Issue.id, EventRow.at <= then, EventRow.kind.in_(_TURNS))
        .order_by(EventRow.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    return case((Issue.history_seq > 1, last))  # a history of one event has no turn to be looked for


def standing_then(session: Session, scope: Scope, then: datetime) -> Then:
    """What stood open at `then`, read from the histories of what may have been open.

    Deadlines are those of now: one that was moved since counts as it stands.
    """
    may_be = or_(Issue.status.in_((*OPEN, *DROPPED)), Issue.closed_at > then)
    was_due = and_(Issue.due_at.is_not(None), Issue.due_at <= then)
    # Not a condition of the query: the index of reports would be taken, which finds nearly all there are.
    was_there = (Issue.reported_at <= then).label("was_there")
    found = select(_turned(then).label("turn"), was_due.label("was_due"), was_there)
    kinds = found.where(seen(scope), may_be).subquery().c
    handling = late = 0
    for last, due, there, number in session.execute(select(*kinds, func.count()).group_by(*kinds)):
        if there and (last is None or last not in _RESTS):
            late += number if due else 0
            handling += number if last in _BEGUN and not due else 0
    return Then(handling, late)


def accepted_then(session: Session, scope: Scope, span: Span) -> int:
    """Of the matters reported in a span, how many somebody had begun with at its end."""
    begun = or_(Issue.closed_at <= span[1], _turned(span[1]).in_((*_BEGUN, *_RESTS, *_WAITS[2:])))
    query = select(func.count()).select_from(Issue).where(_reported(scope, span), begun)
    return session.scalar(query) or 0


def on_time(session: Session, scope: Scope, spans: tuple[Span, Span]) -> list[OnTime]:
    """For each path, the matters with a deadline closed in two spans (now, then), and those in time."""
    columns = []
    for since, until in spans:
        inside = and_(Issue.closed_at > since, Issue.closed_at <= until)
        kept = and_(inside, Issue.closed_at <= Issue.due_at)
        columns += [func.count(case((inside, 1))), func.count(case((kept, 1)))]
    first, last = min(since for since, _ in spans), max(until for _, until in spans)
    has_ended = and_(Issue.closed_at > first, Issue.closed_at <= last, Issue.due_at.is_not(None))
    query = select(Issue.path, *columns).where(seen(scope), has_ended).group_by(Issue.path)
    return [OnTime(*row) for row in session.execute(query)]


def longest_late(session: Session, scope: Scope, now: Now, limit: int) -> list[Row[Any]]:
    """The matters that are late, the one that is late the longest first, as far as a wall may show them."""
    query = through_open(_projected(), scope).where(IS_OPEN, seen(scope), now.is_late())
    query = query.order_by(Issue.due_at, Issue.id)
    return list(session.execute(query.limit(limit)))


def newest(session: Session, scope: Scope, now: datetime, limit: int) -> list[Row[Any]]:
    """The matters reported last, the newest first, as far as a wall may show them."""
    query = _projected().where(seen(scope), _IS_COUNTED, Issue.reported_at <= now)
    return list(session.execute(query.order_by(Issue.reported_at.desc(), Issue.id.desc()).limit(limit)))


def _projected() -> Select[Any]:
    # No more than the projection: the cell stands for the place.
    return (
        select(
            Issue.number,
            Issue.reported_at,
            Issue.due_at,
            CategoryRow.standard,
            CategoryRow.kind,
            CategoryRow.code,
            CategoryRow.name_zh,
            CategoryRow.name_en,
            Area.code.label("cell_code"),
            Area.name.label("cell_name"),
            Area.label_lon,
            Area.label_lat,
        )
        .join(CategoryRow, CategoryRow.id == Issue.category_id)
        .outerjoin(Area, Area.id == Issue.cell_id)
    )


def areas_in(session: Session, scope: Scope, levels: Sequence[str]) -> list[Row[Any]]:
    """Code, name, level and path of the current areas of `levels` in a scope, by code."""
    query = select(Area.code, Area.name, Area.level, Area.path).where(Area.valid_to.is_(None))
    mine = query.where(Area.level.in_(levels), below_any(scope.paths))
    return list(session.execute(mine.order_by(Area.code)))


def cells_in(session: Session, scope: Scope) -> dict[str, int]:
    """How many current cells of a scope lie right below each path that has any."""
    query = select(Area.parent_path, func.count()).where(Area.valid_to.is_(None), Area.level == "grid")
    mine = query.where(below_any(scope.paths)).group_by(Area.parent_path)
    return {path: number for path, number in session.execute(mine)}


def category_rows(session: Session, keys: Sequence[int]) -> dict[int, CategoryRow]:
    """Categories by row."""
    return {row.id: row for row in session.scalars(select(CategoryRow).where(CategoryRow.id.in_(keys)))}


def ground_in(session: Session, scope: Scope) -> tuple[int, float]:
    """How many current cells there are in a scope, and the square metres they cover."""
    query = select(func.count(), func.coalesce(func.sum(Area.area_m2), 0.0))
    row = session.execute(query.where(Area.valid_to.is_(None), Area.level == "grid", below_any(scope.paths)))
    number, area_m2 = row.one()
    return int(number), float(area_m2)


def root_shapes(session: Session, scope: Scope) -> list[bytes]:
    """The shapes (WKB) of the areas a scope begins at, by code: the roots for who sees everything."""
    query = select(as_wkb(Area.geom)).where(Area.valid_to.is_(None), _is_root(scope))
    return list(session.scalars(query.order_by(Area.code)))


def roots_of(session: Session, scope: Scope) -> list[Row[Any]]:
    """Code, name and level of the areas a scope begins at, by code: the roots for who sees everything."""
    query = select(Area.code, Area.name, Area.level).where(Area.valid_to.is_(None), _is_root(scope))
    return list(session.execute(query.order_by(Area.code)))


def _is_root(scope: Scope) -> Any:
    return Area.parent_path == "" if scope.is_everything else Area.path.in_(scope.paths)
