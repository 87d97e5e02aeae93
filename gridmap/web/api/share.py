"""The route of the shared map: what the leader's map shades, as one file to take along, print and send."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from flask import Response, render_template
from sqlalchemy.orm import Session

from gridmap.db import areas
from gridmap.db.models import CategoryRow
from gridmap.db.satisfaction import DAYS, Rated, by_level
from gridmap.db.state import State
from gridmap.domain.codes import ancestors
from gridmap.domain.hiding import FEWEST
from gridmap.domain.scope import Actor
from gridmap.errors import InvalidInputError, NotFoundError
from gridmap.geo.crs import WGS84
from gridmap.maps.share import IN_TENTHS, TENTHS, GivenClasses, said, shared_map
from gridmap.resources import PACKAGE
from gridmap.texts import catalogue, text
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.issues import as_of, category_ids, filter_of
from gridmap.web.counting import counted
from gridmap.web.language import language
from gridmap.web.params import ShareQuery, parse_bbox, parse_breaks
from gridmap.web.warmth import households_of

_MOST = 20_000
_FILE = {
    200: {
        "description": "A page that loads nothing",
        "content": {"text/html": {"schema": {"type": "string"}}},
    }
}


@api.get("/share", tags=[STATE], responses={**_FILE, **ERRORS})
@needs("read")
def share_map(query: ShareQuery) -> Response:
    """The areas of one's scope shaded by a figure of open matters as they stand now, in one file with its legend.

    Raises NotFoundError `nothing_to_share` where the scope has no such areas, InvalidInputError
    `breaks_invalid` for classes that are none.
    """
    who, now, classes = actor(), as_of(office()), _classes(query)
    homes = _homes(who) if query.measure == "rate" else {}
    with office().database.reading() as session:
        found = counted(session, who.scope, filter_of(session, query, now), now)
        frame = _frame(session, who, query, found, homes)
        outline = None if who.scope.is_everything else _roots(session, who)
        place = "、".join(row.name for row in _named(session, who))
        only = _categories(session, query.category)
    bounds: Any = parse_bbox(query.bbox) or tuple(frame.total_bounds)
    texts = catalogue(language())
    vendor = PACKAGE / "static" / "vendor"
    drawn = shared_map(
        frame, outline, bounds=bounds, texts=texts, vendor=vendor, measure=query.measure, classes=classes
    )
    page = render_template(
        "shared_map.html",
        map=drawn,
        place=place,
        level=query.level,
        at=f"{now.at.astimezone(office().zone):%Y-%m-%d %H:%M}",
        measure=query.measure,
        total=_total(frame, query),
        notes=_notes(frame, query, found),
        filters=[*_filters(query), *only],
    )
    response = Response(page, mimetype="text/html")
    name = f"gridmap-{now.at.astimezone(office().zone):%Y%m%d-%H%M}.html"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _classes(query: ShareQuery) -> GivenClasses | None:
    """The classes that were asked for; None for those that fit."""
    bounds = parse_breaks(query.breaks)
    if bounds is None:
        return None
    uppers = tuple(round(bound * (TENTHS if query.measure in IN_TENTHS else 1)) for bound in bounds)
    steps = tuple(int(step) for step in query.steps or "12345"[: len(uppers)])
    if len(steps) != len(uppers) or any(low >= high for low, high in pairwise((0, *uppers))):
        raise InvalidInputError("breaks_invalid", breaks=query.breaks)
    return GivenClasses(query.method, uppers, steps)


def _figure(query: ShareQuery, classes: Sequence[int]) -> int:
    """What is shaded, of counts by class: late ones are the last of these."""
    return classes[-1] if query.measure == "late" else sum(classes)


def _homes(who: Actor) -> dict[str, int]:
    """Households by path of an area, of every level; whole ones in each cell, as `/households` tells them."""
    found = households_of(office(), who).by_path() if who.may("staff") else {}
    return _summed({path: round(number) for path, number in found.items() if path})


def _summed(by_cell: Mapping[str, int]) -> dict[str, int]:
    below: dict[str, int] = {}
    for path, number in by_cell.items():
        for step in ancestors(path):
            below[step] = below.get(step, 0) + number
    return below


def _rate(count: int, homes: int) -> int | None:
    """Tenths of `count` per 100 households, at least one where there is any; None where nobody lives."""
    return max(int(count > 0), math.floor(count * 100 * TENTHS / homes + 0.5)) if homes else None


def _total(frame: gpd.GeoDataFrame, query: ShareQuery) -> str:
    """How many areas are shaded, and by how many matters; rates have no total."""
    unit = catalogue(language()).get(f"map.unit_{query.level}", "")
    areas_ = {"areas": said(int(frame["open"].count()), "open"), "unit": unit}
    if query.measure in IN_TENTHS:
        return text(language(), "map.areas_alone", **areas_)
    total = said(int(frame["open"].sum()), query.measure)
    return text(language(), "map.areas_and_total", **areas_, total=total)


def _notes(frame: gpd.GeoDataFrame, query: ShareQuery, found: State) -> list[str]:
    """What the colours do not tell: areas without a figure, matters without a cell."""
    unknown = int(frame["open"].isna().sum())
    elsewhere = 0 if query.measure in IN_TENTHS else _figure(query, found.triage)
    notes = ((f"map.unknown_{query.measure}", unknown), ("map.in_no_cell", elsewhere))
    return [text(language(), key, n=said(n, "open")) for key, n in notes if n]


def _frame(
    session: Session, who: Actor, query: ShareQuery, found: State, homes: Mapping[str, int]
) -> gpd.GeoDataFrame:
    level = query.level
    roots: list[str | None] = [None] if who.scope.is_everything else list(who.scope.paths)
    rows = [row for root in roots for row in areas.page(session, level=level, under=root, limit=_MOST)]
    if not rows:
        raise NotFoundError("nothing_to_share", level=level)
    below = _summed({path: _figure(query, classes) for path, classes in found.cells.items()})
    values: list[int | None] = [below.get(row.path, 0) for row in rows]
    if query.measure == "rate":
        values = [_rate(below.get(row.path, 0), homes.get(row.path, 0)) for row in rows]
    if query.measure == "discontent":
        values = _discontent(session, who, level, [row.code for row in rows])
    columns = {
        "code": [row.code for row in rows],
        "name": [row.name for row in rows],
        "level": [row.level for row in rows],
        "open": pd.array(values, dtype="Int64"),
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.from_wkb([row.wkb for row in rows]), crs=WGS84)


def _discontent(session: Session, who: Actor, level: str, codes: Sequence[str]) -> list[int | None]:
    """Tenths of 不满意 per 100 ratings; None where there are too few, or for who may not see staff."""
    since = office().clock() - timedelta(days=DAYS)
    found = by_level(session, who.scope.paths, level, since) if who.may("staff") else {}
    few = Rated(0, 0)
    rated = [found.get(code, few) for code in codes]
    return [_rate(one.discontent, one.rated) if one.rated >= FEWEST else None for one in rated]


def _named(session: Session, who: Actor) -> list[Any]:
    if who.scope.is_everything:
        return areas.page(session, level="district", geometry=False)
    return list(areas.named(session, who.scope.paths).values())


def _roots(session: Session, who: Actor) -> gpd.GeoDataFrame:
    shapes = areas.shapes(session, who.scope.paths)
    return gpd.GeoDataFrame({"part": range(len(shapes))}, geometry=shapes, crs=WGS84)


def _categories(session: Session, wishes: str | None) -> list[str]:
    keys = category_ids(session, wishes) or ()
    rows = session.query(CategoryRow).filter(CategoryRow.id.in_(keys))
    return [row.name_en if language() == "en" and row.name_en else row.name_zh for row in rows]


def _filters(query: ShareQuery) -> list[str]:
    """What is counted, in words, where that is not everything open."""
    said = []
    if query.due == "late":
        said.append(text(language(), "status.overdue"))
    elif query.status and query.status != "open":
        said += [text(language(), f"status.{one}") for one in query.status.split(",") if one != "open"]
    if query.since:
        said.append(text(language(), "share.since", day=f"{query.since.astimezone(office().zone):%Y-%m-%d}"))
    if query.mine:
        said.append(text(language(), "map.mine"))
    return said
