"""The first rows of an empty table, when very many come at once: its indexes are built after them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gridmap.db.models import Base

MANY = 100_000
"""So many rows pay for it: keeping the indexes up row by row takes longer than all else the store does."""
_INDEXES = text(
    "SELECT c.relname, pg_get_indexdef(c.oid), o.conname, pg_get_constraintdef(o.oid)"
    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " LEFT JOIN pg_constraint o ON o.conindid = c.oid AND o.contype IN ('p', 'u', 'x')"
    " WHERE i.indrelid = to_regclass(:table) AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'n'"
    " AND (d.refclassid, d.refobjid) IN (('pg_class'::regclass, c.oid), ('pg_constraint'::regclass, o.oid)))"
    " ORDER BY c.relname"
)
"""All but those that something else leans on, such as a reference from another table: these cannot go."""

_TRYING = (
    "DO $$ BEGIN LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE NOWAIT;"
    " EXCEPTION WHEN lock_not_available THEN NULL; END $$"
)
"""Whoever is reading keeps the table; the transaction goes on all the same."""
_HOLDS = text(
    "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND relation = to_regclass(:table)"
    " AND mode = 'AccessExclusiveLock' AND granted"
)
_ROOM = text(
    "SELECT set_config('maintenance_work_mem', '256MB', true)"
    " WHERE pg_size_bytes(current_setting('maintenance_work_mem')) < pg_size_bytes('256MB')"
)
"""For this transaction: as PostgreSQL is delivered it sorts on disk, and with one process."""


class _Index(NamedTuple):
    """An index by its definition; `constraint` and what it says, where it is one's (else None)."""

    name: str
    definition: str
    constraint: str | None
    says: str | None

    def drop(self, table: str) -> str:
        if self.constraint is None:
            return f'DROP INDEX "{self.name}"'
        return f'ALTER TABLE {table} DROP CONSTRAINT "{self.constraint}"'

    def build(self, table: str) -> str:
        if self.constraint is None:
            return self.definition
        return f'ALTER TABLE {table} ADD CONSTRAINT "{self.constraint}" {self.says}'


@contextmanager
def indexes_last(session: Session, models: Sequence[type[Base]], count: int) -> Iterator[None]:
    """Build the indexes of some tables after the block, where it stores the first `count` rows of the first of them.

    Those that guard something do so then: what they forbid fails when they are built, with the same
    error. It needs the tables for itself until the transaction ends, so it is not done where somebody is
    reading right now, nor where there is a row already: then others work with it, and with the tables
    named after it. SQLite gains nothing by it. If the transaction fails, the indexes are what they were.
    """
    if session.get_bind().dialect.name == "sqlite" or count < MANY:
        yield
        return
    taken = [
        (model.__tablename__, _Index(*row))
        for model in takewhile(partial(_is_free, session), models)
        for row in session.execute(_INDEXES, {"table": model.__tablename__}).tuples()
    ]
    for table, index in taken:
        session.execute(text(index.drop(table)))
    yield
    session.execute(_ROOM)
    for table, index in taken:
        session.connection().exec_driver_sql(index.build(table))


def _is_free(session: Session, model: type[Base]) -> bool:
    """Whether the table has no row and is now this transaction's alone."""
    if session.scalar(select(1).select_from(model).limit(1)) is not None:
        return False
    table = model.__tablename__
    session.execute(text(_TRYING.format(table=table)))
    if not session.scalar(_HOLDS, {"table": table}):
        return False
    return session.scalar(select(1).select_from(model).limit(1)) is None
