"""The page of the roster (值班督查): whose areas and months there are to choose from; shifts and re-checks it asks of the API."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from gridmap.actions.rechecking import head_paths
from gridmap.db import areas, posts
from gridmap.domain.months import last_months
from gridmap.domain.scope import Actor
from gridmap.texts import catalogue
from gridmap.web.access import actor, needs, office, parts
from gridmap.web.api.me import describe_me
from gridmap.web.language import language
from gridmap.web.params import iso
from gridmap.web.shapes import role_name

roster = Blueprint("roster", __name__)

MONTHS = 13
_MOST_AREAS = 500
_SECTIONS = ("roster", "page", "status", "time")
_LEVELS = ("district", "street", "community")


@roster.get("/roster")
@needs("staff")
def roster_page() -> Response:
    """Who is on duty in one's areas, week by week; and what was drawn to be looked at again, for whom that is."""
    return make_response(render_template("roster.html", page_data=_page_data()))


def _page_data() -> dict[str, object]:
    who, here, me = actor(), office(), describe_me()
    with here.database.reading() as session:
        places, may_recheck = _areas(session, who), _may_recheck(session, who)
    now, texts = here.clock(), catalogue(language())
    return {
        "me": {"name": me["name"], "kind": me["kind"], "person_id": me["person_id"]},
        "may": {"act": who.may("act"), "recheck": may_recheck},
        "areas": places,
        "roles": [{"code": one.code, "name": role_name(one, one.code)} for one in here.roles.values()],
        "months": [month.name for month in reversed(last_months(now, here.zone, MONTHS))],
        "texts": {key: said for key, said in texts.items() if key.split(".", 1)[0] in _SECTIONS},
        "endpoints": {"api": "/api/v1"},
        "timezone": parts().settings.timezone,
        "now": iso(now),
    }


def _areas(session: Session, who: Actor) -> list[dict[str, str | None]]:
    """What the roster can be narrowed to: one's areas above cells, each with the code of what it lies in."""
    rows = {
        row.code: row
        for level in _LEVELS
        for root in who.scope.paths
        for row in areas.page(session, level=level, under=root or None, limit=_MOST_AREAS, geometry=False)
    }
    return [
        {"code": row.code, "name": row.name, "level": row.level, "parent": _last(row.parent_path)}
        for row in sorted(rows.values(), key=lambda row: str(row.path))
    ]


def _last(path: str | None) -> str | None:
    return (path or "").rstrip("/").rsplit("/", 1)[-1] or None


def _may_recheck(session: Session, who: Actor) -> bool:
    """Whether there can be anything for the reader to look at again: a seat, a head."""
    if who.may("dispatch"):
        return True
    held = posts.of_person(session, who.person_id, office().clock()) if who.person_id else []
    return bool(head_paths(office(), held))
