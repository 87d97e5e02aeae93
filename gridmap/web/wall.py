"""The page of the wall: what it is given once; everything else it asks of the API, and goes on asking."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, make_response, render_template, request

from gridmap import __version__
from gridmap.db import areas, figures, stream
from gridmap.domain.scenes import read_round
from gridmap.geo import far
from gridmap.geo.locate import BBox
from gridmap.maps.assets import WALL_CSS
from gridmap.texts import catalogue, text
from gridmap.web.access import actor, needs, office, parts
from gridmap.web.basemaps import on_walls
from gridmap.web.language import language
from gridmap.web.params import iso

wall = Blueprint("wall", __name__)

_VENDOR = "/static/vendor/"
_SECTIONS = ("wall", "page", "status", "time", "heat")
_NOWHERE: BBox = (73.0, 18.0, 135.0, 54.0)


@wall.get("/wall")
@needs("projection", "staff")
def wall_page() -> Response:
    """A screen nobody touches, for the whole of what one may see."""
    page = render_template(
        "wall.html",
        title=_title(),
        page_data=_page_data(),
        map_css=_VENDOR + WALL_CSS,
    )
    return make_response(page)


def _title() -> str:
    with office().database.reading() as db:
        roots = figures.roots_of(db, actor().scope)
    return text(
        language(),
        "wall.title_of" if len(roots) == 1 else "wall.title",
        name="、".join(r.name for r in roots),
    )


def _page_data() -> dict[str, object]:
    who, here = actor(), office()
    with here.database.reading() as db:
        stream_at = stream.latest(db)
        bounds = areas.extent(db, who.scope.paths) or areas.extent(db, [""]) or _NOWHERE
        has_many = areas.has_more_cells(db, who.scope.paths, far.FEW_CELLS)
    return {
        "texts": wall_texts(),
        "endpoints": {"api": "/api/v1", "stream": "/api/v1/stream", "sign_in": "/sign-in?next=/wall"},
        "stream_at": stream_at,
        "bounds": bounds,
        "has_many": has_many,
        "base": on_walls(),
        "timezone": parts().settings.timezone,
        "now": iso(here.clock()),
        "version": __version__,
        "round": [asdict(scene) for scene in read_round(parts().settings.wall_scenes)],
        "may_steer": who.may("dispatch"),
        "steers": who.may("dispatch") and request.args.get("steer") == "1",
    }


def wall_texts() -> dict[str, str]:
    """Of the reader's catalogue, the texts this page's scripts say."""
    return {key: said for key, said in catalogue(language()).items() if key.split(".", 1)[0] in _SECTIONS}
