"""Asking for photos of a matter."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.db.issues import seen
from gridmap.db.models import Issue, Photo
from gridmap.domain.scope import Scope


def of_issue(session: Session, issue_id: int) -> list[Photo]:
    """The photos of a matter that were not erased, oldest first."""
    query = select(Photo).where(Photo.issue_id == issue_id, Photo.erased_at.is_(None)).order_by(Photo.id)
    return list(session.scalars(query))


def numbers(session: Session, issue_ids: Iterable[int]) -> dict[int, int]:
    """How many photos that were not erased each of some matters has; none that has none."""
    query = select(Photo.issue_id, func.count()).where(Photo.issue_id.in_(list(issue_ids)))
    return dict(
        session.execute(query.where(Photo.erased_at.is_(None)).group_by(Photo.issue_id)).tuples().all()
    )


def digests_by_kind(session: Session, issue_id: int) -> dict[str, set[str]]:
    """What pictures of each kind a matter has (see photographing.KINDS)."""
    found = dict[str, set[str]]()
    for photo in of_issue(session, issue_id):
        found.setdefault(photo.kind or "", set()).add(photo.digest)
    return found


def one(session: Session, scope: Scope, number: str, photo_id: int) -> Photo | None:
    """A photo of the matter `number`; None where there is none, or it is outside `scope`."""
    query = select(Photo).join(Issue, Issue.id == Photo.issue_id)
    conditions = (Issue.number == number, seen(scope), Photo.id == photo_id, Photo.erased_at.is_(None))
    return session.scalar(query.where(*conditions))
