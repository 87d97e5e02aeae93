"""The stream's table: appended last under one lock, so that its order is gapless; read by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from gridmap.db.bulk import Command, instant_text, kept_value, mark, send
from gridmap.db.models import StreamRow

LOCK = 0x67726964  # “grid”
_COLUMNS = ("district_code", "kind", "at", "data", "before", "after")


def append(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows as the last step before a commit; everything else is flushed first."""
    send(session, appending(session, rows))


def appending(session: Session, rows: Sequence[dict[str, Any]]) -> list[Command]:
    """The commands that append rows (all columns but `number`; `before` and `after` may be missing).

    They come last before a commit. The lock is held until that is done, so a lower number is always
    visible before a higher one. On SQLite the write transaction is that lock.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    instant = instant_text(session)
    told = [{name: kept_value(row.get(name), instant) for name in _COLUMNS} for row in rows]
    locking: list[Command] = [] if is_sqlite else [(f"SELECT pg_advisory_xact_lock({LOCK})", {})]
    return [*locking, *((_command(is_sqlite), values) for values in told)]


@cache
def _command(is_sqlite: bool) -> str:
    marks = ", ".join(mark(name, is_sqlite=is_sqlite) for name in _COLUMNS)
    columns = ", ".join(_COLUMNS)
    return f"INSERT INTO stream (number, {columns}) SELECT coalesce(max(number), 0) + 1, {marks} FROM stream"  # noqa: S608 (our names)


def latest(session: Session) -> int:
    """The highest number given out; 0 for none."""
    return session.scalar(select(func.max(StreamRow.number))) or 0


def oldest(session: Session) -> int | None:
    """The lowest number still kept; None for none."""
    return session.scalar(select(func.min(StreamRow.number)))


def after(session: Session, number: int, limit: int = 1000) -> list[StreamRow]:
    """The rows after `number`, in order."""
    query = select(StreamRow).where(StreamRow.number > number).order_by(StreamRow.number).limit(limit)
    return list(session.scalars(query))


def forget_before(session: Session, moment: datetime) -> int:
    """Delete the rows up to the last one older than `moment`, but never the newest, which keeps the order going.

    By number, whatever the clock said in between: what stays has no gap that a reader could miss.
    How many went.
    """
    old = session.scalar(select(func.max(StreamRow.number)).where(StreamRow.at < moment)) or 0
    keep = latest(session)
    done = session.execute(delete(StreamRow).where(StreamRow.number <= old, StreamRow.number < keep))
    return int(done.rowcount)  # type: ignore[attr-defined]
