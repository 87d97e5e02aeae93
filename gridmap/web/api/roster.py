"""Routes of the roster: who is on duty, shifts, absences, a post handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.rostering import Leave, end_absence, hand_over, note_absence, set_shifts
from gridmap.db import areas, posts, rosters
from gridmap.domain.roster import ON, Roster, Shift, minute_text, read_minute, read_weekdays, weekdays_text
from gridmap.errors import NotFoundError
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office
from gridmap.web.answers import CHANGE_ERRORS, ERRORS, WRITE_ERRORS, Done
from gridmap.web.answers_roster import AbsenceNoted, PostHandedOver, RosterAnswer
from gridmap.web.api.blueprint import ROSTER, api
from gridmap.web.api.issues import area_path
from gridmap.web.params import LanguageQuery, iso, read_number_cursor, write_cursor
from gridmap.web.params_roster import (
    AbsenceBody,
    AbsencePath,
    HandOverBody,
    PostPath,
    RosterQuery,
    ShiftsBody,
)


@api.get("/roster", tags=[ROSTER], responses={200: RosterAnswer, **ERRORS})
@needs("staff")
def read_roster(query: RosterQuery) -> Response:
    """Posts held at or below an area (none: one's own areas), and who of their holders is on duty now."""
    who, here = actor(), office()
    now = here.clock()
    with here.database.reading() as session:
        path = area_path(session, query.area)
        if path is not None and not who.scope.covers(path):
            raise NotFoundError("area_not_found", area_code=query.area)
        paths = who.scope.paths if path is None else (path,)
        after = read_number_cursor(query.cursor) or 0
        found = rosters.page(session, paths, now, after_id=after, limit=query.limit + 1)
        shown = found[: query.limit]
        entries = _entries(session, shown, now)
    more = write_cursor(shown[-1].post.id) if len(found) > query.limit else None
    return jsonify(posts=entries, next=more)


def _entries(session: Session, shown: Sequence[rosters.Held], now: datetime) -> list[dict[str, Any]]:
    here = office()
    roster = rosters.roster_of(session, [held.post for held in shown], now, here.zone)
    away = rosters.absences_of(session, {held.post.person_id for held in shown}, now)
    deputies = posts.people(session, [one.deputy_id for one in away])
    places = areas.named(session, [held.post.area_path for held in shown])
    return [_entry(held, roster, away, deputies, places, now) for held in shown]


def _entry(
    held: rosters.Held,
    roster: Roster,
    away: Sequence[rosters.Away],
    deputies: Mapping[int, Any],
    places: Mapping[str, Any],
    now: datetime,
) -> dict[str, Any]:
    post, here = held.post, office()
    area, duty = places.get(post.area_path), roster.duty(post, now)
    return {
        "post_id": post.id,
        "role": post.role,
        "role_name": shapes.role_name(here.roles.get(post.role), post.role),
        "area": area and {"code": area.code, "name": area.name, "level": area.level},
        "person": {"id": post.person_id, "code": held.code, "name": held.name},
        "duty": duty,
        "on_duty_from": iso(now if duty == ON else roster.on_duty_from(post, now)),
        "shifts": [_shift(shift) for shift in roster.shifts.get(post.id, ())],
        "away": [_away(one, deputies) for one in away if one.person_id == post.person_id],
    }


def _shift(shift: Shift) -> dict[str, str]:
    begins, ends = minute_text(shift.begins), minute_text(shift.ends)
    return {"weekdays": weekdays_text(shift.weekdays), "begins": begins, "ends": ends}


def _away(one: rosters.Away, people: Mapping[int, Any]) -> dict[str, Any]:
    deputy = people.get(one.deputy_id or 0)
    return {
        "id": one.id,
        "begins": iso(one.begins_at),
        "ends": iso(one.ends_at),
        "deputy": deputy and {"id": deputy.id, "code": deputy.code, "name": deputy.name},
    }


@api.put("/posts/<int:post_id>/shifts", tags=[ROSTER], responses={200: Done, **WRITE_ERRORS})
@needs("act")
def put_shifts(path: PostPath, query: LanguageQuery, body: ShiftsBody) -> Response:
    """Say when a post is on duty: for a seat, and for who leads above it."""
    shifts = [
        Shift(read_weekdays(one.weekdays), read_minute(one.begins), read_minute(one.ends))
        for one in body.shifts
    ]
    set_shifts(office(), actor(), path.post_id, shifts)
    return jsonify(status="set")


@api.post("/posts/<int:post_id>/hand-over", tags=[ROSTER], responses={200: PostHandedOver, **WRITE_ERRORS})
@needs("act")
def hand_over_post(path: PostPath, query: LanguageQuery, body: HandOverBody) -> Response:
    """End a post now and give it and its open matters to somebody else."""
    done = hand_over(office(), actor(), path.post_id, body.person)
    return jsonify(post_id=done.post_id, matters=done.matters)


@api.post("/absences", tags=[ROSTER], responses={201: AbsenceNoted, **WRITE_ERRORS})
@needs("act")
def add_absence(query: LanguageQuery, body: AbsenceBody) -> tuple[Response, int]:
    """Note that one is away, or somebody one leads; what they have in hand goes to the deputy when it begins."""
    leave = Leave(body.begins, body.ends, body.deputy, body.person)
    return jsonify(id=note_absence(office(), actor(), leave)), 201


@api.delete("/absences/<int:absence_id>", tags=[ROSTER], responses={200: Done, **CHANGE_ERRORS})
@needs("act")
def remove_absence(path: AbsencePath, query: LanguageQuery) -> Response:
    """End an absence that runs, take back one that has not begun."""
    end_absence(office(), actor(), path.absence_id)
    return jsonify(status="ended")
