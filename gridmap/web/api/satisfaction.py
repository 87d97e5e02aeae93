"""The route of satisfaction: how content reporters were, by area, for the colours of a map."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, jsonify

from gridmap.db import satisfaction
from gridmap.domain.hiding import FEWEST
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import SatisfactionAnswer
from gridmap.web.api.blueprint import PLACES, api
from gridmap.web.params import iso
from gridmap.web.params_roster import LevelQuery


@api.get("/satisfaction", tags=[PLACES], responses={200: SatisfactionAnswer, **ERRORS})
@needs("read")
def read_satisfaction(query: LevelQuery) -> Response:
    """Ratings of the last 90 days in one's own areas of a level: how many, and how many of them 不满意.

    An area with fewer than five says nothing about itself and is left out. Who may not see staff is told of none.
    """
    here, who = office(), actor()
    since = here.clock() - timedelta(days=satisfaction.DAYS)
    with here.database.reading() as session:
        found = satisfaction.by_level(session, who.scope.paths, query.level, since)
    told = {code: one._asdict() for code, one in found.items() if one.rated >= FEWEST and who.may("staff")}
    return jsonify(since=iso(since), days=satisfaction.DAYS, at_least=FEWEST, areas=told)
