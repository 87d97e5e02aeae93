"""Asking for categories: by key, by row, all of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.db.models import CategoryRow
from gridmap.domain.categories import Category


def to_domain(row: CategoryRow) -> Category:
    """A stored category as the rules know it."""
    return Category(
        row.standard, row.kind, row.code, row.name_zh, row.name_en, row.group_code, row.group_zh, row.role
    )


def rows_by_key(session: Session) -> dict[str, CategoryRow]:
    """Every category's row by its key `standard:kind:code`."""
    return {f"{row.standard}:{row.kind}:{row.code}": row for row in session.scalars(select(CategoryRow))}


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
