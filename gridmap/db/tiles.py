"""Asking for what is baked as tiles: which version, whether the store has changed since, and the shapes to bake."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select
from sqlalchemy.orm import Session

from gridmap.db.asking import Question
from gridmap.db.models import Area, Building, Landmark
from gridmap.db.spatial import as_wkb

AT_ONCE = 5_000

_KNOWN = Question("SELECT name, version, previous, stamp FROM tile_sets")
_STAMPS = Question(
    "SELECT (SELECT version FROM net),"
    " (SELECT max(id) FROM imports WHERE kind = 'buildings'), (SELECT max(id) FROM buildings),"
    " (SELECT max(id) FROM imports WHERE kind = 'landmarks'), (SELECT max(id) FROM landmarks)"
)


class Known(NamedTuple):
    """The newest baked version of a set, the one before it (None: none), what of the store it was made from."""

    version: str
    previous: str | None
    stamp: str


def known(session: Session | Connection) -> dict[str, Known]:
    """What is baked, by the set's name; a set that never was is not there."""
    return {name: Known(*rest) for name, *rest in _KNOWN.ask(session)}


def stamps(session: Session | Connection) -> Mapping[str, str]:
    """For each set a text that changes whenever its source may have changed; a millisecond.

    Areas are counted by the store itself. Of buildings and landmarks the last import that changed
    anything is named, and the highest key, which rows that came another way move.
    """
    net, *rest = _STAMPS.ask(session)[0]
    building, ground = (f"{a or 0}.{b or 0}" for a, b in (rest[:2], rest[2:]))
    return {"areas": str(net), "buildings": building, "ground": ground}


def areas(session: Session) -> list[Row[Any]]:
    """All current areas with their shape as WKB, in the order of their paths: parents before their own."""
    columns = (Area.code, Area.name, Area.level, Area.path, Area.parent_path, Area.label_lon, Area.label_lat)
    query = select(*columns, as_wkb(Area.geom).label("wkb")).where(Area.valid_to.is_(None))
    return list(session.execute(query.order_by(Area.path, Area.id)))


def buildings(session: Session) -> Iterator[Sequence[Row[Any]]]:
    """All standing buildings by key, some thousands at once: code, name, floors, point and footprint as WKB."""
    shapes = (as_wkb(Building.point).label("point"), as_wkb(Building.footprint).label("footprint"))
    query = select(Building.code, Building.name, Building.floors, *shapes)
    return _parts(session, query.where(Building.valid_to.is_(None)).order_by(Building.id))


def landmarks(session: Session) -> Iterator[Sequence[Row[Any]]]:
    """All landmarks by key, some thousands at once, with their shape as WKB."""
    query = select(Landmark.kind, Landmark.rank, Landmark.name, as_wkb(Landmark.geom).label("wkb"))
    return _parts(session, query.order_by(Landmark.id))


def _parts(session: Session, query: Select[Any]) -> Iterator[Sequence[Row[Any]]]:
    return session.execute(query, execution_options={"yield_per": AT_ONCE}).partitions()
