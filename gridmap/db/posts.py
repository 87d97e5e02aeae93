"""Asking for staff: who holds which post along a path, and what a person holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from gridmap.db.models import Person
from gridmap.db.models import Post as PostRow
from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors


def along(session: Session, path: str, now: datetime) -> list[Post]:
    """Every post held at `now` on an area along `path`."""
    return along_many(session, [path], now)


def along_many(session: Session, paths: Iterable[str], now: datetime) -> list[Post]:
    """Every post held at `now` on an area along any of `paths`."""
    wanted = sorted({step for path in paths for step in ancestors(path)})
    posts: list[Post] = []
    for start in range(0, len(wanted), 500):
        posts += _held(session, now, PostRow.area_path.in_(wanted[start : start + 500]))
    return posts


def of_person(session: Session, person_id: int, now: datetime) -> list[Post]:
    """The posts a person holds at `now`."""
    return _held(session, now, PostRow.person_id == person_id)


def _held(session: Session, now: datetime, condition: Any) -> list[Post]:
    query = (
        select(
            PostRow.id,
            PostRow.person_id,
            PostRow.role,
            PostRow.area_path,
            PostRow.valid_from,
            PostRow.valid_to,
        )
        .where(condition, PostRow.valid_from <= now, or_(PostRow.valid_to.is_(None), PostRow.valid_to > now))
        .order_by(PostRow.id)
    )
    return [Post(*row) for row in session.execute(query)]


def people(session: Session, ids: Iterable[int | None]) -> dict[int, Row[Any]]:
    """Id, code, name and unit of persons, by id."""
    wanted, found = sorted({i for i in ids if i is not None}), {}
    for start in range(0, len(wanted), 500):
        query = select(Person.id, Person.code, Person.name, Person.unit).where(
            Person.id.in_(wanted[start : start + 500])
        )
        found.update({row.id: row for row in session.execute(query)})
    return found
