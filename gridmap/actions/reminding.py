"""Which deadlines came near or passed since the last look: of matters, and of the steps of the desk."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from gridmap.actions.office import Office
from gridmap.actions.recipients import Happening
from gridmap.db import notices
from gridmap.db.due import Bounds
from gridmap.db.notices import Matter, Window
from gridmap.domain.deadlines import Deadlines, Limit
from gridmap.domain.notices import DUE_SOON, OVERDUE, STEP_LATE, VERY_LATE
from gridmap.domain.reminders import soon_by, very_late_by

DESK_STAGES = ("accept", "dispatch", "verify")

_Bound = Callable[[Deadlines, Limit, datetime], datetime]


def passed(office: Office, session: Session, since: datetime, now: datetime) -> list[Happening]:
    """What time brought after `since`, up to `now`: warnings, deadlines that passed, and passed twice, late steps."""
    overdue = notices.due_in(session, Window(since, now))
    late_steps = notices.steps_due_in(session, Window(since, now), DESK_STAGES)
    limits = _limits(office, session)
    found = [Happening(one, OVERDUE, _mark(one.due_at), one.due_at or now) for one in overdue]
    found += [Happening(one, STEP_LATE, _mark(one.stage_due_at), now) for one in late_steps]
    for event, bound in ((DUE_SOON, soon_by), (VERY_LATE, very_late_by)):
        for one in _by_limit(office, session, limits, bound, (since, now)):
            is_over = one.due_at is not None and one.due_at <= now
            if is_over == (event == VERY_LATE):
                found.append(Happening(one, event, _mark(one.due_at), now))
    return found


def bounds_of(office: Office, session: Session, now: datetime) -> tuple[Bounds, ...]:
    """For each limit the bounds of what is near its deadline and what is very late at `now`.

    Where a category has another limit in areas of a class, the one without class is meant.
    """
    found = dict[Limit, list[int]]()
    for category in notices.categories(session):
        limit = office.deadlines.limit_of(category)
        if limit is not None:
            found.setdefault(limit, []).append(category.id)
    rules = office.deadlines
    return tuple(
        Bounds(tuple(ids), soon_by(rules, limit, now), very_late_by(rules, limit, now))
        for limit, ids in found.items()
    )


def _mark(due_at: datetime | None) -> str:
    return due_at.isoformat(timespec="seconds") if due_at else ""


def _limits(office: Office, session: Session) -> dict[Limit, set[int]]:
    """The limits there are, each with the categories that have it somewhere."""
    found = dict[Limit, set[int]]()
    for category in notices.categories(session):
        for limit in office.deadlines.limits_of(category).values():
            if limit is not None:
                found.setdefault(limit, set()).add(category.id)
    return found


def _by_limit(
    office: Office,
    session: Session,
    limits: dict[Limit, set[int]],
    bound: _Bound,
    moments: Iterable[datetime],
) -> Iterator[Matter]:
    """The matters whose deadline passed the bound of their own limit between two moments."""
    deadlines, looks = office.deadlines, tuple(moments)
    for limit, categories in limits.items():
        since, until = (bound(deadlines, limit, moment) for moment in looks)
        for one in notices.due_in(session, Window(since, until, tuple(sorted(categories)))):
            if deadlines.limit_of(one, deadlines.class_of(one.path)) == limit:
                yield one
