"""Matters out of a table: coordinates, categories, times in the zone the operator names, their own ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridmap.files.reading import column
from gridmap.geo.coverage import ERROR, Finding
from gridmap.geo.crs import WGS84, to_wgs84_array

LIMITS = {"id": 200, "category": 120, "description": 4000}
"""So many characters are kept of each."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
_USUAL = re.compile(r"(?:[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\n|$))+")
"""Local times to the second, one a line."""
_TO_THE_LAST_SECOND = timedelta(minutes=59, seconds=59)
_AT_ONCE = 50_000
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


@dataclass(frozen=True)
class Matters:
    """The matters of a file, side by side: one entry a row. `accuracy_m` and `closed_at` None where unknown."""

    external_id: list[str]
    lon: np.ndarray
    lat: np.ndarray
    accuracy_m: list[float | None]
    category: list[str]
    description: list[str]
    created_at: list[datetime]
    closed_at: list[datetime | None]

    def __len__(self) -> int:
        return len(self.external_id)


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
    category_column = column(table, columns.category, "category", "type", "类别") or ""
    categories = _texts(table, category_column)
    findings += [
        Finding("category_missing", ERROR, ids[row], {"row": row})
        for row, text in enumerate(categories)
        if not text
    ]
    reported = column(table, columns.created, "created", "created_at", "上报时间")
    created = _times(table, reported, zone, ids, findings)
    ended = column(table, columns.closed, "closed", "closed_at", "办结时间", needed=False)
    closed = _times(table, ended, zone, ids, findings, needed=False)
    for row, (start, end) in enumerate(zip(created, closed, strict=True)):
        if start and end and end < start:
            findings.append(Finding("closed_before_created", ERROR, ids[row], {"row": row}))
    words = column(table, columns.description, "description", "描述", needed=False)
    descriptions = _texts(table, words) if words else [""] * len(table)
    for field, texts in (("id", ids), ("category", categories), ("description", descriptions)):
        findings += _text_faults(field, texts, ids)
    matters = Matters(
        external_id=ids,
        lon=lon,
        lat=lat,
        accuracy_m=_accuracies(table, columns, ids, findings),
        category=categories,
        description=descriptions,
        created_at=[time or now for time in created],
        closed_at=closed,
    )
    return matters, findings


def spots(matters: Matters, datum: str) -> gpd.GeoDataFrame:
    """The matters as points in WGS84 for looking at: row, code (their id), geometry (None where it is not known)."""
    is_known = (np.abs(matters.lon) <= 180) & (np.abs(matters.lat) <= 90)
    lon, lat = to_wgs84_array(matters.lon, matters.lat, datum)
    points = np.where(is_known, shapely.points(np.where(is_known, lon, 0), np.where(is_known, lat, 0)), None)
    columns = {"row": range(len(matters)), "code": matters.external_id}
    return gpd.GeoDataFrame(columns, geometry=points, crs=WGS84)


def _texts(table: pd.DataFrame, name: str) -> list[str]:
    return [text.strip() for text in table[name].tolist()]


def _text_faults(field: str, texts: Sequence[str], ids: Sequence[str]) -> Iterator[Finding]:
    """Texts longer than what is kept of them, and those with characters that no text has."""
    limit = LIMITS[field]
    if max(map(len, texts), default=0) <= limit and not _CONTROL.search("\n".join(texts)):
        return  # as nearly always: all of them at once
    for row, text in enumerate(texts):
        if len(text) > limit:
            details = {"row": row, "field": field, "length": len(text), "limit": limit}
            yield Finding("text_too_long", ERROR, row if field == "id" else ids[row][:200] or row, details)
        if _CONTROL.search(text):
            yield Finding("text_unreadable", ERROR, row, {"row": row, "field": field})


def _ids(table: pd.DataFrame, columns: MatterColumns, findings: list[Finding]) -> list[str]:
    name = column(table, columns.id, "id", "external_id", "编号") or ""
    ids = _texts(table, name)
    seen: dict[str, int] = {}
    for row, text in enumerate(ids):
        if not text:
            findings.append(Finding("id_missing", ERROR, row, {"row": row}))
        elif text in seen:
            findings.append(Finding("id_duplicate", ERROR, text, {"rows": [seen[text], row]}))
        seen.setdefault(text, row)
    return ids


def _coordinates(
    table: pd.DataFrame, columns: MatterColumns, ids: Sequence[str], findings: list[Finding]
) -> tuple[np.ndarray, np.ndarray]:
    lon_name = column(table, columns.lon, "lon", "lng", "longitude", "经度") or ""
    lat_name = column(table, columns.lat, "lat", "latitude", "纬度") or ""
    lon, lat = (
        pd.to_numeric(table[name], errors="coerce").to_numpy(dtype=float) for name in (lon_name, lat_name)
    )
    is_known = np.isfinite(lon) & np.isfinite(lat)
    for row in np.flatnonzero(~is_known):
        details = {"row": int(row), "lon": table[lon_name].iloc[row], "lat": table[lat_name].iloc[row]}
        findings.append(Finding("coordinates_missing", ERROR, ids[row], details))
    for row in np.flatnonzero(is_known & ((np.abs(lon) > 180) | (np.abs(lat) > 90))):
        details = {"row": int(row), "lon": float(lon[row]), "lat": float(lat[row])}
        findings.append(Finding("coordinates_invalid", ERROR, ids[row], details))
    return lon, lat


def _times(
    table: pd.DataFrame,
    name: str | None,
    zone: ZoneInfo,
    ids: Sequence[str],
    findings: list[Finding],
    *,
    needed: bool = True,
) -> list[datetime | None]:
    if name is None:
        return [None] * len(table)
    texts = _texts(table, name)
    times = _plain_moments(texts, zone)
    for row, text in enumerate(texts):
        if times[row] is not None:
            continue
        try:
            times[row] = _moment(text, zone)
            if needed and times[row] is None:
                findings.append(Finding("time_missing", ERROR, ids[row], {"row": row, "field": name}))
        except ValueError:
            details = {"row": row, "field": name, "value": text[:40]}
            findings.append(Finding("time_invalid", ERROR, ids[row], details))
    return times


def _plain_moments(texts: Sequence[str], zone: ZoneInfo) -> list[datetime | None]:
    """What `_moment` says of texts of the usual form, many at a time; None for those it has to be asked about."""
    moments: list[datetime | None] = [None] * len(texts)
    spoken = [row for row, text in enumerate(texts) if text]
    for start in range(0, len(spoken), _AT_ONCE):
        rows = spoken[start : start + _AT_ONCE]
        joined = "\n".join([texts[row] for row in rows])
        if not _USUAL.fullmatch(joined) or joined.count("\n") >= len(rows):
            continue
        with suppress(ValueError):  # the 30th of February: found row by row
            for row, moment in zip(rows, _in_utc(joined.replace("/", "-").split("\n"), zone), strict=True):
                moments[row] = moment
    return moments


def _in_utc(texts: list[str], zone: ZoneInfo) -> Iterator[datetime]:
    """Local times to the second, in UTC. Raises ValueError for what is no time, or an hour in which clocks change."""
    local = np.array(texts, dtype="datetime64[s]")
    hours, which = np.unique(local.astype("datetime64[h]"), return_inverse=True)
    offsets = np.array([_offset(hour, zone) for hour in hours.tolist()], dtype="timedelta64[s]")
    return (moment.replace(tzinfo=UTC) for moment in (local - offsets[which]).tolist())


def _offset(hour: datetime, zone: ZoneInfo) -> timedelta:
    """What a local hour is ahead of UTC. Raises ValueError where it is not the same from its first second to its last."""
    begin, end = (moment.replace(tzinfo=zone).utcoffset() for moment in (hour, hour + _TO_THE_LAST_SECOND))
    if begin is None or begin != end or not FIRST_YEAR <= hour.year < LAST_YEAR:
        raise ValueError(hour)
    return begin


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


def _accuracies(
    table: pd.DataFrame, columns: MatterColumns, ids: Sequence[str], findings: list[Finding]
) -> list[float | None]:
    name = column(table, columns.accuracy, "accuracy_m", needed=False)
    if name is None:
        return [None] * len(table)
    values: list[float | None] = []
    for row, text in enumerate(_texts(table, name)):
        try:
            value = float(text) if text else None
            if value is not None and not 0 <= value < 1e7:
                raise ValueError(text)
            values.append(value or None)
        except ValueError:
            values.append(None)
            findings.append(Finding("accuracy_invalid", ERROR, ids[row], {"row": row, "value": text[:40]}))
    return values
