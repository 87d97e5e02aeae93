"""Routes of whistles (吹哨报到): those one sees, and what the units called and the caller do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.answering import accept_call, cancel_whistle, check_in, finish_call, rate_call
from gridmap.actions.handling import standing_by_posts
from gridmap.actions.placing import Sent
from gridmap.actions.reporting import key_of
from gridmap.db import history, photos, posts, whistles
from gridmap.domain.scope import Actor
from gridmap.errors import NotFoundError
from gridmap.geo.crs import to_wgs84
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import ERRORS, WRITE_ERRORS
from gridmap.web.answers_whistle import WhistleList
from gridmap.web.answers_whole import ActedOn
from gridmap.web.api.blueprint import WHISTLES, api
from gridmap.web.api.issues import whole
from gridmap.web.params import LanguageQuery, read_number_cursor, write_cursor
from gridmap.web.params_whistle import (
    CancelBody,
    CheckInBody,
    FinishBody,
    RateBody,
    StepBody,
    WhistlePath,
    WhistleQuery,
)
from gridmap.web.shapes import category_name
from gridmap.web.whistle_shapes import Blown, whistle_json

_DONE = {200: ActedOn, **WRITE_ERRORS}


@api.get("/whistles", tags=[WHISTLES], responses={200: WhistleList, **ERRORS})
@needs("read")
def list_whistles(query: WhistleQuery) -> Response:
    """Whistles over the matters one sees, newest first."""
    who = actor()
    wanted = whistles.Wanted(is_live=bool(query.open), is_own=bool(query.mine))
    below = read_number_cursor(query.cursor)
    with office().database.reading() as session:
        rows = whistles.page(session, who.scope, wanted, below_id=below, limit=query.limit + 1)
        listed = _listed(session, who, rows[: query.limit])
    more = write_cursor(rows[query.limit - 1].Whistle.id) if len(rows) > query.limit else None
    return jsonify(whistles=listed, next=more)


def _listed(session: Session, who: Actor, rows: list[Any]) -> list[dict[str, Any]]:
    here, found = office(), [row.Whistle for row in rows]
    now = here.clock()
    held = posts.of_person(session, who.person_id, now) if who.person_id is not None else []
    calls = whistles.calls_of(session, [whistle.id for whistle in found])
    callers = whistles.callers(session, found)
    said = whistles.said_at(session, [whistle.issue_id for whistle in found])
    told = []
    for row in rows:
        issue = row.Issue
        blown = Blown(
            who,
            standing_by_posts(here, held, who, issue, now),
            {photo.id for photo in photos.of_issue(session, issue.id)},
            history.words_of(session, issue.id),
            said,
        )
        told.append(
            whistle_json(row.Whistle, calls[row.Whistle.id], callers, issue.number, blown)
            | {
                "number": issue.number,
                "category": key_of(row.CategoryRow),
                "category_name": category_name(row.CategoryRow),
                "matter_status": issue.status,
                "lon_lat_wgs84": list(to_wgs84(issue.sent_lon, issue.sent_lat, issue.datum)),
            }
        )
    return told


@api.post("/whistles/<int:whistle_id>/accept", tags=[WHISTLES], responses=_DONE)
@needs("act")
def accept_whistle(path: WhistlePath, query: LanguageQuery, body: StepBody) -> Response:
    """One's unit is coming (应哨); the answer is the matter afterwards."""
    return _after(accept_call(office(), actor(), path.whistle_id, _key(body.client_id)))


@api.post("/whistles/<int:whistle_id>/check-in", tags=[WHISTLES], responses=_DONE)
@needs("act")
def check_in_to_whistle(path: WhistlePath, query: LanguageQuery, body: CheckInBody) -> Response:
    """One's unit is on site (报到); how far from the matter is kept, and never refused."""
    sent = Sent(body.lon, body.lat, body.datum, body.accuracy_m)
    return _after(check_in(office(), actor(), path.whistle_id, sent, _key(body.client_id)))


@api.post("/whistles/<int:whistle_id>/finish", tags=[WHISTLES], responses=_DONE)
@needs("act")
def finish_whistle(path: WhistlePath, query: LanguageQuery, body: FinishBody) -> Response:
    """One's unit has done its part: with words, or photos of kind `evidence` sent before."""
    return _after(finish_call(office(), actor(), path.whistle_id, body.words, _key(body.client_id)))


@api.post("/whistles/<int:whistle_id>/rate", tags=[WHISTLES], responses=_DONE)
@needs("act")
def rate_whistle(path: WhistlePath, query: LanguageQuery, body: RateBody) -> Response:
    """Rate a unit that has done its part."""
    return _after(rate_call(office(), actor(), path.whistle_id, body.unit, body.rating, _key(body.client_id)))


@api.post("/whistles/<int:whistle_id>/cancel", tags=[WHISTLES], responses=_DONE)
@needs("act")
def take_whistle_back(path: WhistlePath, query: LanguageQuery, body: CancelBody) -> Response:
    """Take a whistle back."""
    return _after(cancel_whistle(office(), actor(), path.whistle_id, body.words, _key(body.client_id)))


def _key(client_id: UUID | None) -> str | None:
    return str(client_id) if client_id else None


def _after(number: str) -> Response:
    """The matter, or that it left one's sight."""
    try:
        return jsonify(whole(actor(), number))
    except NotFoundError:
        return jsonify(type="Feature", id=number, geometry=None, properties=None, gone=True, status=None)
