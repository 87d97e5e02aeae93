"""Landmarks out of a file: roads, waters, greens, fields or places, with their rank and name, in WGS84."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import geopandas as gpd

from gridmap.domain.landmarks import MINOR, rank_of
from gridmap.files.places import placeless
from gridmap.files.reading import as_text, column
from gridmap.geo.coverage import WARNING, Finding, repair

_SHAPES = tuple(range(7))
"""GEOS' numbers of points, lines and surfaces, single and multi; a mixed collection is none of them."""


@dataclass(frozen=True)
class LandmarkColumns:
    """Which columns hold what of a landmark; None: the usual names are tried. `lon`/`lat` for tables."""

    rank: str | None = None
    name: str | None = None
    lon: str | None = None
    lat: str | None = None


def landmark_frame(
    source: gpd.GeoDataFrame, kind: str, columns: LandmarkColumns, told: Iterable[Finding] = ()
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """The landmarks of a file already in WGS84: row, code (always ""), kind, rank, name, geometry.

    Points, lines and surfaces are taken. Outlines that cross themselves are mended however much that
    changes (no border hangs on them), a warning each. Rows without a place are warnings that say
    `left_out`, by the rules of `placeless`. A rank of a road that nobody knows is a warning
    (`rank_unknown`, one for each word), and the road a minor one.
    """
    frame = gpd.GeoDataFrame(geometry=source.geometry.to_numpy(), crs=source.crs)
    name = column(source, columns.name, "name", "名称", "路名", needed=False)
    rank = column(source, columns.rank, "rank", "fclass", "highway", "amenity", "等级", "类别", needed=False)
    frame["code"], frame["kind"] = "", kind
    frame["name"] = [as_text(value) for value in source[name]] if name else ""
    words = [as_text(value) for value in source[rank]] if rank else [""] * len(source)
    frame["rank"] = [_rank(kind, word) for word in words]
    frame["row"] = range(len(frame))
    frame, mended = repair(frame)
    findings = [replace(finding, severity=WARNING) for finding in mended]
    findings += _unknown_ranks(kind, words)
    known = {finding.details.get("row") for finding in told if finding.details.get("left_out")}
    faults = placeless(frame, list(range(len(frame))), _SHAPES)
    return frame, findings + [fault for fault in faults if fault.details["row"] not in known]


def _rank(kind: str, word: str) -> str:
    found = rank_of(kind, word)
    return MINOR if found is None or (kind == "road" and not found) else found


def _unknown_ranks(kind: str, words: Iterable[str]) -> Iterator[Finding]:
    for word, number in Counter(word for word in words if rank_of(kind, word) is None).items():
        yield Finding("rank_unknown", WARNING, None, {"value": word[:40], "count": number})
