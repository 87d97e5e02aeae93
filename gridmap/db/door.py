"""Asking for what came through the residents' door: who follows a matter, which passes were used, contacts to forget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, delete, func, or_, select
from sqlalchemy.orm import Session

from gridmap.db.loop_models import DoorPass, Rating, Tracking
from gridmap.db.models import Area, CategoryRow, EventRow, Issue, Photo, Words
from gridmap.domain.issues import CLOSED, DROPPED


def tracking(session: Session, digest: str) -> Tracking | None:
    """What is followed by the secret of that digest; None for nothing."""
    return session.scalar(select(Tracking).where(Tracking.digest == digest))


def locked(session: Session, issue_id: int) -> Issue:
    """The matter, its row locked until the end of the transaction."""
    return session.execute(select(Issue).where(Issue.id == issue_id).with_for_update()).scalar_one()


class Followed(NamedTuple):
    """A matter as its reporter may know it: its row, its category, the name of its cell (None: none yet)."""

    issue: Issue
    category: CategoryRow
    cell: str | None


def followed(session: Session, issue_id: int) -> Followed:
    """The matter with that key."""
    query = (
        select(Issue, CategoryRow, Area.name)
        .join(CategoryRow, CategoryRow.id == Issue.category_id)
        .outerjoin(Area, Area.id == Issue.cell_id)
        .where(Issue.id == issue_id)
    )
    return Followed(*session.execute(query).one())


def turns(session: Session, issue_id: int) -> list[Row[Any]]:
    """Kind, moment, actor and stored data of a matter's events, in order."""
    query = select(EventRow.kind, EventRow.at, EventRow.actor_id, EventRow.data)
    return list(session.execute(query.where(EventRow.issue_id == issue_id).order_by(EventRow.seq)))


def last_rating(session: Session, issue_id: int) -> Rating | None:
    """What a reporter without an account last said of the outcome; None for nothing."""
    query = select(Rating).where(Rating.issue_id == issue_id, Rating.account_id.is_(None))
    return session.scalar(query.order_by(Rating.id.desc()).limit(1))


def was_sent_back(session: Session, issue_id: int) -> bool:
    """Whether a reporter without an account has had a matter taken up again."""
    query = select(EventRow.id).where(
        EventRow.issue_id == issue_id, EventRow.kind == "reopen_unsolved", EventRow.actor_id.is_(None)
    )
    return session.scalar(query.limit(1)) is not None


def photos_of(session: Session, issue_id: int) -> list[Photo]:
    """The photos that came with a report through the door."""
    query = select(Photo).where(Photo.issue_id == issue_id, Photo.account_id.is_(None))
    return list(session.scalars(query.order_by(Photo.id)))


def passes_from(session: Session, address: str, since: datetime, most: int) -> list[datetime]:
    """When the last `most` reports came from an address's mark, newest first."""
    query = select(DoorPass.at).where(DoorPass.address == address, DoorPass.at > since)
    return list(session.scalars(query.order_by(DoorPass.at.desc()).limit(most)))


def passes_at(session: Session, path: str, since: datetime) -> int:
    """How many reports came from a cell since then."""
    query = select(func.count()).select_from(DoorPass).where(DoorPass.path == path, DoorPass.at > since)
    return session.scalar(query) or 0


def forget_passes(session: Session, before: datetime) -> int:
    """Delete passes that were used before that moment; how many went."""
    done = session.execute(delete(DoorPass).where(DoorPass.at < before))
    return int(done.rowcount)  # type: ignore[attr-defined]


def contact_of(session: Session, issue_id: int) -> Words | None:
    """The contact that a reporter left; None where there is none, or it was forgotten."""
    query = select(Words).where(
        Words.issue_id == issue_id, Words.kind == "contact", Words.erased_at.is_(None)
    )
    return session.scalar(query)


def contacts_due(session: Session, now: datetime, ended_before: datetime, most: int) -> Sequence[int]:
    """Keys of trackings whose contact is to be forgotten: its last day has come, or the matter ended long enough ago."""
    # What was dropped has no closing time of its own: nothing has happened to it since.
    last = select(func.max(EventRow.at)).where(EventRow.issue_id == Issue.id, EventRow.kind != "contact_seen")
    ended = or_(
        Issue.status.in_(CLOSED) & (Issue.closed_at <= ended_before),
        Issue.status.in_(DROPPED) & (last.scalar_subquery() <= ended_before),
    )
    query = (
        select(Tracking.id)
        .join(Issue, Issue.id == Tracking.issue_id)
        .where(Tracking.contact_id.is_not(None), or_(Tracking.forget_at <= now, ended))
    )
    return list(session.scalars(query.order_by(Tracking.id).limit(most)))


def last_version(session: Session, code: str) -> Area | None:
    """The newest version of the cell `code`, current or ended: a notice board outlives a redrawing. None for none."""
    query = select(Area).where(Area.code == code, Area.level == "grid")
    return session.scalar(query.order_by(Area.version.desc()).limit(1))
