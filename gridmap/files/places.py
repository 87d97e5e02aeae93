"""Areas and buildings out of a file: their columns, their coordinate system, their geometry in WGS84."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.errors import FileUnreadableError, InvalidInputError
from gridmap.files.questions import Near, Reference, ask, bounds_of, crs_question, places_of
from gridmap.files.reading import as_text, column
from gridmap.geo.coverage import ERROR, WARNING, Finding, repair
from gridmap.geo.crs import WEB_MERCATOR, WGS84, known_crs, to_wgs84_geometries
from gridmap.geo.evidence import misfit


@dataclass(frozen=True)
class Columns:
    """Which columns hold what; None: the usual names are tried."""

    code: str | None = None
    name: str | None = None
    parent: str | None = None


def in_wgs84(
    frame: gpd.GeoDataFrame, reference: Reference, file: str, near: Near | None = None
) -> gpd.GeoDataFrame:
    """The features in WGS84 lon/lat, in two dimensions; a datum alone says that the numbers are lon/lat.

    Raises FileUnreadableError `file_leaves_open` where neither the file nor the operator says what the
    coordinates are (`near` is then asked for the box of what is stored), and where the numbers contradict
    it: `degrees_as_metres`, `metres_as_degrees`, `axes_swapped`, `outside_area_of_use`, each with the
    question that stays open; InvalidInputError `datum_contradicts_crs` for a shifted datum on top of a
    projected system (Web Mercator of GCJ-02 exists, so that pair is taken), and as `known_crs`.
    """
    if frame.crs is None and reference.epsg is None and reference.datum is None:
        ask(file, [crs_question(frame, near)])
    lon_lat = WGS84 if reference.datum else None
    crs = known_crs(reference.epsg or (lon_lat if frame.crs is None else frame.crs))
    is_shifted = reference.datum in ("gcj02", "bd09")
    if is_shifted and crs.is_projected and (reference.datum, crs.to_epsg()) != ("gcj02", WEB_MERCATOR):
        raise InvalidInputError("datum_contradicts_crs", datum=reference.datum, crs=crs.name)
    fault = misfit(places_of(frame), crs)
    if fault:
        question = crs_question(frame, near).to_dict()
        details = {"file": file, "crs": crs.name, "bounds": bounds_of(frame), "questions": [question]}
        raise FileUnreadableError(fault, **details)
    return to_wgs84_geometries(
        frame, reference.epsg or (None if frame.crs else WGS84), reference.datum or "wgs84"
    )


def area_frame(
    source: gpd.GeoDataFrame, columns: Columns, *, numbered: bool
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The areas of a file already in WGS84: columns row, code, name, parent (None where the file has none), geometry.

    With `numbered` codes are not read: they come from `--number`. Geometry that crosses itself is
    mended or refused by the rule of `coverage.repair`.
    """
    frame = gpd.GeoDataFrame(geometry=source.geometry.to_numpy(), crs=source.crs)
    code = None if numbered else column(source, columns.code, "code", "id", "编码", "网格编码")
    name = column(source, columns.name, "name", "名称", "网格名称", needed=False)
    parent = column(source, columns.parent, "parent", "parent_code", "上级编码", needed=False)
    count = len(source)
    frame["code"] = _texts(source, code) if code else [None] * count
    frame["name"] = _texts(source, name) if name else frame["code"]
    frame["parent"] = [text or None for text in _texts(source, parent)] if parent else [None] * count
    frame["row"] = range(count)
    return repair(frame)


def _texts(frame: pd.DataFrame, name: str) -> list[str]:
    return [as_text(value) for value in frame[name]]


@dataclass(frozen=True)
class BuildingColumns:
    """Which columns hold what of a building; None: the usual names are tried. `lon`/`lat` for tables."""

    code: str | None = None
    name: str | None = None
    address: str | None = None
    floors: str | None = None
    households: str | None = None
    chief: str | None = None
    lon: str | None = None
    lat: str | None = None


# A tenth of a metre around 0, 0: what stands there is no place but a missing one.
_NULL_DEGREES = 1e-6

_USUAL = {
    "code": ("code", "id", "编码", "楼栋编码"),
    "name": ("name", "名称", "楼栋名称"),
    "address": ("address", "street", "地址"),
    "floors": ("floors", "levels", "层数"),
    "households": ("households", "units", "户数"),
    "chief": ("chief", "楼栋长"),
}


def building_frame(
    source: gpd.GeoDataFrame, columns: BuildingColumns, told: Iterable[Finding] = ()
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The buildings of a file already in WGS84: row, code, name, address, floors, households, chief, geometry.

    Numbers that are none are errors (`number_invalid`). A row whose place cannot be known is a warning
    that says `left_out`, and keeps its row here: `geometry_missing`, `geometry_kind` (a line),
    `geometry_invalid` (an outline without a surface), `coordinates_out_of_range`, `null_island` (0, 0,
    where no building stands); not again where `told` has it. An outline that crosses itself is mended
    however much that changes: on a building hangs no border, only its drawing and a point inside.
    """
    frame = gpd.GeoDataFrame(geometry=source.geometry.to_numpy(), crs=source.crs)
    for field, usual in _USUAL.items():
        found = column(source, getattr(columns, field), *usual, needed=field == "code")
        frame[field] = _texts(source, found) if found else [""] * len(source)
    frame["row"] = range(len(frame))
    frame, mended = repair(frame)
    findings = [replace(finding, severity=WARNING) for finding in mended]
    for field in ("floors", "households"):
        frame[field], faults = _counts(frame, field)
        findings += faults
    known = {finding.details.get("row") for finding in told if finding.details.get("left_out")}
    records = [code or row for row, code in enumerate(frame["code"])]
    faults = placeless(frame, records, (0, 3, 6))
    findings += [fault for fault in faults if fault.details["row"] not in known]
    return frame, findings


def placeless(
    frame: gpd.GeoDataFrame, records: Sequence[str | int], kinds_taken: Collection[int]
) -> Iterator[Finding]:
    """The rows that do not say where they are, by the first rule that fits.

    `records`: what each row is called in its finding; `kinds_taken`: GEOS' numbers of the geometries wanted.
    """
    shapes = frame.geometry.to_numpy()
    kinds, bounds = shapely.get_type_id(shapes), shapely.bounds(shapes)
    is_broken = np.isin(kinds, (3, 6)) & ~shapely.is_valid(shapes)
    for row, record in enumerate(records):
        details, shape = {"row": row, "left_out": True}, shapes[row]
        if shape is None or shape.is_empty:
            yield Finding("geometry_missing", WARNING, record, details)
        elif kinds[row] not in kinds_taken:
            yield Finding("geometry_kind", WARNING, record, {**details, "kind": shape.geom_type})
        elif not (np.abs(bounds[row]) <= (180, 90, 180, 90)).all():
            edges = [float(edge) if np.isfinite(edge) else None for edge in bounds[row]]
            yield Finding("coordinates_out_of_range", WARNING, record, {**details, "bounds": edges})
        elif (np.abs(bounds[row]) < _NULL_DEGREES).all():
            yield Finding("null_island", WARNING, record, details, shape)
        elif is_broken[row]:
            reason = shapely.is_valid_reason(shape)
            broken = {**details, "kind": "broken", "reason": reason, "repaired": False}
            yield Finding("geometry_invalid", WARNING, record, broken, shape)


def _counts(frame: gpd.GeoDataFrame, field: str) -> tuple[list[int | None], list[Finding]]:
    values: list[int | None] = []
    findings = []
    for row, text in enumerate(frame[field]):
        is_number = text.isascii() and text.isdigit() and len(text) <= 6
        values.append(int(text) if is_number else None)
        if text and not is_number:
            details = {"row": row, "field": field, "value": text[:40]}
            findings.append(Finding("number_invalid", ERROR, frame["code"].iloc[row] or row, details))
    return values, findings


def point_frame(table: pd.DataFrame, lon: str, lat: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """A table with two coordinate columns as features (no coordinate system yet), rows that have none as findings."""
    x, y = (pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float) for name in (lon, lat))
    is_known = np.isfinite(x) & np.isfinite(y)
    points = np.where(is_known, shapely.points(np.where(is_known, x, 0), np.where(is_known, y, 0)), None)
    findings = []
    for row in map(int, np.flatnonzero(~is_known)):
        details = {"row": row, "left_out": True, "lon": table[lon].iloc[row], "lat": table[lat].iloc[row]}
        findings.append(Finding("coordinates_missing", WARNING, row, details))
    return gpd.GeoDataFrame(table, geometry=points), findings
