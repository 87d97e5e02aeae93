"""Asking for objections to figures about people, and for the people somebody may ask about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session, aliased

from gridmap.db import posts
from gridmap.db.areas import below_any
from gridmap.db.loop_models import Objection
from gridmap.db.models import Account, Issue, Person, Post
from gridmap.domain.assignment import Post as HeldPost

_Answering = aliased(Person)


def held_around(session: Session, paths: Iterable[str], now: datetime) -> list[HeldPost]:
    """The posts held at `now` on areas at, below and above `paths`, each once."""
    roots = sorted(set(paths))
    if not roots:
        return []
    held = (Post.valid_from <= now, or_(Post.valid_to.is_(None), Post.valid_to > now))
    query = select(Post.id, Post.person_id, Post.role, Post.area_path, Post.valid_from, Post.valid_to)
    below = session.execute(query.where(below_any(roots, Post.area_path), *held))
    found = {row.id: HeldPost(*row) for row in below}
    found.update({post.id: post for post in posts.along_many(session, roots, now)})
    return list(found.values())


def about(session: Session, person_ids: Iterable[int]) -> list[Row[Any]]:
    """The objections of these persons, the newest first: each with names and the matter's number."""
    query = (
        select(Objection, Person.name, Issue.number, _Answering.name.label("answering"))
        .join(Person, Person.id == Objection.person_id)
        .outerjoin(Issue, Issue.id == Objection.issue_id)
        .outerjoin(Account, Account.id == Objection.answered_by)
        .outerjoin(_Answering, _Answering.id == Account.person_id)
        .where(Objection.person_id.in_(sorted(set(person_ids))))
        .order_by(Objection.id.desc())
    )
    return list(session.execute(query))


def locked(session: Session, objection_id: int) -> Objection | None:
    """An objection, its row locked until the end of the transaction; None for none."""
    return session.scalar(select(Objection).where(Objection.id == objection_id).with_for_update())


def same_open(session: Session, person_id: int, month: str, indicator: str, issue_id: int | None) -> bool:
    """Whether somebody objected to just that before and has no answer yet."""
    query = select(Objection.id).where(
        Objection.person_id == person_id,
        Objection.month == month,
        Objection.indicator == indicator,
        Objection.issue_id == issue_id if issue_id is not None else Objection.issue_id.is_(None),
        Objection.answered_at.is_(None),
    )
    return session.scalar(query.limit(1)) is not None


def left_out(session: Session, person_id: int, month: str) -> dict[str, list[int]]:
    """The matters that accepted objections took out of a person's figures of a month, by indicator."""
    query = select(Objection.indicator, Objection.issue_id).where(
        Objection.person_id == person_id,
        Objection.month == month,
        Objection.is_accepted.is_(True),
        Objection.issue_id.is_not(None),
    )
    found: dict[str, list[int]] = {}
    for indicator, issue_id in session.execute(query.distinct()):
        found.setdefault(indicator, []).append(issue_id)
    return found


def person_of(session: Session, person_id: int) -> Person | None:
    """A person; None for none."""
    return session.get(Person, person_id)
