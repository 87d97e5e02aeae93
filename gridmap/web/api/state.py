"""The route of state: how open matters stand by cell, and when the next of them becomes late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import Response, jsonify

from gridmap.domain.codes import last_code
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS
from gridmap.web.answers_state import StateAnswer
from gridmap.web.api.blueprint import STATE, api
from gridmap.web.api.issues import as_of, filter_of
from gridmap.web.counting import CELLS, counted
from gridmap.web.params import CountQuery, iso


@api.get("/state", tags=[STATE], responses={200: StateAnswer, **ERRORS})
@needs("read", "projection")
def read_state(query: CountQuery) -> Response:
    """How the open matters in scope stand, in all and by cell; good until `next_due_at` or `day_ends_at`.

    With another level than cells in `by`, they are told by `areas` of that level instead.
    """
    who, now = actor(), as_of(office())
    with office().database.reading() as session:
        found = counted(session, who.scope, filter_of(session, query, now), now, query.by)
    return jsonify(
        computed_at=iso(now.at),
        next_due_at=iso(found.next_due_at),
        day_ends_at=iso(now.day_ends),
        totals={
            "open": sum(found.total),
            **found.total._asdict(),
            "due_today": found.due_today,
            "triage": sum(found.triage),
        },
        triage=found.triage,
        **(
            {"cells": by_code(found.cells)}
            if query.by == CELLS
            else {"cells": {}, "areas": by_code(found.cells)}
        ),
    )


def by_code(counts: Mapping[str, Sequence[int]]) -> dict[str, Sequence[int]]:
    """Counts at paths by the code each path ends in."""
    return {last_code(path): row for path, row in counts.items()}
