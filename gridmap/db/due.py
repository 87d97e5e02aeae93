"""What a deadline makes of a matter right now, as conditions of queries: late, due today, due later.

The three exclude each other, and only matters whose clock runs are any of them: a handled one waits
for somebody else, and the clock of a returned one stands until it is dispatched again. Near its deadline, and very late, each matter is by its own limit (see domain/reminders). One without a limit is never late, so it stands with the later ones. Whatever is not
late is in time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, false, literal_column, not_, or_, true

from gridmap.db.areas import below_any
from gridmap.db.models import Issue
from gridmap.domain.issues import OPEN, RUNNING
from gridmap.domain.reminders import ANYWHERE, Region
from gridmap.domain.scope import Scope

LATE, TODAY, LATER, IN_TIME = "late", "today", "later", "in_time"
WARNING, VERY_LATE = BY_LIMIT = ("warning", "very_late")
PRESSING = (WARNING, LATE, VERY_LATE)
"""What a clock can say that somebody has to hurry for, the milder first."""
WORDS = (LATE, TODAY, LATER, IN_TIME, *BY_LIMIT)


class Bounds(NamedTuple):
    """For categories of one limit, where they have it: deadlines up to `soon_by` are near, those up to `very_late_by` passed long ago."""

    category_ids: tuple[int, ...]
    soon_by: datetime
    very_late_by: datetime
    regions: tuple[Region, ...] = ANYWHERE

    def window(self, word: str, now: datetime) -> tuple[datetime | None, datetime]:
        """Which deadlines `word` of BY_LIMIT means: later than the first (None: all), not after the second."""
        return (now, self.soon_by) if word == WARNING else (None, self.very_late_by)


def _one_of(statuses: tuple[str, ...]) -> ColumnElement[bool]:
    # Written out, not as parameters: only so does SQLite see that its index of open matters will do.
    return Issue.status.in_([literal_column(f"'{status}'") for status in statuses])


IS_OPEN = _one_of(OPEN)
STANDS_STILL = Issue.left_s.is_not(None)
"""The rest of its time is kept for whoever goes on with it: suspended, handed back as done, or returned to the desk."""
IS_RUNNING = and_(_one_of(RUNNING), not_(STANDS_STILL))
"""Its clock runs: the one condition of whatever can become late."""


def through_open(query: Select[Any], scope: Scope) -> Select[Any]:
    """`query`, which asks for IS_OPEN by itself, through the index of open matters where that is what many rows need.

    SQLite would rather look the states up one by one and read every row. Whoever sees matters by person or
    unit sees few, which it finds faster by those.
    """
    if scope.person_id is not None or scope.unit is not None:
        return query
    return query.with_hint(Issue, "INDEXED BY issues_open", "sqlite")


class Now(NamedTuple):
    """The moment that is asked about, when its local day ends, both in UTC; for BY_LIMIT the bounds of each limit."""

    at: datetime
    day_ends: datetime
    bounds: tuple[Bounds, ...] = ()

    def is_late(self) -> ColumnElement[bool]:
        """Whether a matter's time is up: its last moment has come, and nobody has handled it."""
        return and_(IS_RUNNING, Issue.due_at <= self.at)

    def is_due_today(self) -> ColumnElement[bool]:
        """Whether it will be up before the local day ends."""
        return and_(IS_RUNNING, Issue.due_at > self.at, Issue.due_at < self.day_ends)

    def is_due(self, word: str) -> ColumnElement[bool]:
        """Whether a matter is what `word`, one of WORDS, says."""
        if word == LATE:
            return self.is_late()
        if word == TODAY:
            return self.is_due_today()
        if word in BY_LIMIT:
            return and_(IS_RUNNING, or_(false(), *(self._within(one, word) for one in self.bounds)))
        begins = self.at if word == IN_TIME else self.day_ends
        ahead = Issue.due_at > begins if word == IN_TIME else Issue.due_at >= begins
        return and_(IS_RUNNING, or_(ahead, Issue.due_at.is_(None)))

    def _within(self, one: Bounds, word: str) -> ColumnElement[bool]:
        after, until = one.window(word, self.at)
        begins = Issue.due_at > after if after else Issue.due_at.is_not(None)
        placed = [] if one.regions == ANYWHERE else [or_(*map(_inside, one.regions))]
        return and_(Issue.category_id.in_(one.category_ids), begins, Issue.due_at <= until, *placed)


def _inside(region: Region) -> ColumnElement[bool]:
    inside: list[Any] = [below_any([region.below], Issue.path)] if region.below else []
    if region.besides:
        inside.append(not_(below_any(region.besides, Issue.path)))
    return and_(true(), *inside)
