"""The page in the field: what it is given once, and the worker that lets it open without a network."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, send_from_directory
from flask_wtf.csrf import generate_csrf

from gridmap import __version__
from gridmap.actions.reporting import WORDS_LIMIT
from gridmap.db import areas
from gridmap.files.photos import MAX_BYTES
from gridmap.geo.locate import BBox
from gridmap.maps.assets import IDB, LEAFLET
from gridmap.resources import PACKAGE
from gridmap.texts import catalogue
from gridmap.web.access import PUBLIC, actor, needs, office, parts
from gridmap.web.api.me import describe_me
from gridmap.web.basemaps import offered
from gridmap.web.language import language
from gridmap.web.params import iso

field = Blueprint("field", __name__)

PHOTOS_OF_A_REPORT = 9
_SECTIONS = ("field", "page", "status", "time", "rule")
_SHARED = (
    *("panel.how_", "panel.for_person", "panel.taken_from", "panel.load", "panel.duty_", "panel.handed_"),
    *("panel.event_", "panel.to_", "panel.tier_", "panel.photo_", "panel.into_", "panel.from_", "whistle."),
    *(
        "panel.extended",
        "panel.now_due",
        "panel.returned_by",
        "panel.quote",
        "panel.erased",
        "panel.somebody",
        "panel.name_post",
    ),
    *("act.solved", "act.satisfaction", "act.find_one"),
)
"""How texts of the map's panel begin that a matter's history is told with here too."""
_NOWHERE: BBox = (73.0, 18.0, 135.0, 54.0)


@field.get("/field")
@needs("report", "act")
def field_page() -> Response:
    """Report, tasks, whistles, map and what one sent, for a phone; everything else it asks of the API.

    A department reports nothing, but is called.
    """
    me = describe_me()
    user = {"name": me["name"], "kind": me["kind"]}
    page = render_template("field.html", page_data=_page_data(me), user=user, leaflet=LEAFLET)
    return make_response(page)


def _page_data(me: dict[str, object]) -> dict[str, object]:
    who, here = actor(), office()
    with here.database.reading() as db:
        bounds = areas.extent(db, who.scope.paths) or areas.extent(db, [""]) or _NOWHERE
    return {
        "me": me,
        "may": {name: who.may(name) for name in ("report", "act", "read")},
        "texts": field_texts(),
        "endpoints": {"api": "/api/v1", "stream": "/api/v1/stream", "worker": "/field-worker.js"},
        "idb": f"/static/vendor/{IDB}/index.js",
        "bounds": bounds,
        "bases": offered(),
        "timezone": parts().settings.timezone,
        "now": iso(here.clock()),
        "version": __version__,
        "csrf": generate_csrf(),
        "limits": {"words": WORDS_LIMIT, "photos": PHOTOS_OF_A_REPORT, "photo_bytes": MAX_BYTES},
    }


def field_texts() -> dict[str, str]:
    """Of the reader's catalogue, the texts this page's scripts say."""
    texts = catalogue(language())
    return {
        key: said
        for key, said in texts.items()
        if key.split(".", 1)[0] in _SECTIONS or key.startswith(_SHARED)
    }


@field.get("/field-worker.js")
@needs(PUBLIC)
def field_worker() -> Response:
    """The service worker, from the root so that it may look after /field; never kept itself."""
    answer = send_from_directory(PACKAGE / "static" / "js" / "field", "worker.js", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer
