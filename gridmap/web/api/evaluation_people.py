"""Routes of figures about people: for the person and who directly leads them, one person at a time, open to objection."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Response, jsonify
from sqlalchemy.orm import Session

from gridmap.actions.objecting import Said, answer_objection, leaders_of, object_to, personal
from gridmap.db import evaluation, objections, posts
from gridmap.db.evaluation import Population
from gridmap.domain.indicators import Figure, Indicator
from gridmap.domain.leading import Leading, leads
from gridmap.domain.months import Month, month_named, month_of
from gridmap.domain.scope import Actor
from gridmap.errors import NotFoundError
from gridmap.web import shapes
from gridmap.web.access import actor, needs, office, parts
from gridmap.web.answers import ERRORS, WRITE_ERRORS, Done
from gridmap.web.answers_evaluation import (
    MattersAnswer,
    ObjectionList,
    ObjectionMade,
    PeopleAnswer,
    PersonalAnswer,
)
from gridmap.web.api.blueprint import EVALUATION, api
from gridmap.web.api.evaluation import matters_answer, told
from gridmap.web.evaluated import indicator_named, rules
from gridmap.web.params import LanguageQuery, iso
from gridmap.web.params_evaluation import (
    AnswerBody,
    ObjectionBody,
    ObjectionPath,
    PersonMattersQuery,
    PersonPath,
    PersonQuery,
)


@api.get("/evaluation/people", tags=[EVALUATION], responses={200: PeopleAnswer, **ERRORS})
@needs("staff")
def list_evaluated_people(query: LanguageQuery) -> Response:
    """Oneself and the people one directly leads, by staff number."""
    with office().database.reading() as session:
        return jsonify(people=_people(session, actor()))


def _people(session: Session, who: Actor) -> list[dict[str, Any]]:
    if who.person_id is None:
        return []
    here = office()
    now, own = here.clock(), posts.of_person(session, who.person_id, here.clock())
    around = objections.held_around(session, [p.area_path for p in own if leads(p, here.roles)], now)
    led = Leading(around, here.roles, now).led_by(who.person_id)
    rows = posts.people(session, [who.person_id, *led])
    roles: dict[int, list[str]] = {}
    for post in {post.id: post for post in [*own, *around]}.values():
        name = shapes.role_name(here.roles.get(post.role), post.role)
        held = roles.setdefault(post.person_id, [])
        held += [] if name in held else [name]
    found = sorted(rows.values(), key=lambda row: (row.id != who.person_id, row.code))
    return [
        {"id": row.id, "name": row.name, "is_me": row.id == who.person_id, "roles": roles.get(row.id, [])}
        for row in found
    ]


def _told_to(session: Session, who: Actor, person_id: int) -> Any:
    """The person, if `who` is that person or directly leads them. Raises NotFoundError `person_not_found`."""
    person = objections.person_of(session, person_id)
    is_me = who.person_id is not None and who.person_id == person_id
    if person is None or not (is_me or who.person_id in leaders_of(office(), session, person_id)):
        raise NotFoundError("person_not_found", person_id=person_id)
    return person


def _month(name: str | None) -> Month:
    here = office()
    return month_named(name, here.zone) if name else month_of(here.clock(), here.zone)


@api.get("/evaluation/people/<int:person_id>", tags=[EVALUATION], responses={200: PersonalAnswer, **ERRORS})
@needs("staff")
def read_evaluated_person(path: PersonPath, query: PersonQuery) -> Response:
    """The figures about oneself or somebody one directly leads; only where there are enough cases."""
    who, here, month = actor(), office(), _month(query.month)
    now, ones = here.clock(), [one for one in rules().indicators.values() if one.is_personal]
    with here.database.reading() as session:
        person = _told_to(session, who, path.person_id)
        whose = Population(person_id=person.id)
        counts = evaluation.summed(evaluation.counted(session, whose, [month], now, evaluation.WHOLE))
        out = objections.left_out(session, person.id, month.name)
        figures = [_figure(session, one, whose, month, counts, out.get(one.code, [])) for one in ones]
    return jsonify(
        person={"id": person.id, "name": person.name, "is_me": person.id == who.person_id, "roles": []},
        month=month.name,
        is_final=month.end <= now,
        least=parts().settings.min_cases,
        indicators=[told(one) for one in ones],
        figures=figures,
    )


def _figure(
    session: Session, one: Indicator, whose: Population, month: Month, counts: Counter[str], out: list[int]
) -> dict[str, Any]:
    less = {
        part: _left_out(session, whose, month, getattr(one, part), out)
        for part in ("numerator", "denominator")
    }
    plain = one.figure(counts)
    figure = Figure(
        (plain.numerator or 0) - less["numerator"], (plain.denominator or 0) - less["denominator"]
    )
    shown = figure.unless_few(parts().settings.min_cases)
    return {
        "indicator": one.code,
        **(shown or Figure(None, None))._asdict(),
        "value": shown.value if shown else None,
        "is_few": shown is None,
        "cases": figure.denominator or 0,
        "left_out": less["denominator"],
    }


def _left_out(session: Session, whose: Population, month: Month, count: str | None, out: list[int]) -> int:
    if not out or count is None:
        return 0
    found = evaluation.matters(session, whose, [month], office().clock(), count, only=out)
    return sum(one.times for one in found)


@api.get(
    "/evaluation/people/<int:person_id>/matters", tags=[EVALUATION], responses={200: MattersAnswer, **ERRORS}
)
@needs("staff")
def list_persons_matters(path: PersonPath, query: PersonMattersQuery) -> Response:
    """The matters a figure about oneself or somebody one directly leads was computed from."""
    who, month = actor(), _month(query.month)
    one = personal(rules().indicators, query.indicator)
    count = getattr(one, query.part)
    with office().database.reading() as session:
        person = _told_to(session, who, path.person_id)
        whose = Population(person_id=person.id)
        out = objections.left_out(session, person.id, month.name).get(one.code, [])
        now = office().clock()
        less = evaluation.matters(session, whose, [month], now, count, only=out) if out else []
        return matters_answer(session, who, one, query.part, whose, [month], less)


@api.get("/evaluation/objections", tags=[EVALUATION], responses={200: ObjectionList, **ERRORS})
@needs("staff")
def list_objections(query: LanguageQuery) -> Response:
    """One's own objections and those of the people one directly leads."""
    who = actor()
    with office().database.reading() as session:
        rows = objections.about(session, [one["id"] for one in _people(session, who)])
    return jsonify(objections=[_objection(who, row) for row in rows])


def _objection(who: Actor, row: Any) -> dict[str, Any]:
    one = row.Objection
    indicator = rules().indicators.get(one.indicator)
    name = None if indicator is None else told(indicator)["name"]
    return {
        "id": one.id,
        "person": row.name,
        "person_id": one.person_id,
        "month": one.month,
        "indicator": one.indicator,
        "indicator_name": name or one.indicator,
        "issue": row.number,
        "words": one.words,
        "at": iso(one.at),
        "answer": one.answer,
        "answered_by": row.answering,
        "answered_at": iso(one.answered_at),
        "is_accepted": one.is_accepted,
        "is_mine": one.person_id == who.person_id,
    }


@api.post("/evaluation/objections", tags=[EVALUATION], responses={201: ObjectionMade, **WRITE_ERRORS})
@needs("staff")
def make_objection(query: LanguageQuery, body: ObjectionBody) -> tuple[Response, int]:
    """Object to a figure about oneself, or to a matter in it."""
    indicator_named(body.indicator)
    said = Said(body.month, body.indicator, body.words, body.issue)
    return jsonify(id=object_to(office(), actor(), said, rules().indicators)), 201


@api.post(
    "/evaluation/objections/<int:objection_id>/answer",
    tags=[EVALUATION],
    responses={200: Done, **WRITE_ERRORS},
)
@needs("staff")
def answer_an_objection(path: ObjectionPath, query: LanguageQuery, body: AnswerBody) -> Response:
    """Answer an objection of somebody one directly leads."""
    answer_objection(office(), actor(), path.objection_id, body.words, is_accepted=body.accepted)
    return jsonify(status="accepted" if body.accepted else "declined")
