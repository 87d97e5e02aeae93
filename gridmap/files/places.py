"""Areas and buildings out of a file: their columns, their coordinate system, their geometry in WGS84."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.errors import FileUnreadableError
from gridmap.files.reading import as_text, column
from gridmap.geo.coverage import ERROR, Finding, repair
from gridmap.geo.crs import WGS84, to_wgs84_geometries


@dataclass(frozen=True)
class Columns:
    """Which columns hold what; None: the usual names are tried."""

    code: str | None = None
    name: str | None = None
    parent: str | None = None


@dataclass(frozen=True)
class Reference:
    """What the file's coordinates are: an EPSG number (None: as the file declares) and a datum."""

    epsg: int | None = None
    datum: str | None = None


def in_wgs84(frame: gpd.GeoDataFrame, reference: Reference, file: str) -> gpd.GeoDataFrame:
    """The features in WGS84 lon/lat, in two dimensions; a datum alone says that the numbers are lon/lat.

    Raises FileUnreadableError `crs_needed` where neither the file nor the operator says what the
    coordinates are; the numbers' range stands among the details as evidence.
    """
    epsg = reference.epsg
    if frame.crs is None and epsg is None:
        if reference.datum is None:
            bounds = [round(float(b), 3) for b in frame.total_bounds]
            raise FileUnreadableError("crs_needed", file=file, bounds=bounds)
        epsg = WGS84
    return to_wgs84_geometries(frame, epsg, reference.datum or "wgs84")


def area_frame(
    source: gpd.GeoDataFrame, columns: Columns, *, numbered: bool
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The areas of a file already in WGS84: columns code, name, parent (None where the file has none), geometry.

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


_USUAL = {
    "code": ("code", "id", "编码", "楼栋编码"),
    "name": ("name", "名称", "楼栋名称"),
    "address": ("address", "street", "地址"),
    "floors": ("floors", "levels", "层数"),
    "households": ("households", "units", "户数"),
    "chief": ("chief", "楼栋长"),
}


def building_frame(
    source: gpd.GeoDataFrame, columns: BuildingColumns
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The buildings of a file already in WGS84: code, name, address, floors, households, chief, geometry.

    Numbers that are none are findings (`number_invalid`), and so is a place at 0, 0
    (`null_island`), where no building stands.
    """
    frame = gpd.GeoDataFrame(geometry=source.geometry.to_numpy(), crs=source.crs)
    for field, usual in _USUAL.items():
        found = column(source, getattr(columns, field), *usual, needed=field == "code")
        frame[field] = _texts(source, found) if found else [""] * len(source)
    frame, findings = repair(frame)
    for field in ("floors", "households"):
        frame[field], faults = _counts(frame, field)
        findings += faults
    for row in np.flatnonzero(_at_null_island(frame.geometry.to_numpy())):
        findings.append(Finding("null_island", ERROR, frame["code"].iloc[row] or int(row), {"row": int(row)}))
    return frame, findings


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


def _at_null_island(shapes: Any) -> Any:
    bounds = shapely.bounds(shapes)
    return (np.abs(bounds) < 1e-6).all(axis=1)


def point_frame(table: pd.DataFrame, lon: str, lat: str) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """A table with two coordinate columns as features (no coordinate system yet), rows that have none as findings."""
    x, y = (pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float) for name in (lon, lat))
    is_known = np.isfinite(x) & np.isfinite(y)
    points = np.where(is_known, shapely.points(np.where(is_known, x, 0), np.where(is_known, y, 0)), None)
    findings = [
        Finding("coordinates_missing", ERROR, int(row), {"row": int(row)})
        for row in np.flatnonzero(~is_known)
    ]
    return gpd.GeoDataFrame(table, geometry=points), findings
