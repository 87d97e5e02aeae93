"""Take in buildings: where each stands, and in which cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import bindparam, insert, select, update

from gridmap.actions.importing import (
    ImportFile,
    ImportReport,
    Progress,
    no_progress,
    note_import,
    one_at_a_time,
    refuse_errors,
)
from gridmap.actions.office import Office, Work
from gridmap.actions.placing import Ground
from gridmap.db.bulk import insert_rows
from gridmap.db.models import Building
from gridmap.db.spatial import as_multi, as_wkb, from_wkb
from gridmap.domain.codes import NO_DISTRICT
from gridmap.domain.history import canonical
from gridmap.geo.coverage import ERROR, WARNING, Finding
from gridmap.geo.net import Net

_FIELDS = ("name", "address", "floors", "households", "chief")


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
    cell is a warning. Known codes are updated, absent ones end only with `is_replacing`; commits all
    or none. Raises FindingsError.
    """
    found = list(findings or [])
    frame = frame.reset_index(drop=True)
    found += _code_faults(frame)
    with office.work() as work:
        one_at_a_time(work)
        progress("locate", 0, len(frame))
        refuse_errors(found + _shape_faults(frame))
        rows, outside = _rows(work, frame)
        found += [Finding("building_outside_cells", WARNING, code, {}) for code in outside]
        counts = _store(work, rows, is_replacing)
        progress("store", len(frame), len(frame))
        if any(counts[name] for name in ("new", "changed", "ended")):
            work.tell(
                "buildings", counts, district_code=str(rows[0]["district_code"]) if rows else NO_DISTRICT
            )
        note_import(work, "buildings", file, counts)
    return ImportReport(counts, tuple(found), file.is_dry_run)


def _code_faults(frame: gpd.GeoDataFrame) -> list[Finding]:
    faults = [Finding("code_missing", ERROR, int(row), {}) for row in np.flatnonzero(frame["code"] == "")]
    again = frame["code"][(frame["code"] != "") & frame["code"].duplicated()].unique()
    return faults + [Finding("code_duplicate", ERROR, str(code), {}) for code in again]


def _shape_faults(frame: gpd.GeoDataFrame) -> list[Finding]:
    shapes = frame.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    faults = []
    for row, kind in enumerate(kinds):
        if kind == -1 or shapely.is_empty(shapes[row]):
            faults.append(Finding("geometry_missing", ERROR, frame["code"].iloc[row] or row, {"row": row}))
        elif kind not in (0, 3, 6):
            faults.append(Finding("geometry_kind", ERROR, frame["code"].iloc[row] or row, {"row": row}))
    bounds = shapely.bounds(shapes)
    beyond = np.flatnonzero(
        (np.abs(bounds[:, ::2]).max(axis=1) > 180) | (np.abs(bounds[:, 1::2]).max(axis=1) > 90)
    )
    return faults + [
        Finding("coordinates_out_of_range", ERROR, frame["code"].iloc[row] or int(row), {}) for row in beyond
    ]


def _rows(work: Work, frame: gpd.GeoDataFrame) -> tuple[list[dict[str, object]], list[str]]:
    shapes = frame.geometry.to_numpy()
    points = shapely.point_on_surface(shapes)
    ground = Ground(work.session, loaded=True)
    paths = _paths(ground, points)
    rows, outside = [], []
    for number, record in enumerate(frame.drop(columns="geometry").to_dict("records")):
        shape, code = shapes[number], str(record["code"])
        footprint = None if shape.geom_type == "Point" else shapely.to_wkb(as_multi(shape))
        row: dict[str, object] = {field: _plain(record[field]) for field in _FIELDS}
        row |= {
            "code": code,
            "path": paths[number],
            "district_code": ground.district_of(paths[number]) or NO_DISTRICT,
        }
        row |= {"point_wkb": shapely.to_wkb(points[number]), "footprint_wkb": footprint}
        row |= {"valid_from": work.now, "valid_to": None, "digest": _digest(row)}
        rows.append(row)
        if not paths[number]:
            outside.append(code)
    return rows, outside


def _paths(ground: Ground, points: np.ndarray) -> list[str]:
    assert isinstance(ground.cells, Net)  # noqa: S101  (loaded)
    places = ground.cells.locate_many(shapely.get_x(points), shapely.get_y(points))
    return [place.cell.path if place.cell else "" for place in places]


def _plain(value: object) -> object:
    if value is None or value != value:  # noqa: PLR0124  (NaN)
        return None
    return int(value) if isinstance(value, float) else value


def _digest(row: dict[str, object]) -> str:
    parts = canonical([row["code"], *(row[field] for field in _FIELDS)]).encode()
    return hashlib.sha256(parts + bytes(row["point_wkb"]) + bytes(row["footprint_wkb"] or b"")).hexdigest()  # type: ignore[call-overload]


def _store(work: Work, rows: list[dict[str, object]], is_replacing: bool) -> dict[str, int]:
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
    insert_rows(work.session, insert(Building).values(geometry), new)
    _update(work, changed, geometry)
    districts = {str(row["district_code"]) for row in rows}
    ended = _end_absent(work, known, kept, districts) if is_replacing else 0
    return {"new": len(new), "changed": len(changed), "unchanged": len(kept) - len(changed), "ended": ended}


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


def _end_absent(work: Work, known: _Known, kept: set[int], districts: set[str]) -> int:
    ids = [
        row.id
        for (district, _), row in known.by_key.items()
        if row.id not in kept and district in districts and row.valid_to is None
    ]
    for start in range(0, len(ids), 500):
        ending = update(Building).where(Building.id.in_(ids[start : start + 500])).values(valid_to=work.now)
        work.session.execute(ending.execution_options(synchronize_session=False))
    return len(ids)


def place_buildings(work: Work) -> int:
    """Find the cell of every standing building anew, after cells changed; how many moved. Not committed."""
    columns = (Building.id, Building.district_code, Building.code, Building.path, as_wkb(Building.point))
    rows = list(work.session.execute(select(*columns).where(Building.valid_to.is_(None))))
    if not rows:
        return 0
    ground = Ground(work.session, loaded=True)
    paths = _paths(ground, shapely.from_wkb([row[4] for row in rows]))
    taken = {tuple(key) for key in work.session.execute(select(Building.district_code, Building.code))}
    moved = []
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
