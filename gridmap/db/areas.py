"""Asking for areas: cells near a point, the tree above and below, current versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import shapely
from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import Session

from gridmap.db.asking import Question
from gridmap.db.models import Area
from gridmap.db.spatial import as_wkb, touches_box
from gridmap.domain.codes import ancestors, level_of, range_below
from gridmap.geo.crs import LonLat
from gridmap.geo.locate import BBox, Cell, nearest_by_boxes
from gridmap.geo.net import Net

_CELL = (Area.id, Area.code, Area.name, Area.version, Area.path, Area.area_m2, as_wkb(Area.geom).label("wkb"))

_NET_VERSION = Question("SELECT version FROM net")


class StoredCells:
    """The current cells in the store as a source for `locate`, through its spatial index.

    With `upper` the areas above cells instead.
    """

    def __init__(self, session: Session, *, upper: bool = False) -> None:
        self._session, self._upper = session, upper

    def within(self, bbox: BBox) -> list[Cell]:
        """All current cells whose bounding box touches `bbox`."""
        return _cells(self._session, _current(self._upper).where(touches_box(self._session, Area.geom, bbox)))

    def nearest(self, lon_lat: LonLat) -> tuple[Cell | None, float | None]:
        """The nearest cell and the metres to its border."""
        return nearest_by_boxes(self.within, lon_lat)


def net_version(session: Session) -> int:
    """How often areas and categories have changed: what is kept of them in memory is good for one such number."""
    return int(_NET_VERSION.ask(session)[0][0])


def load_net(session: Session, *, upper: bool = False) -> Net:
    """All current cells, in memory; with `upper` the areas above cells instead."""
    return Net(_cells(session, _current(upper)))


def _current(upper: bool) -> Select[Any]:
    level = Area.level != "grid" if upper else Area.level == "grid"
    return select(*_CELL).where(Area.valid_to.is_(None), level).order_by(Area.id)


def _cells(session: Session, query: Select[Any]) -> list[Cell]:
    rows = session.execute(query).all()
    shapes = shapely.from_wkb([row.wkb for row in rows])
    return [Cell(*row[:6], geometry=shape) for row, shape in zip(rows, shapes, strict=True)]


def foreign_districts(session: Session) -> frozenset[str]:
    """The codes of districts that are no county's."""
    query = select(Area.code).where(Area.level == "district", Area.valid_to.is_(None))
    return frozenset(code for code in session.scalars(query) if level_of(code) != "district")


def current(session: Session, code: str) -> Area | None:
    """The current version of the area `code`; None where there is none."""
    return session.scalar(select(Area).where(Area.code == code, Area.valid_to.is_(None)))


def current_by_code(session: Session, codes: Iterable[str] | None = None) -> dict[str, Area]:
    """Current areas by code: those of `codes`, or all."""
    query = select(Area).where(Area.valid_to.is_(None))
    if codes is None:
        return {area.code: area for area in session.scalars(query)}
    wanted, found = sorted(set(codes)), {}
    for start in range(0, len(wanted), 500):
        part = query.where(Area.code.in_(wanted[start : start + 500]))
        found.update({area.code: area for area in session.scalars(part)})
    return found


def last_versions(session: Session) -> dict[str, int]:
    """The last version of every code there ever was, current or ended."""
    query = select(Area.code, func.max(Area.version)).group_by(Area.code)
    return dict(session.execute(query).tuples().all())


def above(session: Session, path: str) -> list[Row[Any]]:
    """Code, name, level and path of the current areas along `path`, root first."""
    query = select(Area.code, Area.name, Area.level, Area.path).where(
        Area.path.in_(ancestors(path)), Area.valid_to.is_(None)
    )
    return sorted(session.execute(query), key=lambda row: len(row.path))


def paths_of_level(session: Session, level: str) -> set[str]:
    """The paths of the current areas of a level."""
    return set(session.scalars(select(Area.path).where(Area.valid_to.is_(None), Area.level == level)))


def has_more_cells(session: Session, paths: Sequence[str], number: int) -> bool:
    """Whether more than `number` current cells lie at or below `paths` (the empty path: anywhere)."""
    inside = select(Area.id).where(Area.valid_to.is_(None), Area.level == "grid", below_any(paths))
    return len(session.scalars(inside.limit(number + 1)).all()) > number


class AreaName(NamedTuple):
    """What an area is called."""

    code: str
    name: str
    level: str


def names(session: Session) -> dict[str, AreaName]:
    """What all current areas are called, by path."""
    query = select(Area.path, Area.code, Area.name, Area.level).where(Area.valid_to.is_(None))
    return {path: AreaName(*rest) for path, *rest in session.execute(query)}


def named(session: Session, paths: Iterable[str]) -> dict[str, Row[Any]]:
    """Code, name and level of the current areas at `paths`, by path."""
    query = select(Area.path, Area.code, Area.name, Area.level).where(
        Area.path.in_(set(paths)), Area.valid_to.is_(None)
    )
    return {row.path: row for row in session.execute(query)}


def paths_by_code(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """By path, the code of each area that has one of `codes`, or had: wherever it lay then."""
    wanted, found = sorted(set(codes)), dict[str, str]()
    for start in range(0, len(wanted), 500):
        some = Area.code.in_(wanted[start : start + 500])
        found |= {
            path: code for path, code in session.execute(select(Area.path, Area.code).where(some).distinct())
        }
    return found


def below_any(paths: Sequence[str], column: Any = Area.path) -> Any:
    """The condition that a path column lies at or below one of `paths` (the empty path: always)."""
    if "" in paths:
        return True
    ranges = [range_below(path) for path in paths]
    return or_(*((column >= r.low) & (column < r.high) for r in ranges)) if ranges else False


def page(
    session: Session,
    *,
    level: str | None = None,
    under: str | None = None,
    parent: str | None = None,
    bbox: BBox | None = None,
    words: str | None = None,
    after: str = "",
    limit: int = 100,
    geometry: bool = True,
) -> list[Row[Any]]:
    """Current areas in the order of their codes, after the code `after`.

    `under` and `parent` are paths; `words` a part of the name or code.
    """
    columns = (
        Area.code,
        Area.name,
        Area.level,
        Area.version,
        Area.valid_from,
        Area.area_m2,
        Area.path,
        Area.parent_path,
        Area.label_lon,
        Area.label_lat,
    )
    query = select(*columns, as_wkb(Area.geom).label("wkb")) if geometry else select(*columns)
    query = query.where(Area.valid_to.is_(None), Area.code > after).order_by(Area.code).limit(limit)
    if level:
        query = query.where(Area.level == level)
    if under is not None:
        query = query.where(below_any([under]))
    if parent is not None:
        query = query.where(Area.parent_path == parent)
    if bbox:
        query = query.where(touches_box(session, Area.geom, bbox))
    if words:
        query = query.where(has_words(words, Area.name, Area.code))
    return list(session.execute(query))


def has_words(words: str, *columns: Any) -> Any:
    """The condition that one of some text columns contains `words`, capital or small."""
    return or_(*(column.icontains(words, autoescape=True) for column in columns))


def extent(session: Session, paths: Sequence[str]) -> BBox | None:
    """The lon/lat box around the current areas at `paths` (the empty path: all); None where there is none."""
    found = shapes(session, paths)
    if not found:
        return None
    west, south, east, north = (float(bound) for bound in shapely.total_bounds(found))
    return (west, south, east, north)


def shapes(session: Session, paths: Sequence[str]) -> list[shapely.Geometry]:
    """The shapes of the current areas at `paths` (the empty path: those with nothing above them), WGS84."""
    condition = True if "" in paths else Area.path.in_(paths)
    query = select(as_wkb(Area.geom)).where(Area.valid_to.is_(None), condition, _roots_only(paths))
    return list(shapely.from_wkb(list(session.scalars(query))))


def _roots_only(paths: Sequence[str]) -> Any:
    return Area.parent_path == "" if "" in paths else True


def count(session: Session, level: str | None = None) -> int:
    """How many current areas there are."""
    query = select(func.count()).select_from(Area).where(Area.valid_to.is_(None))
    return session.scalar(query.where(Area.level == level) if level else query) or 0
