"""Asking for staff: who holds which post along a path, and what a person holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from gridmap.db.asking import Question, moment
from gridmap.db.models import Person
from gridmap.domain.assignment import Post
from gridmap.domain.codes import ancestors

_EVER = datetime.min.replace(tzinfo=UTC)
_POST = "SELECT o.id, o.person_id, o.role, o.area_path, o.valid_from, o.valid_to"
_HELD = "o.valid_from <= {now} AND (o.valid_to IS NULL OR o.valid_to > {now}) ORDER BY o.id"
_ALONG = Question(
    f"{_POST}, p.name FROM posts o JOIN persons p ON p.id = o.person_id WHERE o.area_path {{any_paths}} AND {_HELD}"
)
_AT = Question(f"{_POST} FROM posts o WHERE o.area_path {{any_paths}} AND {_HELD}")
_OF_PERSON = Question(f"{_POST} FROM posts o WHERE o.person_id = {{person}} AND {_HELD}")
_EVER_OF = Question(f"{_POST} FROM posts o WHERE o.person_id {{any_people}} ORDER BY o.id")


def _post(row: tuple[Any, ...]) -> Post:
    key, person_id, role, path, since, until = row
    return Post(key, person_id, role, path, moment(since) or _EVER, moment(until))


def along(session: Session, path: str, now: datetime) -> list[Post]:
    """Every post held at `now` on an area along `path`."""
    return along_many(session, [path], now)


class PersonName(NamedTuple):
    """A person's key and name."""

    id: int
    name: str


def along_named(session: Session, path: str, now: datetime) -> tuple[list[Post], dict[int, PersonName]]:
    """Every post held at `now` on an area along `path`, and the names of those who hold them, in one query."""
    rows = _ALONG.ask(session, paths=ancestors(path), now=now)
    return [_post(row[:-1]) for row in rows], {row[1]: PersonName(row[1], row[-1]) for row in rows}


def along_many(session: Session, paths: Iterable[str], now: datetime) -> list[Post]:
    """Every post held at `now` on an area along any of `paths`."""
    wanted = sorted({step for path in paths for step in ancestors(path)})
    posts: list[Post] = []
    for start in range(0, len(wanted), 500):
        posts += [_post(row) for row in _AT.ask(session, paths=wanted[start : start + 500], now=now)]
    return posts


def of_person(session: Session, person_id: int, now: datetime) -> list[Post]:
    """The posts a person holds at `now`."""
    return [_post(row) for row in _OF_PERSON.ask(session, person=person_id, now=now)]


def ever_of(session: Session, ids: Iterable[int]) -> list[Post]:
    """Every post that any of these persons holds or held."""
    wanted, found = sorted(set(ids)), list[Post]()
    for start in range(0, len(wanted), 500):
        found += [_post(row) for row in _EVER_OF.ask(session, people=wanted[start : start + 500])]
    return found


def people(session: Session, ids: Iterable[int | None]) -> dict[int, Row[Any]]:
    """Id, code, name and unit of persons, by id."""
    wanted, found = sorted({i for i in ids if i is not None}), {}
    for start in range(0, len(wanted), 500):
        query = select(Person.id, Person.code, Person.name, Person.unit).where(
            Person.id.in_(wanted[start : start + 500])
        )
        found.update({row.id: row for row in session.execute(query)})
    return found
