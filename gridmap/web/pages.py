"""Pages for people: where they start, and the map of the leaders; the other pages stand beside."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from gridmap.db import accounts, areas, stream
from gridmap.db.issues import Filter
from gridmap.db.models import Meta
from gridmap.domain.codes import last_code
from gridmap.domain.scope import Actor
from gridmap.errors import NotSignedInError
from gridmap.geo import far
from gridmap.geo.locate import BBox
from gridmap.maps.page import leader_map, page_texts
from gridmap.texts import catalogue
from gridmap.web.access import PUBLIC, actor, actor_or_none, needs, office, parts
from gridmap.web.api.issues import as_of
from gridmap.web.api.me import describe_me
from gridmap.web.basemaps import offered
from gridmap.web.counting import counted
from gridmap.web.landing import start_of
from gridmap.web.language import language
from gridmap.web.params import iso
from gridmap.web.security import nonce
from gridmap.web.tiles import far_now

pages = Blueprint("pages", __name__)
_NOWHERE: BBox = (73.0, 18.0, 135.0, 54.0)


def meta(name: str) -> str | None:
    """A fact about this installation; None where it is not stated."""
    with office().database.reading() as db:
        return db.scalar(select(Meta.value).where(Meta.name == name))


def here_now() -> Actor | None:
    """Who is signed in at this browser; None for nobody, or a session that has ended."""
    try:
        return actor_or_none()
    except NotSignedInError:
        return None


@pages.get("/")
@needs(PUBLIC)
def start() -> AnyResponse:
    """To the page one starts at, or first to signing in."""
    who = here_now()
    return redirect(url_for("pages.sign_in_page") if who is None else start_of(who))


@pages.get("/map")
@needs("read")
def map_page() -> AnyResponse:
    """The map of one's own area."""
    who, me = actor(), describe_me()
    with office().database.reading() as db:
        stream_at = stream.latest(db)  # before all that is read: what comes meanwhile is told
        bounds = areas.extent(db, who.scope.paths) or areas.extent(db, [""]) or _NOWHERE
        stand = counted(db, who.scope, Filter(), as_of(office()))
        has_many = areas.has_more_cells(db, who.scope.paths, far.FEW_CELLS)
        units = accounts.units(db) if who.may("act") else []
    texts = catalogue(language())
    drawn = leader_map(map(sum, stand.cells.values()), bounds=bounds, texts=texts, nonce=nonce())
    data = {
        "me": me,
        "texts": page_texts(texts),
        "endpoints": {"api": "/api/v1", "stream": "/api/v1/stream"},
        "stream_at": stream_at,
        "bounds": bounds,
        "roots": None if who.scope.is_everything else [last_code(path) for path in who.scope.paths],
        "far": far_now(),
        "has_many": has_many,
        "timezone": parts().settings.timezone,
        "now": iso(office().clock()),
        "units": units,
        "bases": offered(),
        "door": parts().settings.door == "on",
    }
    title = me["posts"][0]["role_name"] if me["posts"] else None  # type: ignore[index]
    user = {"name": me["name"], "kind": me["kind"], "title": title}
    return make_response(render_template("map.html", map=drawn, page_data=data, user=user))
