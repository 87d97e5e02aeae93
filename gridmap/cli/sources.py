"""Files as the operator names them: read with every answer given, so that all open questions come at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import geopandas as gpd

from gridmap.cli.desk import Desk
from gridmap.db import areas
from gridmap.errors import FileUnreadableError
from gridmap.files import landmarks, matters, places, reading
from gridmap.files.doubts import doubts_about_matters
from gridmap.files.questions import places_of
from gridmap.files.zips import ARCHIVES
from gridmap.geo.coverage import Finding
from gridmap.geo.evidence import datum_assumed, far_from_stored
from gridmap.geo.locate import BBox


class Features(NamedTuple):
    """A file's features in WGS84, and what reading them found."""

    source: reading.Source
    frame: gpd.GeoDataFrame
    findings: list[Finding]


def read_shapes(desk: Desk, file: Path, options: dict[str, Any]) -> Features:
    """The shapes in a file of any format."""
    reference = places.Reference(options["crs"], options["datum"])

    def near() -> BBox | None:
        with desk.office.database.reading() as session:
            return areas.extent(session, [""])

    source = reading.read_features(
        file,
        layer=options["layer"],
        encoding=options["encoding"],
        reference=reference,
        near=near,
        codes=(options.get("code"), options.get("parent")),
    )
    frame = places.in_wgs84(source.frame, reference, source.name, near)
    far = far_from_stored(places_of(frame), near())
    return Features(source, frame, [*source.findings, *([far] if far else [])])


def read_shapes_or_points(
    desk: Desk,
    file: Path,
    columns: places.BuildingColumns | landmarks.LandmarkColumns,
    options: dict[str, Any],
) -> Features:
    """The shapes in a file; where it is a table without shapes, the points of its coordinate columns."""
    if file.suffix.lower() not in (*reading.TABLES, *ARCHIVES):
        return read_shapes(desk, file, options)
    try:
        return read_shapes(desk, file, options)
    except FileUnreadableError as error:
        if error.code != "file_without_features":
            raise
    source = reading.read_table(
        file, encoding=options["encoding"], sheet=options["layer"], codes=(options.get("code"),)
    )
    lon = reading.column(source.frame, columns.lon, "lon", "lng", "longitude", "经度") or ""
    lat = reading.column(source.frame, columns.lat, "lat", "latitude", "纬度") or ""
    frame, findings = places.point_frame(source.frame, lon, lat)
    reference = places.Reference(options["crs"], options["datum"])
    if reference.epsg is None and reference.datum is None:
        reference = places.Reference(None, "wgs84")
        assumed = datum_assumed(places_of(frame))
        findings += [assumed] if assumed else []
    found = places.in_wgs84(frame, reference, source.name)
    return Features(source, found, [*source.findings, *findings])


def read_listed(file: Path, options: dict[str, Any]) -> reading.Source:
    """The rows of a table."""
    return reading.read_table(file, encoding=options["encoding"], sheet=options["layer"])


def doubts(
    source: reading.Source, columns: matters.MatterColumns, zone: ZoneInfo, options: dict[str, Any]
) -> list[Finding]:
    """What reading found in a table of matters, and what the operator left to be assumed."""
    given = {"zone_given": bool(options["tz"]), "datum_given": options["datum"] is not None}
    return [*source.findings, *doubts_about_matters(source, columns, zone, **given)]
