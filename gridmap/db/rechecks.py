"""Asking for matters that were drawn to be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.loop_models import Recheck
from gridmap.db.models import Area, CategoryRow, Issue


def page(
    session: Session,
    paths: Sequence[str],
    *,
    month: str | None,
    is_done: bool | None,
    after_id: int,
    limit: int,
) -> list[Row[Any]]:
    """Re-checks of matters at or below `paths` with number, category and cell, in the order they were drawn."""
    query = (
        select(
            Recheck,
            Issue.number,
            Issue.status,
            Issue.closed_at,
            CategoryRow.name_zh,
            CategoryRow.name_en,
            Area.code.label("cell_code"),
            Area.name.label("cell_name"),
            Area.version.label("cell_version"),
        )
        .join(Issue, Issue.id == Recheck.issue_id)
        .join(CategoryRow, CategoryRow.id == Issue.category_id)
        .outerjoin(Area, Area.id == Issue.cell_id)
        .where(below_any(paths, Recheck.path), Recheck.id > after_id)
    )
    if month is not None:
        query = query.where(Recheck.month == month)
    if is_done is not None:
        query = query.where(Recheck.done_at.is_not(None) if is_done else Recheck.done_at.is_(None))
    return list(session.execute(query.order_by(Recheck.id).limit(limit)))


class Tally(NamedTuple):
    """How many were drawn, how many of them somebody has looked at, and how many of those were well."""

    drawn: int
    done: int
    well: int


def tally(session: Session, paths: Sequence[str], month: str | None) -> Tally:
    """The re-checks of matters at or below `paths`, of one month or of all, counted."""
    done, well = Recheck.done_at.is_not(None), Recheck.is_well.is_(True)
    counts = (
        func.count(Recheck.id),
        func.count(Recheck.id).filter(done),
        func.count(Recheck.id).filter(well),
    )
    query = select(*counts).where(below_any(paths, Recheck.path))
    if month is not None:
        query = query.where(Recheck.month == month)
    return Tally(*session.execute(query).one())
