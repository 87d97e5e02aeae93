"""Matters out of a table: coordinates, categories, times in the zone the operator names, their own ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from gridmap.files.reading import column
from gridmap.files.text_columns import (
    FIRST_YEAR,
    LAST_YEAR,
    Instants,
    Texts,
    has_control,
    instants,
    is_empty,
    longest,
    numbers_of,
    texts_of,
    usual_moments,
)
from gridmap.geo.coverage import ERROR, Finding
from gridmap.geo.crs import WGS84, Floats, to_wgs84_array

LIMITS = {"id": 200, "category": 120, "description": 4000}
"""So many characters are kept of each."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class MatterColumns:
    """Which columns hold what of a matter; None: the usual names are tried."""

    lon: str | None = None
    lat: str | None = None
    category: str | None = None
    created: str | None = None
    closed: str | None = None
    id: str | None = None
    description: str | None = None
    accuracy: str | None = None


class Matter(NamedTuple):
    """One matter of a file; None where unknown."""

    external_id: str
    lon: float
    lat: float
    accuracy_m: float | None
    description: str
    created_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Matters:
    """The matters of a file, side by side: one entry a row, in arrays.

    `accuracy_m` is NaN and `closed` NaT where unknown; moments are UTC.
    """

    external_id: Texts
    lon: Floats
    lat: Floats
    accuracy_m: Floats
    category: Texts
    description: Texts
    created: Instants
    closed: Instants

    @classmethod
    def of(
        cls,
        external_id: Sequence[str],
        lon: Floats,
        lat: Floats,
        accuracy_m: Sequence[float | None],
        category: Sequence[str],
        description: Sequence[str],
        created_at: Sequence[datetime],
        closed_at: Sequence[datetime | None],
    ) -> Matters:
        """The same out of lists; None where unknown."""
        ids, kinds, words = (pa.array(one, pa.large_string()) for one in (external_id, category, description))
        radii = np.array(accuracy_m, dtype=np.float64)
        return cls(ids, lon, lat, radii, kinds, words, instants(created_at), instants(closed_at))

    def __len__(self) -> int:
        return len(self.external_id)

    def one(self, row: int) -> Matter:
        """The matter of one row."""
        return Matter(
            _said(self.external_id, row),
            float(self.lon[row]),
            float(self.lat[row]),
            None if np.isnan(self.accuracy_m[row]) else float(self.accuracy_m[row]),
            _said(self.description, row),
            self.created[row].item().replace(tzinfo=UTC),
            None if np.isnat(self.closed[row]) else self.closed[row].item().replace(tzinfo=UTC),
        )


def read_matters(
    table: pd.DataFrame, columns: MatterColumns, zone: ZoneInfo, now: datetime
) -> tuple[Matters, list[Finding]]:
    """The matters of a table and every fault of it; times without a zone are in `zone`.

    Faults (`severity` error; nothing is stored then): `coordinates_missing`, `coordinates_invalid`,
    `category_missing`, `time_missing`, `time_invalid`, `closed_before_created`, `id_missing`,
    `id_duplicate`, `accuracy_invalid`, `text_too_long`, `text_unreadable`. A row's record is its id, else its position counted from 0. Raises
    InvalidInputError `column_missing`.
    """
    findings: list[Finding] = []
    ids = _ids(table, columns, findings)
    lon, lat = _coordinates(table, columns, ids, findings)
    categories = texts_of(table[column(table, columns.category, "category", "type", "类别") or ""])
    findings += [
        Finding("category_missing", ERROR, _said(ids, row), {"row": row})
        for row in np.flatnonzero(is_empty(categories)).tolist()
    ]
    reported = column(table, columns.created, "created", "created_at", "上报时间")
    created = _times(table, reported, zone, ids, findings)
    ended = column(table, columns.closed, "closed", "closed_at", "办结时间", needed=False)
    closed = _times(table, ended, zone, ids, findings, needed=False)
    for row in np.flatnonzero(closed < created).tolist():
        findings.append(Finding("closed_before_created", ERROR, _said(ids, row), {"row": row}))
    words = column(table, columns.description, "description", "描述", needed=False)
    descriptions = texts_of(table[words] if words else [""] * len(table))
    for field, texts in (("id", ids), ("category", categories), ("description", descriptions)):
        findings += _text_faults(field, texts, ids)
    created[np.isnat(created)] = instants([now])[0]
    radii = _accuracies(table, columns, ids, findings)
    return Matters(ids, lon, lat, radii, categories, descriptions, created, closed), findings


def spots(matters: Matters, datum: str) -> gpd.GeoDataFrame:
    """The matters as points in WGS84 for looking at: row, code (their id), geometry (None where it is not known)."""
    is_known = (np.abs(matters.lon) <= 180) & (np.abs(matters.lat) <= 90)
    lon, lat = to_wgs84_array(matters.lon, matters.lat, datum)
    points = np.where(is_known, shapely.points(np.where(is_known, lon, 0), np.where(is_known, lat, 0)), None)
    columns = {"row": range(len(matters)), "code": matters.external_id.to_pylist()}
    return gpd.GeoDataFrame(columns, geometry=points, crs=WGS84)


def _said(texts: Texts, row: int) -> str:
    return str(texts[row].as_py())


def _some(texts: Texts, which: NDArray[np.bool_]) -> Iterator[tuple[int, str]]:
    rows = np.flatnonzero(which)
    return zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True)


def _text_faults(field: str, texts: Texts, ids: Texts) -> Iterator[Finding]:
    """Texts longer than what is kept of them, and those with characters that no text has."""
    limit = LIMITS[field]
    if longest(texts) <= limit and not has_control(texts):
        return  # as nearly always: all of them at once
    for row, text in enumerate(texts.to_pylist()):
        if len(text) > limit:
            details = {"row": row, "field": field, "length": len(text), "limit": limit}
            record = row if field == "id" else _said(ids, row)[:200] or row
            yield Finding("text_too_long", ERROR, record, details)
        if _CONTROL.search(text):
            yield Finding("text_unreadable", ERROR, row, {"row": row, "field": field})


def _ids(table: pd.DataFrame, columns: MatterColumns, findings: list[Finding]) -> Texts:
    ids = texts_of(table[column(table, columns.id, "id", "external_id", "编号") or ""])
    if pc.count_distinct(ids).as_py() == len(ids) and not is_empty(ids).any():
        return ids  # as nearly always: all of them at once
    seen: dict[str, int] = {}
    for row, text in enumerate(ids.to_pylist()):
        if not text:
            findings.append(Finding("id_missing", ERROR, row, {"row": row}))
        elif text in seen:
            findings.append(Finding("id_duplicate", ERROR, text, {"rows": [seen[text], row]}))
        seen.setdefault(text, row)
    return ids


def _coordinates(
    table: pd.DataFrame, columns: MatterColumns, ids: Texts, findings: list[Finding]
) -> tuple[Floats, Floats]:
    lon_name = column(table, columns.lon, "lon", "lng", "longitude", "经度") or ""
    lat_name = column(table, columns.lat, "lat", "latitude", "纬度") or ""
    lon, lat = (numbers_of(table[name]) for name in (lon_name, lat_name))
    is_known = np.isfinite(lon) & np.isfinite(lat)
    for row in np.flatnonzero(~is_known):
        details = {"row": int(row), "lon": table[lon_name].iloc[row], "lat": table[lat_name].iloc[row]}
        findings.append(Finding("coordinates_missing", ERROR, _said(ids, int(row)), details))
    for row in np.flatnonzero(is_known & ((np.abs(lon) > 180) | (np.abs(lat) > 90))):
        details = {"row": int(row), "lon": float(lon[row]), "lat": float(lat[row])}
        findings.append(Finding("coordinates_invalid", ERROR, _said(ids, int(row)), details))
    return lon, lat


def _times(
    table: pd.DataFrame,
    name: str | None,
    zone: ZoneInfo,
    ids: Texts,
    findings: list[Finding],
    *,
    needed: bool = True,
) -> Instants:
    if name is None:
        return np.full(len(table), np.datetime64("NaT"), dtype="datetime64[us]")
    texts = texts_of(table[name])
    times = usual_moments(texts, zone)
    asked = np.isnat(times) if needed else np.isnat(times) & ~is_empty(texts)
    for row, text in _some(texts, asked):
        try:
            moment = _moment(text, zone)
            times[row] = instants([moment])[0]
            if moment is None:
                findings.append(Finding("time_missing", ERROR, _said(ids, row), {"row": row, "field": name}))
        except ValueError:
            details = {"row": row, "field": name, "value": text[:40]}
            findings.append(Finding("time_invalid", ERROR, _said(ids, row), details))
    return times


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    """A time as it stands in a file; None for none. Raises ValueError for what is no ISO 8601 date or time.

    A year that nobody can mean (an empty date of some systems is 0001-01-01) is none either.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(text.replace("/", "-"))
    if not FIRST_YEAR <= moment.year < LAST_YEAR:
        raise ValueError(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _accuracies(table: pd.DataFrame, columns: MatterColumns, ids: Texts, findings: list[Finding]) -> Floats:
    values = np.full(len(table), np.nan)
    name = column(table, columns.accuracy, "accuracy_m", needed=False)
    if name is None:
        return values
    texts = texts_of(table[name])
    for row, text in _some(texts, ~is_empty(texts)):
        try:
            value = float(text)
            if not 0 <= value < 1e7:
                raise ValueError(text)
            values[row] = value or np.nan
        except ValueError:
            details = {"row": row, "value": text[:40]}
            findings.append(Finding("accuracy_invalid", ERROR, _said(ids, row), details))
    return values
