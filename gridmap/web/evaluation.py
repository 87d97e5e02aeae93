"""The page of evaluation: what it is given once; the figures it asks of the API."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template
from sqlalchemy.orm import Session

from gridmap.db import areas
from gridmap.domain.codes import LEVELS, last_code, level_of
from gridmap.domain.months import last_months
from gridmap.errors import ForbiddenError
from gridmap.texts import catalogue
from gridmap.web.access import actor, needs, office, parts
from gridmap.web.api.me import describe_me
from gridmap.web.evaluated import AREA_LEVELS, Grounds, grounds_of
from gridmap.web.language import language
from gridmap.web.params import iso

evaluation = Blueprint("evaluation", __name__)

MONTHS = 13
"""So many months can be chosen: the running one and a year before it."""
_SECTIONS = ("evaluation", "page", "status", "time")


@evaluation.get("/evaluation")
@needs("read")
def evaluation_page() -> Response:
    """Figures of one's areas, and those about oneself."""
    return make_response(render_template("evaluation.html", page_data=_page_data()))


def _page_data() -> dict[str, object]:
    who, here, me = actor(), office(), describe_me()
    with here.database.reading() as session:
        try:
            grounds = grounds_of(session, who)
        except ForbiddenError:
            grounds = None
        levels = _levels(session, grounds)
    now = here.clock()
    texts = catalogue(language())
    return {
        "me": {"name": me["name"], "kind": me["kind"], "person_id": me["person_id"]},
        "levels": levels,
        "first": _first(levels, grounds),
        "may_people": who.person_id is not None,
        "months": [month.name for month in reversed(last_months(now, here.zone, MONTHS))],
        "least": parts().settings.min_cases,
        "texts": {key: said for key, said in texts.items() if key.split(".", 1)[0] in _SECTIONS},
        "endpoints": {"api": "/api/v1"},
        "timezone": parts().settings.timezone,
        "now": iso(now),
    }


def _first(levels: list[str], grounds: Grounds | None) -> str | None:
    """What figures are kept apart by at first: the widest areas of which there are several."""
    if not levels:
        return None
    alone = (
        grounds is not None and grounds.unit is None and len(grounds.paths) == 1 and "" not in grounds.paths
    )
    own = level_of(last_code(grounds.paths[0])) if alone and grounds is not None else None
    below = levels[1:] if own == AREA_LEVELS.get(levels[0]) else levels
    return (below or levels)[0]


def _levels(session: Session, grounds: Grounds | None) -> list[str]:
    """What figures may be kept apart by for whoever has these grounds (None: nothing)."""
    if grounds is None:
        return []
    if grounds.unit is not None:
        return ["category", "month", "community", "street"]
    wide = "" in grounds.paths
    held = {row.level for row in areas.named(session, grounds.paths).values()}
    top = min((LEVELS.index(level) for level in held), default=len(LEVELS))
    upper = [name for name in ("street", "community") if wide or top <= LEVELS.index(AREA_LEVELS[name])]
    return [*upper, *(["cell"] if grounds.cells else []), "unit", "category", "month"]
