"""Asking for tries at signing in: kept for minutes, by what they are counted under."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridmap.db.models import SignInAttempt


def by_name(session: Session, mark: str, since: datetime, now: datetime, limit: int) -> list[datetime]:
    """When the last `limit` tries under a name's mark were, newest first; none from after `now`."""
    return _times(session, SignInAttempt.name, mark, since, now, limit)


def by_address(session: Session, mark: str, since: datetime, now: datetime, limit: int) -> list[datetime]:
    """When the last `limit` tries from an address's mark were, newest first; none from after `now`."""
    return _times(session, SignInAttempt.address, mark, since, now, limit)


def _times(
    session: Session,
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None],
    mark: str,
    since: datetime,
    now: datetime,
    limit: int,
) -> list[datetime]:
    at = SignInAttempt.at
    # One from after now was made while a clock was wrong: it would hold somebody for as long as that was ahead.
    query = select(at).where(column == mark, at > since, at <= now).order_by(at.desc()).limit(limit)
    return list(session.scalars(query))


def add(session: Session, name: str, address: str | None, at: datetime) -> int:
    """Keep a try; its key."""
    row = SignInAttempt(name=name, address=address, at=at)
    session.add(row)
    session.flush()
    return row.id


def move(session: Session, attempt_id: int, at: datetime) -> None:
    """Say that a try was at `at`."""
    session.execute(update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(at=at))


def remove(session: Session, attempt_id: int) -> None:
    """Forget one try."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def wipe(session: Session, name: str) -> None:
    """Forget every try under a name's mark."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.name == name))


def forget_before(session: Session, moment: datetime) -> int:
    """Forget tries from before `moment`; how many went."""
    done = session.execute(delete(SignInAttempt).where(SignInAttempt.at < moment))
    return int(done.rowcount)  # type: ignore[attr-defined]
