"""The route of the shared map: what the leader's map shades, as one file to take along, print and send."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import shapely
from flask import Response, render_template
from sqlalchemy.orm import Session

from gridmap.db import areas
from gridmap.db.models import CategoryRow
from gridmap.db.state import State, state_of
from gridmap.domain.codes import ancestors
from gridmap.domain.scope import Actor
from gridmap.errors import NotFoundError
from gridmap.geo.crs import WGS84
from gridmap.maps.share import shared_map
from gridmap.resources import PACKAGE
from gridmap.texts import catalogue, text
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.issues import as_of, category_ids, filter_of
from gridmap.web.language import language
from gridmap.web.params import ShareQuery, parse_bbox

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
    """The areas of one's scope shaded by open matters as they stand now, with legend, moment and scale, in one file.

    Raises NotFoundError `nothing_to_share` where the scope has no such areas.
    """
    who, now = actor(), as_of(office())
    with office().database.reading() as session:
        found = state_of(session, who.scope, filter_of(session, query, now), now)
        frame = _frame(session, who, query.level, found)
        outline = None if who.scope.is_everything else _roots(session, who)
        place = "、".join(row.name for row in _named(session, who))
        only = _categories(session, query.category)
    bounds: Any = parse_bbox(query.bbox) or tuple(frame.total_bounds)
    texts = catalogue(language())
    vendor = PACKAGE / "static" / "vendor"
    drawn = shared_map(frame, outline, bounds=bounds, texts=texts, vendor=vendor)
    page = render_template(
        "shared_map.html",
        map=drawn,
        place=place,
        level=query.level,
        at=f"{now.at.astimezone(office().zone):%Y-%m-%d %H:%M}",
        total=int(frame["open"].sum()),
        filters=[*_filters(query), *only],
    )
    response = Response(page, mimetype="text/html")
    name = f"gridmap-{now.at.astimezone(office().zone):%Y%m%d-%H%M}.html"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _frame(session: Session, who: Actor, level: str, found: State) -> gpd.GeoDataFrame:
    roots: list[str | None] = [None] if who.scope.is_everything else list(who.scope.paths)
    rows = [row for root in roots for row in areas.page(session, level=level, under=root, limit=_MOST)]
    if not rows:
        raise NotFoundError("nothing_to_share", level=level)
    below: dict[str, int] = {}
    for path, classes in found.cells.items():
        for step in ancestors(path):
            below[step] = below.get(step, 0) + sum(classes)
    columns = {
        "code": [row.code for row in rows],
        "name": [row.name for row in rows],
        "level": [row.level for row in rows],
        "open": [below.get(row.path, 0) for row in rows],
    }
    return gpd.GeoDataFrame(columns, geometry=shapely.from_wkb([row.wkb for row in rows]), crs=WGS84)


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
        said += [
            text(language(), f"status.{one}")
            for one in query.status.split(",")
            if one not in ("open", "triage")
        ]
    if query.since:
        said.append(text(language(), "share.since", day=f"{query.since.astimezone(office().zone):%Y-%m-%d}"))
    if query.mine:
        said.append(text(language(), "map.mine"))
    return said
