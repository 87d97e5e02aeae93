"""Asking for categories: by key, by row, all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.db.models import CategoryRow
from gridmap.domain.categories import Category

OWN = ("own", "matter")
"""Catalogue and kind of what a district calls by words of its own, as a file of matters brought them."""


def to_domain(row: CategoryRow) -> Category:
    """A stored category as the rules know it."""
    return Category(
        row.standard, row.kind, row.code, row.name_zh, row.name_en, row.group_code, row.group_zh, row.role
    )


def rows_by_key(session: Session) -> dict[str, CategoryRow]:
    """Every category's row by its key `standard:kind:code`."""
    return {f"{row.standard}:{row.kind}:{row.code}": row for row in session.scalars(select(CategoryRow))}


def put(session: Session, known: Mapping[str, Category], now: datetime) -> int:
    """Keep the categories of the tables, by key; those the tables no longer have are retired. How many changed.

    A district's own that came in with a file were never in a table: they stay in force. Not committed.
    """
    stored, changes = rows_by_key(session), 0
    for key, category in known.items():
        row = stored.get(key)
        wanted = {**vars(category), "retired_at": None}
        if row is None:
            session.add(CategoryRow(**wanted))
        changes += row is None or _set(row, wanted)
    gone = [row for key, row in stored.items() if key not in known and (row.standard, row.kind) != OWN]
    return changes + sum(_set(row, {"retired_at": row.retired_at or now}) for row in gone)


def _set(row: CategoryRow, wanted: Mapping[str, Any]) -> bool:
    """Whether that changed anything."""
    changed = {name: value for name, value in wanted.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def kept_by_key(session: Session) -> dict[str, Any]:
    """As `rows_by_key`, belonging to no session: read by many threads, long after it is closed."""
    rows = session.execute(select(*CategoryRow.__table__.columns))
    return {f"{row.standard}:{row.kind}:{row.code}": row for row in rows}


def by_ids(session: Session, ids: Collection[int]) -> dict[int, CategoryRow]:
    """The categories with these keys of rows."""
    return {row.id: row for row in session.scalars(select(CategoryRow).where(CategoryRow.id.in_(ids)))}


def by_wish(session: Session, wish: str) -> dict[str, CategoryRow]:
    """The categories that `wish` (a full key, a short code or a Chinese name) could mean, by key."""
    parts = wish.split(":")
    condition = (CategoryRow.code == wish) | (CategoryRow.name_zh == wish)
    if len(parts) == 3:
        condition = (
            (CategoryRow.standard == parts[0])
            & (CategoryRow.kind == parts[1])
            & (CategoryRow.code == parts[2])
        )
    rows = session.scalars(select(CategoryRow).where(condition))
    return {f"{row.standard}:{row.kind}:{row.code}": row for row in rows}
