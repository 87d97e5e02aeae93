"""The route of households: how many each of one's cells has, for figures that are told per household."""

from __future__ import annotations

from flask import Response, jsonify

from gridmap.domain.codes import last_code
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import HouseholdsAnswer
from gridmap.web.api.blueprint import PLACES, api
from gridmap.web.counting import CELLS, homes_by
from gridmap.web.params import HouseholdsQuery


@api.get("/households", tags=[PLACES], responses={200: HouseholdsAnswer, **ERRORS})
@needs("read")
def count_households(query: HouseholdsQuery) -> Response:
    """Households in the standing buildings of each of one's own cells; cells without any are left out.

    Who may not see staff is told of none.
    """
    who, here = actor(), office()
    with here.database.reading() as session:
        found = homes_by(session, here, who, query.by) if who.may("staff") else {}
    told = {last_code(path): number for path, number in found.items()}
    return jsonify(cells=told) if query.by == CELLS else jsonify(cells={}, areas=told)
