"""Asking for buildings: in a box, and what an area has of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any, has_words
from gridmap.db.models import Area, Building
from gridmap.db.spatial import as_wkb, touches_box
from gridmap.geo.locate import BBox

_CELL = (
    select(Area.code)
    .where(Area.path == Building.path, Area.valid_to.is_(None), Area.level == "grid")
    .scalar_subquery()
)
"""The cell a building stands in; NULL where only a larger area is known."""


def page(
    session: Session, bbox: BBox | None, *, words: str | None = None, after_id: int = 0, limit: int = 1000
) -> list[Row[Any]]:
    """Standing buildings by key, with their point and, where known, their footprint as WKB.

    `words` are a part of the name, address or code.
    """
    query = select(
        Building.id,
        Building.code,
        Building.name,
        Building.address,
        Building.floors,
        Building.households,
        Building.chief,
        Building.path,
        _CELL.label("cell"),
        as_wkb(Building.point).label("point"),
        as_wkb(Building.footprint).label("footprint"),
    ).where(Building.valid_to.is_(None), Building.id > after_id)
    if bbox:
        query = query.where(touches_box(session, Building.point, bbox))
    if words:
        query = query.where(has_words(words, Building.name, Building.address, Building.code))
    return list(session.execute(query.order_by(Building.id).limit(limit)))


def totals(session: Session, path: str) -> tuple[int, int | None]:
    """How many buildings stand below `path`, and their households (None where no building says)."""
    query = select(func.count(), func.sum(Building.households)).where(
        Building.valid_to.is_(None), below_any([path], Building.path)
    )
    number, households = session.execute(query).one()
    return number, None if households is None else int(households)
