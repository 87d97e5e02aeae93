"""How many people are on duty at a moment, by area: each counted once in every area they hold a post at or below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.models import Area
from gridmap.db.models import Post as PostRow
from gridmap.db.rosters import roster_of
from gridmap.domain.codes import ancestors
from gridmap.domain.roster import ON, Post, Roster


class Staffed(NamedTuple):
    """An area as a map shows it, with the people who hold a post at or below it, and those of them on duty."""

    code: str
    name: str
    lon: float
    lat: float
    people: int
    on: int


class Count(NamedTuple):
    """People in all, and on duty."""

    people: int
    on: int


def posts_below(session: Session, paths: Sequence[str], now: datetime) -> list[Post]:
    """The posts held at `now` at or below `paths`."""
    columns = (
        PostRow.id,
        PostRow.person_id,
        PostRow.role,
        PostRow.area_path,
        PostRow.valid_from,
        PostRow.valid_to,
    )
    held = [PostRow.valid_from <= now, PostRow.valid_to.is_(None) | (PostRow.valid_to > now)]
    query = select(*columns).where(below_any(paths, PostRow.area_path), *held)
    return [Post(*row) for row in session.execute(query)]


def counted(posts: Iterable[Post], roster: Roster, now: datetime) -> dict[str, Count]:
    """By path, each with all below it; "" is everywhere."""
    people: dict[str, set[int]] = {}
    present: dict[str, set[int]] = {}
    for post in posts:
        is_on = roster.duty(post, now) == ON
        for path in ("", *ancestors(post.area_path)):
            people.setdefault(path, set()).add(post.person_id)
            if is_on:
                present.setdefault(path, set()).add(post.person_id)
    return {path: Count(len(found), len(present.get(path, ()))) for path, found in people.items()}


def on_duty(session: Session, paths: Sequence[str], now: datetime, zone: tzinfo) -> dict[str, Count]:
    """How many people hold posts at or below `paths`, and how many of them are on duty at `now`; by path, as `counted`."""
    held = posts_below(session, paths, now)
    return counted(held, roster_of(session, held, now, zone), now)


def staffed(session: Session, paths: Sequence[str], level: str, counts: dict[str, Count]) -> list[Staffed]:
    """The current areas of a level at or below `paths`, by code; also those without staff."""
    query = select(Area.code, Area.name, Area.label_lon, Area.label_lat, Area.path)
    mine = query.where(Area.valid_to.is_(None), Area.level == level, below_any(paths))
    nobody = Count(0, 0)
    return [
        Staffed(code, name, lon, lat, *counts.get(path, nobody))
        for code, name, lon, lat, path in session.execute(mine.order_by(Area.code))
    ]
