"""How content reporters were with what was done, counted by area."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.loop_models import Rating
from gridmap.db.models import Area
from gridmap.domain.codes import ancestors

DAYS = 90
"""So far back ratings say how it is now."""


class Rated(NamedTuple):
    """How many times the outcome of matters of an area was rated, and how many of these ratings were 不满意."""

    rated: int
    discontent: int


def rated_since(session: Session, paths: Sequence[str], since: datetime) -> dict[str, Rated]:
    """Ratings given from `since` on of matters at or below `paths`; by path, each with all below it."""
    number, bad = func.count(), func.count(case((Rating.satisfaction == 0, 1)))
    query = select(Rating.path, number, bad).where(Rating.at >= since, below_any(paths, Rating.path))
    found: dict[str, Rated] = {}
    for path, rated, discontent in session.execute(query.group_by(Rating.path)):
        for above in ancestors(path):
            held = found.get(above, Rated(0, 0))
            found[above] = Rated(held.rated + rated, held.discontent + discontent)
    return found


def by_level(session: Session, paths: Sequence[str], level: str, since: datetime) -> dict[str, Rated]:
    """By the code of each current area of a level at or below `paths`; areas without ratings are left out."""
    rated = rated_since(session, paths, since)
    query = select(Area.code, Area.path).where(Area.valid_to.is_(None), Area.level == level, below_any(paths))
    return {code: rated[path] for code, path in session.execute(query) if path in rated}
