"""Take in buildings: where each stands, and in which cell."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from gridmap.actions.importing import (
    ImportFile,
    ImportReport,
    Progress,
    left_out,
    no_progress,
    note_import,
    one_at_a_time,
    refuse_errors,
    text_faults,
)
from gridmap.actions.office import Office, Work
from gridmap.actions.placing import LoadedGround, load_ground
from gridmap.db import areas
from gridmap.db.bulk import insert_rows
from gridmap.db.loading import Loading, load_of
from gridmap.db.models import Building
from gridmap.db.spatial import as_multi, as_wkb, from_wkb
from gridmap.domain.codes import NO_DISTRICT, codes_in
from gridmap.domain.history import canonical
from gridmap.geo.coverage import ERROR, INFO, WARNING, Finding, rows_of
from gridmap.geo.crs import WGS84, LonLat
from gridmap.geo.locate import Place, locate, smallest_covering

_FIELDS = ("name", "address", "floors", "households", "chief")
_LIMITS = {"code": 64, "name": 200, "address": 400, "chief": 100}
"""Characters that the store takes."""
_AT_ONCE = 50_000


def import_buildings(
    office: Office,
    frame: gpd.GeoDataFrame,
    file: ImportFile,
    findings: list[Finding] | None = None,
    *,
    is_replacing: bool = False,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store the buildings of `frame` (code, name, address, floors, households, chief, geometry in WGS84).

    A footprint's point is one inside it. The cell is the one that covers the point; outside every
    cell the smallest area around it is kept, with a warning. Rows that `findings` say are left out are
    not stored, nor do the buildings they name end; where they are more than half of the file, it is the
    file that is wrong, and refused. Known codes are updated, absent ones end only with `is_replacing`;
    commits all or none. Raises FindingsError.
    """
    frame = frame.reset_index(drop=True)
    found, stays = left_out(frame, findings or [])
    found += [*_code_faults(frame), *text_faults(frame, _LIMITS)]
    refuse_errors(found)
    progress("locate", 0, len(frame))
    standing = frame[stays].reset_index(drop=True)
    # Before the write transaction: a city's buildings take a minute to locate, and nobody else could write meanwhile.
    with office.database.reading() as session:
        version = areas.net_version(session)
        rows, outside = _rows(session, standing)
    with office.work() as work:
        one_at_a_time(work)
        if areas.net_version(work.session) != version:
            rows, outside = _rows(work.session, standing)
        found += outside
        for row in rows:
            row["valid_from"] = work.now
        counts = _store(work, rows, set(frame["code"][~stays]) if is_replacing else None)
        counts["left_out"] = int((~stays).sum())
        progress("store", len(frame), len(frame))
        if any(counts[name] for name in ("new", "changed", "ended")):
            work.tell(
                "buildings", counts, district_code=str(rows[0]["district_code"]) if rows else NO_DISTRICT
            )
        note_import(work, "buildings", file, counts)
    return ImportReport(counts, tuple(found), file.is_dry_run)


def _code_faults(frame: gpd.GeoDataFrame) -> Iterator[Finding]:
    by_code: dict[str, list[int]] = {}
    for row, code in zip(rows_of(frame), frame["code"], strict=True):
        by_code.setdefault(code, []).append(row)
    for row in by_code.pop("", []):
        yield Finding("code_missing", ERROR, row, {"row": row})
    for code, rows in by_code.items():
        if len(rows) > 1:
            yield Finding("code_duplicate", ERROR, code, {"rows": rows, "count": len(rows)})


def _rows(session: Session, frame: gpd.GeoDataFrame) -> tuple[list[dict[str, object]], list[Finding]]:
    shapes = frame.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    ground = load_ground(session)
    found = _Found(ground, points)
    district = {path: ground.district_of(path) or NO_DISTRICT for path in set(found.paths)}
    footprints = np.array(
        [
            None if kind == 0 else as_multi(shape)
            for kind, shape in zip(shapely.get_type_id(shapes), shapes, strict=True)
        ],
        dtype=object,
    )
    columns: dict[str, Iterable[object]] = {name: map(_plain, frame[name].tolist()) for name in _FIELDS}
    columns |= {"code": map(str, frame["code"].tolist()), "path": found.paths}
    columns |= {"district_code": [district[path] for path in found.paths]}
    columns |= {"point_wkb": shapely.to_wkb(points), "footprint_wkb": shapely.to_wkb(footprints)}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for row in rows:
        row |= {"valid_to": None, "digest": _digest(row)}
    return rows, list(_outside(found, frame, points))


class _Found:
    """Where buildings stand: the path of each one's cell or of what is above it.

    `places` tells of those only, by position, that do not plainly lie in one cell.
    """

    def __init__(self, ground: LoadedGround, points: np.ndarray) -> None:
        cells = ground.cells.cells
        self.has_cells = bool(cells)
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        plain = ground.cells.plain(lon, lat)
        self.places = {
            at: locate(ground.cells, LonLat(float(lon[at]), float(lat[at])))
            for at in np.flatnonzero(plain < 0).tolist()
        }
        self.paths = [cells[n].path if n >= 0 else "" for n in plain.tolist()]
        for at, place in self.places.items():
            self.paths[at] = place.cell.path if place.cell else _around(ground, place)


def _around(ground: LoadedGround, place: Place) -> str:
    area = smallest_covering(ground.upper, place.lon_lat)
    return area.path if area else ""


def _outside(found: _Found, frame: gpd.GeoDataFrame, points: np.ndarray) -> Iterator[Finding]:
    """Which buildings lie in no cell; where there are no cells yet, that is one finding for all."""
    if not found.has_cells:
        yield Finding("no_cells_yet", INFO, None, {"count": len(frame)})
        return
    rows = rows_of(frame)
    for at, place in found.places.items():
        if place.cell is None and place.nearest is not None and place.distance_m is not None:
            details = {
                "row": rows[at],
                "area": codes_in(found.paths[at])[-1] if found.paths[at] else None,
                "nearest": place.nearest.code,
                "nearest_name": place.nearest.name,
                "distance_m": round(place.distance_m, 1),
            }
            yield Finding("building_outside_cells", WARNING, str(frame["code"].iloc[at]), details, points[at])


def _plain(value: object) -> object:
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return None
    return int(value) if isinstance(value, float) else value


def _digest(row: dict[str, object]) -> str:
    parts = canonical([row["code"], *(row[field] for field in _FIELDS)]).encode()
    return hashlib.sha256(parts + bytes(row["point_wkb"]) + bytes(row["footprint_wkb"] or b"")).hexdigest()  # type: ignore[call-overload]


def _store(work: Work, rows: list[dict[str, object]], spared: Collection[str] | None) -> dict[str, int]:
    """Store the rows; with `spared`, end what is neither in them nor named there."""
    query = select(Building.district_code, Building.code, Building.id, Building.digest, Building.valid_to)
    known = _Known(work.session.execute(query))
    new, changed, kept = [], [], set[int]()
    for row in rows:
        old = known.match(row)
        if old is None:
            new.append(row)
            continue
        kept.add(old.id)
        if row["district_code"] == NO_DISTRICT:
            row["district_code"] = old.district_code
        if (old.digest, old.district_code, old.valid_to) != (row["digest"], row["district_code"], None):
            changed.append({**row, "row_id": old.id})
    geometry = {"point": from_wkb("point_wkb"), "footprint": from_wkb("footprint_wkb")}
    _insert(work.session, new, geometry)
    _update(work, changed, geometry)
    districts = {str(row["district_code"]) for row in rows}
    ended = 0 if spared is None else _end_absent(work, known, kept, districts, spared)
    return {"new": len(new), "changed": len(changed), "unchanged": len(kept) - len(changed), "ended": ended}


def _insert(session: Session, rows: list[dict[str, object]], geometry: dict[str, object]) -> None:
    if session.get_bind().dialect.name == "sqlite":
        insert_rows(session, insert(Building).values(geometry), rows)
        return
    with Loading(session) as loading:
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            plain = [name for name in some[0] if not name.endswith("_wkb")]
            columns: dict[str, Any] = {name: [row[name] for row in some] for name in plain}
            columns |= {name: _ewkb([row[f"{name}_wkb"] for row in some]) for name in geometry}
            loading.add(load_of(session, Building, columns))


def _ewkb(wkb: list[object]) -> list[bytes | None]:
    """Shapes as PostGIS takes them, with their system."""
    shapes = shapely.set_srid(shapely.from_wkb(wkb), WGS84)
    return list(shapely.to_wkb(shapes, include_srid=True))


class _Known:
    """The stored buildings; a building that lay in no cell yet, or lies in none now, is still the same one."""

    def __init__(self, rows: Iterable[Any]) -> None:
        self.by_key = {(row.district_code, row.code): row for row in rows}
        self._by_code: dict[str, list[Any]] = {}
        for row in self.by_key.values():
            self._by_code.setdefault(row.code, []).append(row)

    def match(self, row: Mapping[str, object]) -> Any | None:
        """The stored row of the same building; None for none, or where several could be meant."""
        district, code = str(row["district_code"]), str(row["code"])
        if (district, code) in self.by_key:
            return self.by_key[district, code]
        others = self._by_code.get(code, [])
        if district != NO_DISTRICT:
            others = [other for other in others if other.district_code == NO_DISTRICT]
        return others[0] if len(others) == 1 else None


def _update(work: Work, rows: list[dict[str, object]], geometry: dict[str, object]) -> None:
    if not rows:
        return
    table = Building.__table__
    fields = [name for name in rows[0] if name not in ("point_wkb", "footprint_wkb", "row_id", "valid_from")]
    values = {name: bindparam(f"new_{name}", type_=table.c[name].type) for name in fields}
    statement = update(table).where(table.c.id == bindparam("row_id")).values({**values, **geometry})  # type: ignore[arg-type]
    named = [
        {(f"new_{k}" if k in fields else k): v for k, v in row.items() if k != "valid_from"} for row in rows
    ]
    work.session.connection().execute(statement, named)


def _end_absent(
    work: Work, known: _Known, kept: set[int], districts: set[str], spared: Collection[str]
) -> int:
    ids = [
        row.id
        for (district, code), row in known.by_key.items()
        if row.id not in kept and district in districts and row.valid_to is None and code not in spared
    ]
    for start in range(0, len(ids), 500):
        ending = update(Building).where(Building.id.in_(ids[start : start + 500])).values(valid_to=work.now)
        work.session.execute(ending.execution_options(synchronize_session=False))
    return len(ids)


def place_buildings(work: Work) -> int:
    """Find the cell (or the area around) of every standing building anew, after areas changed; how many moved.

    Not committed.
    """
    taken = {tuple(key) for key in work.session.execute(select(Building.district_code, Building.code))}
    if not taken:
        return 0
    ground = load_ground(work.session)
    moved: list[dict[str, Any]] = []
    # Some at a time: the store gives up a transaction in which nothing is asked for a minute.
    for rows in _standing(work):
        paths = _Found(ground, shapely.from_wkb([row.wkb for row in rows])).paths
        for row, path in zip(rows, paths, strict=True):
            if row.path != path:
                district = ground.district_of(path) or row.district_code
                is_free = (district, row.code) not in taken
                moved.append({"row": row.id, "to": path, "in": district if is_free else row.district_code})
    if moved:
        table = Building.__table__
        values: dict[str, Any] = {"path": bindparam("to"), "district_code": bindparam("in")}
        statement = update(table).where(table.c.id == bindparam("row")).values(values)  # type: ignore[arg-type]
        work.session.connection().execute(statement, moved)
    return len(moved)


def _standing(work: Work) -> Iterator[Sequence[Any]]:
    """The buildings that stand now, some at a time: key, district, code, path, their point as WKB."""
    columns = (Building.id, Building.district_code, Building.code, Building.path)
    query = select(*columns, as_wkb(Building.point).label("wkb")).where(Building.valid_to.is_(None))
    last = 0
    while rows := work.session.execute(
        query.where(Building.id > last).order_by(Building.id).limit(_AT_ONCE)
    ).all():
        yield rows
        last = rows[-1].id
