"""How matters stand at a moment: the open ones by place and class, and those of the last days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import NullType

from gridmap.db.asking import moment
from gridmap.db.due import IS_OPEN, IS_RUNNING, Now, through_open
from gridmap.db.issues import Filter, matching
from gridmap.db.models import Issue
from gridmap.domain.days import Day
from gridmap.domain.issues import DONE_WITH, PAUSED, WAITING
from gridmap.domain.scope import Scope


class Classes(NamedTuple):
    """Open matters by class: they exclude each other and add up to all; a late one is in `late` alone.

    `reported`: nobody works on it yet. `handled`: it waits for somebody to look, or was suspended.
    """

    reported: int = 0
    handling: int = 0
    handled: int = 0
    late: int = 0


class State(NamedTuple):
    """How open matters stand: in all, by the path of their cell, and those in triage.

    `due_today` are some of the reported and handling ones. `next_due_at`: when the next one becomes late;
    None where none will.
    """

    total: Classes
    cells: dict[str, tuple[int, int, int, int]]
    triage: Classes
    due_today: int
    next_due_at: datetime | None


def state_of(session: Session, scope: Scope, wanted: Filter, now: Now) -> State:
    """How the open matters in `scope` stand."""
    cells, in_triage = dict[str, tuple[int, int, int, int]](), list[tuple[int, int, int, int]]()
    due_today, moments = 0, list[Any]()
    # Plain rows: there is one for each cell of a district, and nobody needs more of them.
    for path, is_triage, *classes, today, due_at in session.connection().execute(
        _by_path(session, scope, wanted, now)
    ):
        counts = (classes[0], classes[1], classes[2], classes[3])
        if is_triage:
            in_triage.append(counts)
        else:
            cells[path] = counts
        due_today += today
        if due_at is not None:
            moments.append(due_at)
    triage = _sum(in_triage)
    return State(
        _sum([*cells.values(), triage]), cells, triage, due_today, moment(min(moments, default=None))
    )


def _by_path(session: Session, scope: Scope, wanted: Filter, now: Now) -> Select[Any]:
    late = func.coalesce(now.is_late(), False)
    will_be_late = and_(IS_RUNNING, Issue.due_at > now.at)
    query = select(
        Issue.path,
        Issue.is_triage,
        func.count().filter(Issue.status.in_(WAITING), ~late),
        func.count().filter(Issue.status == "handling", ~late),
        func.count().filter(Issue.status.in_((*DONE_WITH, PAUSED))),
        func.count().filter(late),
        func.count().filter(now.is_due_today()),
        # As the driver gives it: only the first of all is of interest as a moment.
        type_coerce(func.min(Issue.due_at).filter(will_be_late), NullType()),
    )
    query = through_open(query, scope).where(IS_OPEN, matching(session, scope, wanted))
    return query.group_by(Issue.path, Issue.is_triage)


def _sum(counts: Sequence[tuple[int, int, int, int]]) -> Classes:
    return Classes(*(sum(column) for column in zip(*counts, strict=True)))


def by_day(
    session: Session,
    scope: Scope,
    wanted: Filter,
    column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    days: Sequence[Day],
) -> list[int]:
    """How many matters in `scope` have the moment `column` on each of `days`."""
    condition = matching(session, scope, wanted)
    # A range of the index for each day, which costs less than sorting all of them into days.
    counts = (
        select(func.count()).where(condition, column >= day.begin, column < day.end).scalar_subquery()
        for day in days
    )
    return list(session.execute(select(*counts)).one())


def share_in_time(session: Session, scope: Scope, wanted: Filter, since: datetime) -> float | None:
    """Of the matters in `scope` closed since then that had a deadline, the share closed by it; None for none."""
    kept = func.count().filter(Issue.closed_at <= Issue.due_at)
    query = select(kept, func.count()).where(
        matching(session, scope, wanted),
        Issue.closed_at >= since,
        Issue.due_at.is_not(None),
    )
    query = query.with_hint(Issue, "INDEXED BY issues_closed", "sqlite")
    in_time, all_ = session.execute(query).one()
    return in_time / all_ if all_ else None
