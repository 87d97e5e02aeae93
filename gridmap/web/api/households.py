"""The route of households: how many each of one's cells has, for figures that are told per household."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, jsonify

from gridmap.db import areas
from gridmap.domain.codes import last_code, summed_at
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import HouseholdsAnswer
from gridmap.web.api.blueprint import PLACES, api
from gridmap.web.params import HouseholdsQuery
from gridmap.web.warmth import households_of


@api.get("/households", tags=[PLACES], responses={200: HouseholdsAnswer, **ERRORS})
@needs("read")
def count_households(query: HouseholdsQuery) -> Response:
    """Households in the standing buildings of each of one's own cells; cells without any are left out.

    Who may not see staff is told of none.
    """
    who = actor()
    found = households_of(office(), who).by_path() if who.may("staff") else {}
    by_cell = {path: [round(number)] for path, number in found.items() if number and path}
    if query.by == "grid":
        return jsonify(cells=_by_code(by_cell))
    with office().database.reading() as session:
        paths = areas.paths_of_level(session, query.by)
    return jsonify(cells={}, areas=_by_code(summed_at(by_cell, paths)))


def _by_code(counts: Mapping[str, Sequence[int]]) -> dict[str, int]:
    return {last_code(path): number for path, (number,) in counts.items()}
