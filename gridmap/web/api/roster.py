"""Routes of the roster: who is on duty, shifts, absences, a post handed over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.rostering import Leave, end_absence, hand_over, note_absence, rules_over, set_shifts
from gridmap.db import areas, posts, rosters
from gridmap.domain.roster import (
    DUTIES,
    ON,
    Post,
    Roster,
    Shift,
    minute_text,
    read_minute,
    read_weekdays,
    weekdays_text,
)
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

_MOST = 20_000
"""So many posts are looked through for who is on duty now: no district has more."""


@dataclass(frozen=True)
class _Shown:
    """What the entries of a roster are told with: the roster, who is away, people and areas by key, the reader's posts."""

    roster: Roster
    away: Sequence[rosters.Away]
    deputies: Mapping[int, Any]
    places: Mapping[str, Any]
    mine: Sequence[Post]
    now: datetime


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
        found, tally = _found(session, paths, query, now)
        shown = found[: query.limit]
        entries = _entries(session, shown, now, query.since or now)
    more = write_cursor(shown[-1].post.id) if len(found) > query.limit else None
    return jsonify(posts=entries, next=more, tally=tally)


def _found(
    session: Session, paths: Sequence[str], query: RosterQuery, now: datetime
) -> tuple[list[rosters.Held], dict[str, int] | None]:
    """One more than the posts of a page, and how many are on duty where that was asked; who is so now, of all, costs more."""
    after = read_number_cursor(query.cursor) or 0
    if not query.count and query.duty is None:
        more = query.limit + 1
        return rosters.page(session, paths, now, after_id=after, limit=more, words=query.q), None
    every = rosters.page(session, paths, now, after_id=0, limit=_MOST, words=query.q)
    roster = rosters.roster_of(session, [held.post for held in every], now, office().zone)
    duties = {held.post.id: roster.duty(held.post, now) for held in every}
    counted = Counter(duties.values())
    found = [held for held in every if held.post.id > after and query.duty in (None, duties[held.post.id])]
    return found, {duty: counted[duty] for duty in DUTIES} if query.count else None


def _entries(
    session: Session, shown: Sequence[rosters.Held], now: datetime, since: datetime
) -> list[dict[str, Any]]:
    here, who = office(), actor()
    away = rosters.absences_of(session, {held.post.person_id for held in shown}, since)
    told = _Shown(
        rosters.roster_of(session, [held.post for held in shown], now, here.zone),
        away,
        posts.people(session, [one.deputy_id for one in away]),
        areas.named(session, [held.post.area_path for held in shown]),
        posts.of_person(session, who.person_id, now) if who.person_id else (),
        now,
    )
    return [_entry(held, told) for held in shown]


def _entry(held: rosters.Held, told: _Shown) -> dict[str, Any]:
    post, here, roster, now = held.post, office(), told.roster, told.now
    area, duty = told.places.get(post.area_path), roster.duty(post, now)
    return {
        "post_id": post.id,
        "role": post.role,
        "role_name": shapes.role_name(here.roles.get(post.role), post.role),
        "area": area and {"code": area.code, "name": area.name, "level": area.level},
        "person": {"id": post.person_id, "code": held.code, "name": held.name},
        "duty": duty,
        "on_duty_from": iso(now if duty == ON else roster.on_duty_from(post, now)),
        "shifts": [_shift(shift) for shift in roster.shifts.get(post.id, ())],
        "away": [_away(one, told.deputies) for one in told.away if one.person_id == post.person_id],
        "may": actor().may("act") and rules_over(here, actor(), told.mine, [post]),
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
