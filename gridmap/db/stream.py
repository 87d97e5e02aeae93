"""The stream's table: appended last under one lock, so that its order is gapless; read by number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from gridmap.db.engine import hold
from gridmap.db.models import StreamRow

LOCK = 0x67726964  # “grid”


def append(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows (all columns but `number`) as the last step before a commit; everything else is flushed first.

    The lock is held until the commit is done, so a lower number is always visible before a higher
    one. On SQLite the write transaction is that lock.
    """
    session.flush()
    hold(session.connection(), LOCK)
    last = latest(session)
    session.execute(insert(StreamRow), [{**row, "number": last + n} for n, row in enumerate(rows, start=1)])


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
    """Delete rows older than `moment`, except the newest, which keeps the order going; how many went."""
    keep = latest(session)
    done = session.execute(delete(StreamRow).where(StreamRow.at < moment, StreamRow.number < keep))
    return int(done.rowcount)  # type: ignore[attr-defined]
