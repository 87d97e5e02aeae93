"""Who did something, as others are told: name and post, a unit, else what kind of account it is; never a sign-in name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from gridmap.db import posts
from gridmap.domain.assignment import Post
from gridmap.domain.codes import is_below
from gridmap.domain.scope import Actor
from gridmap.web.access import office
from gridmap.web.shapes import account_name, role_name


def own_name(who: Actor) -> str:
    """The same of whoever asks."""
    return account_name(who.kind, who.name, who.unit)


def post_then(held: Iterable[Post], person_id: int | None, path: str, at: datetime) -> Post | None:
    """The post somebody held at `at`: the nearest at or above the place `path`; None for none, as what they hold elsewhere says nothing here."""
    mine = [
        post
        for post in held
        if post.person_id == person_id and post.is_held(at) and is_below(path, post.area_path)
    ]
    return max(mine, key=lambda post: (len(post.area_path), -post.id), default=None)


def posts_of_events(session: Session, rows: Iterable[Row[Any]], path: str) -> Mapping[int, str]:
    """By an event's place in its history what post its actor held then, in the reader's language."""
    by_people = [row for row in rows if row.person_id is not None]
    held = posts.ever_of(session, {row.person_id for row in by_people})
    found = {row.EventRow.seq: post_then(held, row.person_id, path, row.EventRow.at) for row in by_people}
    return {seq: post_name(post) for seq, post in found.items() if post is not None}


def posts_now(session: Session, wanted: Mapping[int, str]) -> Mapping[int, str]:
    """What posts persons hold now, by person, each as seen from a path (`wanted`: path by person)."""
    now, held = office().clock(), posts.ever_of(session, wanted)
    found = {key: post_then(held, key, path, now) for key, path in wanted.items()}
    return {key: post_name(post) for key, post in found.items() if post is not None}


def post_name(post: Post) -> str:
    """What a post is called in the reader's language."""
    return role_name(office().roles.get(post.role), post.role)
