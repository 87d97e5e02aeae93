"""Routes of re-checks: what was drawn, and how it was found."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.rechecking import head_paths, recheck
from gridmap.db import posts, rechecks
from gridmap.domain.scope import Actor
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS, WRITE_ERRORS
from gridmap.web.answers_roster import Rechecked, RecheckList
from gridmap.web.api.blueprint import ROSTER, api
from gridmap.web.params import LanguageQuery, iso, read_number_cursor, write_cursor
from gridmap.web.params_roster import RecheckBody, RecheckPath, RechecksQuery


@api.get("/rechecks", tags=[ROSTER], responses={200: RecheckList, **ERRORS})
@needs("staff")
def list_rechecks(query: RechecksQuery) -> Response:
    """Matters drawn to be looked at again that the reader may look at: a seat's, a head's."""
    with office().database.reading() as session:
        paths = _paths(session, actor())
        tally = rechecks.tally(session, paths, query.month)
        rows = rechecks.page(
            session,
            paths,
            month=query.month,
            is_done=query.done,
            after_id=read_number_cursor(query.cursor) or 0,
            limit=query.limit + 1,
        )
    shown = [_recheck(row) for row in rows[: query.limit]]
    more = write_cursor(rows[query.limit - 1].Recheck.id) if len(rows) > query.limit else None
    return jsonify(rechecks=shown, next=more, tally=tally._asdict())


def _paths(session: Session, who: Actor) -> tuple[str, ...]:
    if who.may("dispatch"):
        return who.scope.paths
    held = posts.of_person(session, who.person_id, office().clock()) if who.person_id else []
    return head_paths(office(), held)


def _recheck(row: Any) -> dict[str, Any]:
    drawn, cell = row.Recheck, None
    if row.cell_code is not None:
        cell = {"code": row.cell_code, "name": row.cell_name, "version": row.cell_version}
    return {
        "id": drawn.id,
        "number": row.number,
        "status": row.status,
        "month": drawn.month,
        "category_name": shapes.category_name(row),
        "cell": cell,
        "closed_at": iso(row.closed_at),
        "drawn_at": iso(drawn.drawn_at),
        "done_at": iso(drawn.done_at),
        "well": drawn.is_well,
    }


@api.post("/rechecks/<int:recheck_id>", tags=[ROSTER], responses={200: Rechecked, **WRITE_ERRORS})
@needs("act")
def say_recheck(path: RecheckPath, query: LanguageQuery, body: RecheckBody) -> Response:
    """Say how a matter was found; what was not well begins anew."""
    number, status = recheck(office(), actor(), path.recheck_id, body.well, body.words)
    return jsonify(number=number, status=status)
