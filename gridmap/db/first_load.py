"""The first rows of an empty table, when very many come at once: its indexes are built after them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.db.models import Base

MANY = 100_000
"""So many rows pay for it: keeping eight indexes up row by row takes longer than all else the store does."""
_DEFERRED = text(
    "SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE i.indrelid = to_regclass(:table) AND NOT i.indisunique ORDER BY c.relname"
)

_TRYING = (
    "DO $$ BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT;"
    " EXCEPTION WHEN lock_not_available THEN NULL; END $$"
)
"""Whoever is reading keeps the table; the transaction goes on all the same."""
_HOLDS = text(
    "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = to_regclass(:table)"
    " AND mode = 'AccessExclusiveLock' AND granted"
)


@contextmanager
def indexes_last(session: Session, model: type[Base], count: int) -> Iterator[None]:
    """Build the indexes of `model` that guard nothing after the block, where it stores the first `count` rows.

    That needs the table for itself until the transaction ends, so it is not done where somebody is
    reading right now, nor where there is a row already: then others work with it. SQLite gains
    nothing by it. If the transaction fails, the indexes are what they were.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite" or count < MANY or not _is_free(session, model):
        yield
        return
    indexes = session.execute(_DEFERRED, {"table": table}).tuples().all()
    for name, _ in indexes:
        session.execute(text(f'DROP INDEX "{name}"'))
    yield
    for _, definition in indexes:
        session.connection().exec_driver_sql(definition)


def _is_free(session: Session, model: type[Base]) -> bool:
    """Whether the table has no row and is now this transaction's alone."""
    if session.scalar(select(1).select_from(model).limit(1)) is not None:
        return False
    table = model.__tablename__
    session.execute(text(_TRYING.format(table=table)))
    if not session.scalar(_HOLDS, {"table": table}):
        return False
    return session.scalar(select(1).select_from(model).limit(1)) is None
