"""Keys and sequence numbers in blocks, rows in batches: for imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Insert, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gridmap.db.models import Base, Counter

BATCH = 2000


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """`count` keys for new rows of `model`, nobody else's.

    On SQLite the write transaction must be open already: it keeps others out.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        first = (session.scalar(select(func.max(model.id))) or 0) + 1  # type: ignore[attr-defined]
        return list(range(first, first + count))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return sorted(session.scalars(sequence, {"table": table, "count": count}))


def insert_rows(session: Session, statement: Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Run an insert for many rows, in batches."""
    for start in range(0, len(rows), BATCH):
        session.connection().execute(statement, rows[start : start + BATCH])


def next_in_row(session: Session, name: str, count: int = 1) -> int:
    """The first of `count` consecutive numbers of the counter `name`, starting at 1; its row stays locked."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Counter).values(name=name, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_={"last": Counter.last + count}
    ).returning(Counter.last)
    last: int = session.execute(statement).scalar_one()
    return last - count + 1
