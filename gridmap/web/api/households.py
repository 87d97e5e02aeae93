"""The route of households: how many each of one's cells has, for figures that are told per household."""

from __future__ import annotations

from flask import Response, jsonify

from gridmap.domain.codes import last_code
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import HouseholdsAnswer
from gridmap.web.api.blueprint import PLACES, api
from gridmap.web.params import LanguageQuery
from gridmap.web.warmth import households_of


@api.get("/households", tags=[PLACES], responses={200: HouseholdsAnswer, **ERRORS})
@needs("read")
def count_households(query: LanguageQuery) -> Response:
    """Households in the standing buildings of each of one's own cells; cells without any are left out.

    Who may not see staff is told of none.
    """
    who = actor()
    found = households_of(office(), who).by_path() if who.may("staff") else {}
    return jsonify(
        cells={last_code(path): round(number) for path, number in found.items() if number and path}
    )
