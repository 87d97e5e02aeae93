"""The page of a command-centre seat: what it is given once; queues and matters it asks of the API."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from gridmap.db import accounts, areas, stream
from gridmap.db.queues import QUEUES
from gridmap.domain.codes import last_code
from gridmap.domain.scope import Scope
from gridmap.geo.locate import BBox
from gridmap.maps.page import leader_map, page_texts
from gridmap.texts import catalogue
from gridmap.web.access import actor, needs, office, parts
from gridmap.web.api.me import describe_me
from gridmap.web.basemaps import offered
from gridmap.web.language import language
from gridmap.web.moments import years_without_calendar
from gridmap.web.params import iso
from gridmap.web.security import nonce

desk = Blueprint("desk", __name__)

_NOWHERE: BBox = (73.0, 18.0, 135.0, 54.0)
_MOST_AREAS = 200


@desk.get("/desk")
@needs("dispatch")
def desk_page() -> Response:
    """The queues of one's areas, the matter in hand, and the map around it."""
    who, me = actor(), describe_me()
    with office().database.reading() as db:
        stream_at = stream.latest(db)  # before all that is read: what comes meanwhile is told
        bounds = areas.extent(db, who.scope.paths) or areas.extent(db, [""]) or _NOWHERE
        units, parts_of = accounts.units(db), _areas(db, who.scope)
    texts = catalogue(language())
    drawn = leader_map([], bounds=bounds, texts=texts, nonce=nonce())
    data = {
        "me": me,
        "texts": desk_texts(texts),
        "endpoints": {"api": "/api/v1", "stream": "/api/v1/stream"},
        "stream_at": stream_at,
        "bounds": bounds,
        "roots": None if who.scope.is_everything else [last_code(path) for path in who.scope.paths],
        "timezone": parts().settings.timezone,
        "now": iso(office().clock()),
        "units": units,
        "bases": offered(),
        "queues": list(QUEUES),
        "areas": parts_of,
    }
    user = {"name": me["name"], "kind": me["kind"]}
    missing = years_without_calendar()
    page = render_template("desk.html", map=drawn, page_data=data, user=user, calendar_missing=missing)
    return make_response(page)


def _areas(db: Session, scope: Scope) -> list[dict[str, str]]:
    """What a queue can be narrowed to: the streets in one's areas, or where there is but one its communities."""
    for level in ("street", "community"):
        rows = [
            row
            for root in scope.paths
            for row in areas.page(db, level=level, under=root or None, limit=_MOST_AREAS, geometry=False)
        ]
        if len(rows) > 1:
            return [{"code": row.code, "name": row.name} for row in rows]
    return []


def desk_texts(texts: dict[str, str]) -> dict[str, str]:
    """Of the reader's catalogue, the texts this page's scripts say: those of the map's panel, and its own."""
    return page_texts(texts) | {key: said for key, said in texts.items() if key.startswith("desk.")}
