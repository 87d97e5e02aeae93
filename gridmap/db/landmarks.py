"""Asking for landmarks: in a box, of some kinds, as many as a map of a zoom can show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from gridmap.db.models import ImportRow, Landmark
from gridmap.db.spatial import as_wkb, touches_box
from gridmap.domain.landmarks import left_out_at
from gridmap.geo.locate import BBox


def page(
    session: Session,
    bbox: BBox | None,
    *,
    kinds: Sequence[str] = (),
    zoom: float | None = None,
    after_id: int = 0,
    limit: int = 1000,
) -> list[Row[Any]]:
    """Landmarks by key: id, kind, rank, name, and their shape as `wkb`.

    `kinds`: only these (none: all). `zoom` leaves out the ranks that a map of that zoom does not show.
    """
    columns = (Landmark.id, Landmark.kind, Landmark.rank, Landmark.name, as_wkb(Landmark.geom).label("wkb"))
    query = select(*columns).where(Landmark.id > after_id)
    if kinds:
        query = query.where(Landmark.kind.in_(kinds))
    hidden = [and_(Landmark.kind == kind, Landmark.rank == rank) for kind, rank in left_out_at(zoom)]
    if hidden:
        query = query.where(not_(or_(*hidden)))
    if bbox:
        query = query.where(touches_box(session, Landmark.geom, bbox))
    return list(session.execute(query.order_by(Landmark.id).limit(limit)))


def version(session: Session) -> int:
    """A number that changes whenever landmarks were taken in; 0 before the first time."""
    query = select(func.max(ImportRow.id)).where(ImportRow.kind == "landmarks")
    return session.scalar(query) or 0
