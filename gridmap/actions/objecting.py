"""Object to a figure about oneself, and answer: what a person and their direct leader say to each other about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from gridmap.actions.office import Office, Work
from gridmap.actions.reporting import WORDS_LIMIT
from gridmap.db import evaluation, issues, objections, posts
from gridmap.db.loop_models import Objection
from gridmap.domain.indicators import Indicator
from gridmap.domain.leading import Leading
from gridmap.domain.months import Month, month_named
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


@dataclass(frozen=True)
class Said:
    """What somebody objects to: an indicator of a month, a matter in it (None: the whole figure), in which words."""

    month: str
    indicator: str
    words: str
    number: str | None = None


def object_to(office: Office, actor: Actor, said: Said, indicators: Mapping[str, Indicator]) -> int:
    """Keep an objection to a figure about the actor; its key. Commits.

    Raises ForbiddenError `no_figures` for an account without a person, InvalidInputError `month_invalid`,
    `indicator_unknown`, `field_missing` or `words_too_long`, NotFoundError `matter_not_in_figure` where the
    matter is none that the figure was computed from, ConflictError `objection_twice` where the same one waits
    for its answer.
    """
    if actor.person_id is None:
        raise ForbiddenError("no_figures", kind=actor.kind)
    month, indicator = month_named(said.month, office.zone), personal(indicators, said.indicator)
    words = _words(said.words)
    with office.work() as work:
        issue_id = _matter(work, actor.person_id, month, indicator, said.number)
        if objections.same_open(work.session, actor.person_id, month.name, indicator.code, issue_id):
            raise ConflictError("objection_twice", month=month.name, indicator=indicator.code)
        kept = Objection(
            district_code=_district(work, actor.person_id),
            person_id=actor.person_id,
            month=month.name,
            indicator=indicator.code,
            issue_id=issue_id,
            words=words,
            at=work.now,
        )
        work.session.add(kept)
        work.session.flush()
        return kept.id


def answer_objection(office: Office, actor: Actor, key: int, words: str, *, is_accepted: bool) -> None:
    """Answer an objection of somebody the actor directly leads; commits.

    Accepted, it takes the matter it names out of the person's figure. Raises NotFoundError
    `objection_not_found` for everybody else, InvalidInputError `field_missing` or `words_too_long`,
    ConflictError `objection_answered` where it was answered before.
    """
    answer = _words(words)
    with office.work() as work:
        kept = objections.locked(work.session, key)
        if kept is None or actor.person_id not in leaders_of(office, work.session, kept.person_id):
            raise NotFoundError("objection_not_found", objection_id=key)
        if kept.answered_at is not None:
            raise ConflictError("objection_answered", objection_id=key)
        kept.answer, kept.is_accepted = answer, is_accepted
        kept.answered_by, kept.answered_at = actor.account_id, work.now


def leaders_of(office: Office, session: Session, person_id: int) -> frozenset[int]:
    """The persons who directly lead somebody now; empty for nobody."""
    now = office.clock()
    own = posts.of_person(session, person_id, now)
    along = posts.along_many(session, [post.area_path for post in own], now)
    return Leading({post.id: post for post in [*own, *along]}.values(), office.roles, now).leaders_of(
        person_id
    )


def personal(indicators: Mapping[str, Indicator], code: str) -> Indicator:
    """An indicator that is told to persons. Raises InvalidInputError `indicator_unknown`."""
    found = indicators.get(code)
    if found is None or not found.is_personal:
        choices = [one.code for one in indicators.values() if one.is_personal]
        raise InvalidInputError("indicator_unknown", indicator=code, choices=choices)
    return found


def _words(words: str) -> str:
    said = words.strip()
    if not said:
        raise InvalidInputError("field_missing", field="words", action="objection")
    if len(said) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(said))
    return said


def _matter(work: Work, person_id: int, month: Month, indicator: Indicator, number: str | None) -> int | None:
    """The key of the matter `number`, which must be one of those the figure was computed from."""
    if number is None:
        return None
    issue = issues.locked(work.session, number)
    whose = evaluation.Population(person_id=person_id)
    for count in (indicator.denominator, indicator.numerator):
        if issue is not None and count is not None:
            found = evaluation.matters(work.session, whose, [month], work.now, count, only=[issue.id])
            if found:
                return issue.id
    raise NotFoundError("matter_not_in_figure", number=number, indicator=indicator.code)


def _district(work: Work, person_id: int) -> str:
    person = objections.person_of(work.session, person_id)
    if person is None:
        raise NotFoundError("person_not_found", person_id=person_id)
    return person.district_code
