"""Asking for staff: who holds which post along a path, and what a person holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from gridmap.db.models import Person
from gridmap.db.models import Post as PostRow
from gridmap.db.types import Instant
from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors

# Asked at every report: by columns, without the rows' objects.
_posts, _persons = PostRow.__table__, Person.__table__
_POST = tuple(_posts.c[name] for name in ("id", "person_id", "role", "area_path", "valid_from", "valid_to"))
_NOW = bindparam("now", type_=Instant)
_HELD = and_(_posts.c.valid_from <= _NOW, or_(_posts.c.valid_to.is_(None), _posts.c.valid_to > _NOW))
_ALONG = (
    select(*_POST, _persons.c.name)
    .select_from(_posts.join(_persons, _persons.c.id == _posts.c.person_id))
    .where(_posts.c.area_path.in_(bindparam("paths", expanding=True)), _HELD)
    .order_by(_posts.c.id)
)
_OF_PERSON = select(*_POST).where(_posts.c.person_id == bindparam("person"), _HELD).order_by(_posts.c.id)


def along(session: Session, path: str, now: datetime) -> list[Post]:
    """Every post held at `now` on an area along `path`."""
    return along_many(session, [path], now)


class PersonName(NamedTuple):
    """A person's key and name."""

    id: int
    name: str


def along_named(session: Session, path: str, now: datetime) -> tuple[list[Post], dict[int, PersonName]]:
    """Every post held at `now` on an area along `path`, and the names of those who hold them, in one query."""
    rows = session.connection().execute(_ALONG, {"paths": ancestors(path), "now": now}).all()
    held = [Post(*row[:-1]) for row in rows]
    return held, {row.person_id: PersonName(row.person_id, row.name) for row in rows}


def along_many(session: Session, paths: Iterable[str], now: datetime) -> list[Post]:
    """Every post held at `now` on an area along any of `paths`."""
    wanted = sorted({step for path in paths for step in ancestors(path)})
    posts: list[Post] = []
    for start in range(0, len(wanted), 500):
        query = select(*_POST).where(_posts.c.area_path.in_(wanted[start : start + 500]), _HELD)
        posts += [Post(*row) for row in session.execute(query.order_by(_posts.c.id), {"now": now})]
    return posts


def of_person(session: Session, person_id: int, now: datetime) -> list[Post]:
    """The posts a person holds at `now`."""
    found = session.connection().execute(_OF_PERSON, {"person": person_id, "now": now})
    return [Post(*row) for row in found]


def people(session: Session, ids: Iterable[int | None]) -> dict[int, Row[Any]]:
    """Id, code, name and unit of persons, by id."""
    wanted, found = sorted({i for i in ids if i is not None}), {}
    for start in range(0, len(wanted), 500):
        query = select(Person.id, Person.code, Person.name, Person.unit).where(
            Person.id.in_(wanted[start : start + 500])
        )
        found.update({row.id: row for row in session.execute(query)})
    return found
