"""What a deadline makes of a matter right now, as conditions of queries: late, due today, due later.

The three exclude each other, and only matters whose clock runs are any of them: a handled one waits
for somebody else. One without a limit is never late, so it stands with the later ones. Whatever is not
late is in time.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, literal_column, or_

from gridmap.db.models import Issue
from gridmap.domain.issues import OPEN, RUNNING
from gridmap.domain.scope import Scope

LATE, TODAY, LATER, IN_TIME = "late", "today", "later", "in_time"
WORDS = (LATE, TODAY, LATER, IN_TIME)


def _one_of(statuses: tuple[str, ...]) -> ColumnElement[bool]:
    # Written out, not as parameters: only so does SQLite see that its index of open matters will do.
    return Issue.status.in_([literal_column(f"'{status}'") for status in statuses])


IS_OPEN, IS_RUNNING = _one_of(OPEN), _one_of(RUNNING)


def through_open(query: Select[Any], scope: Scope) -> Select[Any]:
    """`query`, which asks for IS_OPEN by itself, through the index of open matters where that is what many rows need.

    SQLite would rather look the states up one by one and read every row. Whoever sees matters by person or
    unit sees few, which it finds faster by those.
    """
    if scope.person_id is not None or scope.unit is not None:
        return query
    return query.with_hint(Issue, "INDEXED BY issues_open", "sqlite")


class Now(NamedTuple):
    """The moment that is asked about, and when its local day ends; both in UTC."""

    at: datetime
    day_ends: datetime

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
        begins = self.at if word == IN_TIME else self.day_ends
        ahead = Issue.due_at > begins if word == IN_TIME else Issue.due_at >= begins
        return and_(IS_RUNNING, or_(ahead, Issue.due_at.is_(None)))
