"""Take in areas: versions in time, parents by code, the same file twice stored once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from gridmap.actions.importing import (
    ImportFile,
    ImportReport,
    Progress,
    no_progress,
    note_import,
    one_at_a_time,
    refuse_errors,
)
from gridmap.actions.importing_buildings import place_buildings
from gridmap.actions.office import Office, Work
from gridmap.db import areas
from gridmap.db.bulk import insert_rows
from gridmap.db.models import Area
from gridmap.db.spatial import as_multi, as_wkb, from_wkb
from gridmap.domain.codes import LEVELS, NO_DISTRICT, check_code, codes_in, level_of, parent_code, path_of
from gridmap.domain.history import canonical
from gridmap.errors import InvalidInputError
from gridmap.geo.coverage import ERROR, WARNING, Finding, check, rows_of
from gridmap.geo.crs import WGS84, areas_m2
from gridmap.geo.numbering import full_codes


@dataclass(frozen=True)
class AreaImport:
    """What is taken in: areas of `level`, below `parent_code` where the rows name no parent.

    `is_numbered` gives cells their sequence inside their community; `is_replacing` ends the areas of
    that level, below the parents of the file, that the file does not have.
    """

    level: str
    parent_code: str | None = None
    is_numbered: bool = False
    is_replacing: bool = False


@dataclass(frozen=True)
class _Placed:
    """One area ready to be stored."""

    code: str
    name: str
    parent_path: str
    path: str
    district_code: str


@dataclass(frozen=True)
class _Judged:
    """The rows of a file beside the areas that stood in the store at `version` of the net."""

    version: int
    known: dict[str, Area]
    placed: list[_Placed | None]
    found: list[Finding]


@dataclass(frozen=True)
class _Drawn:
    """One area with its shape as it is kept, and the digest that tells whether it is another."""

    area: _Placed
    size_m2: float
    label: shapely.Point
    wkb: bytes
    digest: str


def import_areas(
    office: Office,
    frame: gpd.GeoDataFrame,
    wanted: AreaImport,
    file: ImportFile,
    findings: list[Finding] | None = None,
    progress: Progress = no_progress,
) -> ImportReport:
    """Store the areas of `frame` (code, name, parent, geometry in WGS84); commits all of them or none.

    A known code with another name, parent or shape gets a new version from now on, and the old one
    ends; the same again changes nothing. `findings` are those of reading. Raises FindingsError where
    one is an error, InvalidInputError for an unknown level or parent.
    """
    if wanted.level not in LEVELS:
        raise InvalidInputError("level_unknown", level=wanted.level, choices=list(LEVELS))
    frame = frame.reset_index(drop=True)
    if wanted.is_numbered:
        frame = _numbered(frame, wanted)
    progress("check", 0, len(frame))
    # Before the write transaction: a city's cells take minutes to check, and nobody else could write meanwhile.
    with office.database.reading() as session:
        judged = _judged(session, frame, wanted)
    refuse_errors([*(findings or []), *judged.found])
    drawn = _drawn(frame, judged.placed)
    with office.work() as work:
        one_at_a_time(work)
        if areas.net_version(work.session) != judged.version:
            judged = _judged(work.session, frame, wanted)
            refuse_errors([*(findings or []), *judged.found])
            drawn = _drawn(frame, judged.placed)
        counts = _store(work, drawn, wanted, judged.known, progress)
        if counts["new"] or counts["changed"] or counts["ended"]:
            work.tell("areas", {"level": wanted.level, **counts}, district_code=_district(judged.placed))
        note_import(work, "areas", file, counts)
    return ImportReport(counts, (*(findings or []), *judged.found), file.is_dry_run)


def _judged(session: Session, frame: gpd.GeoDataFrame, wanted: AreaImport) -> _Judged:
    """What the rows would become, and what is wrong with them, beside the areas that are stored."""
    version, known = areas.net_version(session), areas.current_by_code(session)
    if wanted.parent_code is not None and wanted.parent_code not in known:
        raise InvalidInputError("parent_unknown", parent=wanted.parent_code)
    found: list[Finding] = []
    placed = _placed(frame, wanted, known, found)
    found += check(frame.assign(parent=_parents(placed)), _parent_frame(session, placed))
    return _Judged(version, known, placed, found)


def _drawn(frame: gpd.GeoDataFrame, placed: list[_Placed | None]) -> list[_Drawn]:
    """The areas to be stored with their shapes as they are kept."""
    shapes = np.array([as_multi(shape) for shape in frame.geometry], dtype=object)
    sizes, labels = areas_m2(shapes), shapely.point_on_surface(shapes)
    kept, compared = shapely.to_wkb(shapes), shapely.to_wkb(shapely.normalize(shapes))
    return [
        _Drawn(area, float(size), label, wkb, _digest(area, normal))
        for area, size, label, wkb, normal in zip(placed, sizes, labels, kept, compared, strict=True)
        if area is not None
    ]


def _digest(area: _Placed, wkb: bytes) -> str:
    return hashlib.sha256(canonical([area.name, area.path]).encode() + wkb).hexdigest()


def _numbered(frame: gpd.GeoDataFrame, wanted: AreaImport) -> gpd.GeoDataFrame:
    if wanted.level != "grid":
        raise InvalidInputError("number_only_cells", level=wanted.level)
    frame = frame.copy()
    parents = frame["parent"].fillna(wanted.parent_code)
    for parent, cells in frame.groupby(parents, dropna=False):
        if not isinstance(parent, str) or level_of(parent) != "community":
            raise InvalidInputError(
                "number_needs_community", parent=parent if isinstance(parent, str) else None
            )
        frame.loc[cells.index, "code"] = full_codes(parent, cells)
    frame["name"] = frame["name"].where(frame["name"].notna(), frame["code"])
    return frame


def _placed(
    frame: gpd.GeoDataFrame, wanted: AreaImport, known: dict[str, Area], found: list[Finding]
) -> list[_Placed | None]:
    rows, placed = rows_of(frame), list[_Placed | None]()
    columns = zip(rows, frame["code"], frame["name"], frame["parent"], strict=True)
    for row, code, name, parent in columns:
        try:
            placed.append(_place(code, name, parent, wanted, known) if code else None)
        except InvalidInputError as fault:
            found.append(Finding(fault.code, ERROR, code, {"row": row, **fault.details}))
            placed.append(None)
    has_children = {area.parent_path for area in known.values()}
    for row, area in zip(rows, placed, strict=True):
        if area is not None:
            found += _doubts(row, area, known, has_children)
    return placed


def _doubts(row: int, area: _Placed, known: dict[str, Area], has_children: set[str]) -> Iterator[Finding]:
    old = known.get(area.code)
    if old and old.path != area.path and old.path in has_children:
        details = {"row": row, "from": _parent_of(old.path), "to": _parent_of(area.path)}
        yield Finding("path_changes_above_others", ERROR, area.code, details)
    parent = _parent_of(area.path)
    if parent is not None and parent not in known:
        yield Finding("parent_not_stored", WARNING, area.code, {"row": row, "parent": parent})


def _parent_of(path: str) -> str | None:
    codes = codes_in(path)
    return codes[-2] if len(codes) > 1 else None


def _place(code: str, name: str, parent: str | None, wanted: AreaImport, known: dict[str, Area]) -> _Placed:
    check_code(code)
    is_chinese = level_of(code) == wanted.level
    explicit = parent or wanted.parent_code
    if explicit is not None:
        above = known.get(explicit)
        if above is None:
            raise InvalidInputError("parent_unknown", parent=explicit)
        if LEVELS.index(above.level) >= LEVELS.index(wanted.level):
            raise InvalidInputError("parent_level_wrong", parent=explicit, level=above.level)
        if is_chinese and level_of(explicit) and not code.startswith(explicit):
            raise InvalidInputError("parent_contradicts_code", parent=explicit, area_code=code)
        parent_path = above.path
    else:
        parent_path = _path_by_prefix(code) if is_chinese else ""
    if code in known and known[code].level != wanted.level:
        raise InvalidInputError("code_has_other_level", area_code=code, level=known[code].level)
    path = path_of(code, parent_path)
    root = codes_in(path)[0]
    is_district = level_of(root) == "district" or wanted.level == "district"
    district = root if is_district or (root in known and known[root].level == "district") else NO_DISTRICT
    return _Placed(code, name or code, parent_path, path, district)


def _path_by_prefix(code: str) -> str:
    parent = parent_code(code)
    return path_of(parent, _path_by_prefix(parent)) if parent else ""


def _parents(placed: list[_Placed | None]) -> list[str | None]:
    return [codes_in(p.parent_path)[-1] if p and p.parent_path else None for p in placed]


def _parent_frame(session: Session, placed: list[_Placed | None]) -> gpd.GeoDataFrame | None:
    codes = {code for code in _parents(placed) if code}
    query = select(Area.code, Area.name, as_wkb(Area.geom)).where(Area.valid_to.is_(None))
    rows = [row for row in session.execute(query) if row[0] in codes] if codes else []
    if not rows:
        return None
    shapes = shapely.from_wkb([row[2] for row in rows])
    columns = {
        "code": [row[0] for row in rows],
        "name": [row[1] for row in rows],
        "parent": [None] * len(rows),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84)


def _district(placed: list[_Placed | None]) -> str:
    return next((p.district_code for p in placed if p), NO_DISTRICT)


def _store(
    work: Work, drawn: list[_Drawn], wanted: AreaImport, known: dict[str, Area], progress: Progress
) -> dict[str, int]:
    rows, ended, unchanged = [], [], 0
    versions = areas.last_versions(work.session)
    for number, one in enumerate(drawn):
        old = known.get(one.area.code)
        if old and old.digest == one.digest:
            unchanged += 1
            continue
        if old:
            ended.append(old.id)
        # One after the last, also of a code that ended and comes back.
        rows.append(_row(one, wanted, versions.get(one.area.code, 0) + 1, work))
        progress("store", number + 1, len(drawn))
    changed = len(ended)
    if wanted.is_replacing:
        ended += _absent([one.area for one in drawn], wanted, known)
    _end(work, ended)
    insert_rows(work.session, insert(Area).values(geom=from_wkb("wkb")), rows)
    if rows or ended:
        place_buildings(work)
    return {
        "new": len(rows) - changed,
        "changed": changed,
        "unchanged": unchanged,
        "ended": len(ended) - changed,
    }


def _row(one: _Drawn, wanted: AreaImport, version: int, work: Work) -> dict[str, object]:
    area = one.area
    return {
        "district_code": area.district_code,
        "level": wanted.level,
        "code": area.code,
        "name": area.name[:200],
        "path": area.path,
        "parent_path": area.parent_path,
        "version": version,
        "valid_from": work.now,
        "valid_to": None,
        "area_m2": one.size_m2,
        "label_lon": one.label.x,
        "label_lat": one.label.y,
        "digest": one.digest,
        "wkb": one.wkb,
    }


def _absent(placed: list[_Placed], wanted: AreaImport, known: dict[str, Area]) -> list[int]:
    codes, parents = {p.code for p in placed}, {p.parent_path for p in placed}
    return [
        area.id
        for area in known.values()
        if area.level == wanted.level and area.parent_path in parents and area.code not in codes
    ]


def _end(work: Work, ids: list[int]) -> None:
    for start in range(0, len(ids), 500):
        ending = update(Area).where(Area.id.in_(ids[start : start + 500])).values(valid_to=work.now)
        work.session.execute(ending.execution_options(synchronize_session=False))
