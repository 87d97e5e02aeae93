"""The blueprint that the API's routes are added to, and what they share."""

from __future__ import annotations

from collections.abc import Mapping

from flask_openapi3 import APIBlueprint, Tag

from gridmap.domain.scope import Scope


def _operation_id(*, name: str, path: str, method: str) -> str:
    """The view's own name: what clients made from the document call it."""
    return name


api = APIBlueprint(
    "api",
    __name__,
    url_prefix="/api/v1",
    abp_security=[{"bearer": []}, {"session": []}],
    operation_id_callback=_operation_id,
)

MATTERS = Tag(name="issues", description="Matters: reporting, reading, acting")
PLACES = Tag(name="areas", description="Areas, buildings, where a point lies")
PEOPLE = Tag(name="accounts", description="Accounts, tokens, who am I")
DOOR = Tag(name="door", description="The residents' door: report, follow, rate; without an account")
WHISTLES = Tag(name="whistles", description="Whistles: units called to a matter, and what they do")
EVALUATION = Tag(name="evaluation", description="Evaluation: figures, what they are made of, objections")
ROSTER = Tag(name="roster", description="Who is on duty, absences, posts handed over, re-checks")
STATE = Tag(name="state", description="Stream, heat")


def count_below(totals: Mapping[str, int], path: str, scope: Scope) -> int | None:
    """How many of the counted matters lie at or below `path`; None where that is not all in scope."""
    return totals.get(path, 0) if scope.covers(path) else None
