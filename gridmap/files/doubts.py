"""What a table of coordinates and times does not say: doubts that the numbers themselves raise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from gridmap.errors import FileUnreadableError
from gridmap.files.matters import MatterColumns
from gridmap.files.questions import Question, ask
from gridmap.files.reading import Source, column
from gridmap.files.text_columns import numbers_of
from gridmap.geo.coverage import Finding
from gridmap.geo.crs import WGS84, Floats, known_crs
from gridmap.geo.evidence import datum_assumed, is_swapped, middle_of, misfit, zone_doubt

_LOOKED_AT = 500


def doubts_about_matters(
    source: Source, columns: MatterColumns, zone: ZoneInfo, *, zone_given: bool, datum_given: bool
) -> list[Finding]:
    """What was taken for granted of a table of matters, as findings (`datum_assumed`).

    `zone` is what times without a zone would be in. Raises FileUnreadableError `file_leaves_open` where the
    places' longitude makes that zone doubtful and nobody gave it, `axes_swapped` or `metres_as_degrees`
    where the columns cannot be longitude and latitude; InvalidInputError `column_missing`.
    """
    table = source.frame
    lon = column(table, columns.lon, "lon", "lng", "longitude", "经度") or ""
    lat = column(table, columns.lat, "lat", "latitude", "纬度") or ""
    xy = np.column_stack([numbers_of(table[name]) for name in (lon, lat)])
    refuse_misfit(xy, source.name)
    if not zone_given:
        created = column(table, columns.created, "created", "created_at", "上报时间", needed=False)
        ask(source.name, list(_zone_question(xy[:, 0], zone, _moments(table[created]) if created else [])))
    assumed = None if datum_given else datum_assumed(xy)
    return [assumed] if assumed else []


def refuse_misfit(xy: Floats, file: str) -> None:
    """Raises FileUnreadableError `axes_swapped` or `metres_as_degrees` where columns are no longitude and latitude."""
    fault = misfit(xy, known_crs(WGS84))
    middle = middle_of(xy)
    if fault and middle:
        facts = [{"says": "looks_swapped", "x": middle[0], "y": middle[1]}] if is_swapped(*middle) else []
        question = Question("columns", "--lon COLUMN --lat COLUMN", tuple(facts)).to_dict()
        details = {"file": file, "crs": "WGS 84", "bounds": [*xy.min(axis=0), *xy.max(axis=0)]}
        raise FileUnreadableError(fault, **details, questions=[question])


def _zone_question(lons: Floats, zone: ZoneInfo, moments: list[datetime]) -> Iterator[Question]:
    doubt = zone_doubt(lons, zone, moments)
    if doubt:
        facts = {
            "zone": zone.key,
            "lon": doubt.lon,
            "sun_h": f"{doubt.sun_h:+g}",
            "zone_h": f"{doubt.zone_h:+g}",
        }
        yield Question("time_zone", "--tz ZONE", ({"says": "sun_and_zone", **facts},))


def _moments(texts: pd.Series) -> list[datetime]:
    """The first times that can be read and name no zone."""
    found = []
    for text in texts.iloc[:_LOOKED_AT]:
        try:
            moment = datetime.fromisoformat(str(text).strip().replace("/", "-"))
        except ValueError:
            continue
        if moment.tzinfo is None:
            found.append(moment)
    return found
