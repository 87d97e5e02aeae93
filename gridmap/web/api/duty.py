"""The route of staff on duty: how many people are at work now, by area; no names, and no places of persons."""

from __future__ import annotations

from flask import Response, current_app, jsonify
from sqlalchemy.orm import Session

from gridmap.db import duty
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_roster import DutyAnswer
from gridmap.web.api.blueprint import ROSTER, api
from gridmap.web.keeping import Kept
from gridmap.web.params import iso
from gridmap.web.params_roster import LevelQuery

KEPT_S = 20.0
"""So long one answer serves everybody with the same scope: shifts change on the minute."""


@api.get("/duty", tags=[ROSTER], responses={200: DutyAnswer, **ERRORS})
@needs("projection", "staff")
def read_duty(query: LevelQuery) -> Response:
    """How many people hold posts in one's own areas and how many of them are on duty now, in all and by area of a level.

    A person counts once in each area, and is on duty in it where one of their posts there is. Who may not see
    staff is told of no single cell.
    """
    who, here = actor(), office()
    if query.level == "grid":
        who.require("staff")
    with here.database.reading() as session:
        counts = on_duty_now(session, who.scope.paths)
        areas = duty.staffed(session, who.scope.paths, query.level, counts)
    everywhere = counts.get("", duty.Count(0, 0))
    return jsonify(
        now=iso(here.clock()),
        people=everywhere.people,
        on=everywhere.on,
        level=query.level,
        areas=[
            {
                "code": one.code,
                "name": one.name,
                "lon_lat": [one.lon, one.lat],
                "people": one.people,
                "on": one.on,
            }
            for one in areas
        ],
    )


def on_duty_now(session: Session, paths: tuple[str, ...]) -> dict[str, duty.Count]:
    """Of the areas at or below `paths`, by path; as it was at most KEPT_S ago."""
    here = office()
    kept: Kept = current_app.extensions.setdefault("gridmap_duty", Kept())
    return kept.get(paths, KEPT_S, lambda: duty.on_duty(session, paths, here.clock(), here.zone))
