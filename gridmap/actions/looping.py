"""What the steps of the closed loop do to a matter besides leading to another state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from gridmap.actions.acts import Case, Effect, needed
from gridmap.actions.clocks import go_on, lengthen, restart, stop
from gridmap.actions.office import Office, add_event, tie_of
from gridmap.actions.reporting import due_text, news_of
from gridmap.db import accounts, history, issues, posts, rosters
from gridmap.db.loop_models import Rating
from gridmap.db.models import CategoryRow, Issue
from gridmap.domain.issues import OPEN, TIERS, WAITING
from gridmap.errors import ConflictError, InvalidInputError, NotFoundError

_AT_WORK = ("dispatched", "handling")
RATINGS = (0, 1, 2)
"""Not solved, partly, solved; and not content, fairly, content."""


def _dispatch(case: Case) -> None:
    """To a unit, to a person, or (neither named) to whom the rules found; the clock as the desk's rule has it."""
    issue, act = case.issue, case.act
    if act.unit:
        _give_to_unit(case)
    elif act.person:
        _give_to_person(case)
    else:
        _have_somebody(case)
    if issue.left_for == _party(issue) and issue.left_s is not None:
        go_on(case)
    elif issue.status not in ("dispatched", "handling") or act.unit or act.person:
        restart(case, case.work.now)


def _have_somebody(case: Case) -> None:
    """Whom the rules find now, where nobody has it: since it was returned, or nobody was found before."""
    if case.issue.handler_id is None and case.issue.unit is None:
        case.assign()


def _start(case: Case) -> None:
    """Begun straight at the desk: what nobody has is theirs who answers for the place and begins, else whom the rules find."""
    issue, person = case.issue, case.actor.person_id
    has_nobody = issue.handler_id is None and issue.unit is None
    if has_nobody and "owner" in case.ties:
        issue.handler_id = case.data["handler"] = person
    _have_somebody(case)
    if issue.left_for is None:
        return
    if issue.left_for == _party(issue):
        go_on(case)
    else:
        restart(case, case.work.now)


def _give_to_unit(case: Case) -> None:
    """To a unit that somebody answers for: a matter must not go where nobody looks."""
    unit = needed(case.act.unit, "unit", case.act.name)
    if not accounts.held_of_unit(case.work.session, unit):
        raise InvalidInputError("unit_unknown", unit=unit, choices=accounts.units(case.work.session))
    case.issue.unit = unit
    case.data["unit"] = unit


def _give_to_person(case: Case) -> None:
    """To somebody with a post at or above the matter's place."""
    code, issue, work = case.act.person, case.issue, case.work
    held = (
        {post.person_id for post in posts.along(work.session, issue.path, work.now)} if issue.path else set()
    )
    found = [person for person in posts.people(work.session, held).values() if person.code == code]
    if not found:
        raise InvalidInputError("person_not_here", person=code)
    _refuse_away(case, found[0].id)
    issue.handler_id, issue.unit = found[0].id, None
    case.data["handler"] = found[0].id


def _refuse_away(case: Case, person_id: int) -> None:
    """A matter must not go where nobody is. Raises ConflictError `person_away` with the deputy's staff number."""
    session, now = case.work.session, case.work.now
    away = [one for one in rosters.absences_of(session, [person_id], now) if one.begins_at <= now]
    if away:
        deputy = posts.people(session, [away[0].deputy_id]).get(away[0].deputy_id or 0)
        raise ConflictError("person_away", person=case.act.person, deputy=deputy.code if deputy else None)


def _party(issue: Issue) -> str:
    """Who has it in hand, as a clock remembers them."""
    return f"unit:{issue.unit}" if issue.unit else f"person:{issue.handler_id}"


def _finish(case: Case) -> None:
    stop(case)
    does_work = case.ties & {"owner", "handler", "unit"}
    case.issue.finished_by = case.actor.account_id if does_work else None


def _self_fix(case: Case) -> None:
    stop(case)
    case.issue.finished_by = case.actor.account_id


def _return(case: Case) -> None:
    """Back to the desk: whoever had it has it no more, and its clock waits for them. The event says who that was."""
    issue = case.issue
    stop(case, _party(issue))
    if issue.unit:
        case.data["returned_by"] = issue.unit
    elif issue.handler_id:
        case.data["from_person"] = issue.handler_id
    issue.unit, issue.handler_id, case.data["handler"] = None, None, None


def _suspend(case: Case) -> None:
    """The clock stands; where it stood already, for whom it waits stays as it was."""
    stop(case, case.issue.left_for)


def _resume(case: Case) -> None:
    if case.issue.left_for is None:
        go_on(case)


def _rework(case: Case) -> None:
    _have_somebody(case)
    go_on(case)


def _extend(case: Case) -> None:
    issue, until = case.issue, case.act.until
    if until is None or until.tzinfo is None:
        raise InvalidInputError("field_missing", field="until", action=case.act.name)
    begun = history.begun_at(case.work.session, issue)
    if history.happened_since(case.work.session, issue.id, "extend", begun):
        raise ConflictError("extended_already")
    latest = latest_extension(case.office, case.category, issue) or case.work.now
    if issue.due_at is None or not (issue.due_at < until <= latest):
        raise InvalidInputError("extension_invalid", due_at=due_text(issue), latest=latest.isoformat())
    case.data["due_before"] = due_text(issue)
    lengthen(case, until.replace(microsecond=0))
    case.data["due_at"] = due_text(issue)


def latest_extension(office: Office, category: CategoryRow, issue: Issue) -> datetime | None:
    """How far a deadline may be moved: by as long again as the matter's limit; None for one without a deadline."""
    if issue.due_at is None:
        return None
    return office.deadlines.due_at(category, issue.due_at, issue.path) or issue.due_at


def _close(case: Case) -> None:
    """Closed straight from the work, whoever closes it did the work: should it come back, somebody else judges it."""
    issue = case.issue
    if issue.unit and issue.status in _AT_WORK and "dispatch" not in case.ties:
        raise ConflictError("unit_has_it", unit=issue.unit)
    if issue.status in (*WAITING, "handling") and case.ties & {"owner", "handler", "unit"}:
        issue.finished_by = case.actor.account_id
    issue.closed_at = case.work.now


def _reopen(case: Case) -> None:
    issue = case.issue
    issue.closed_at, issue.merged_into, issue.reopened_at = None, None, None
    _have_somebody(case)
    restart(case, case.work.now)


def _reopen_unsolved(case: Case) -> None:
    """By its reporter, who is not content: the desk sees it until somebody has it in hand again."""
    _reopen(case)
    case.issue.reopened_at = case.work.now


def _rate(case: Case) -> None:
    act = case.act
    if act.solved not in RATINGS or act.satisfaction not in RATINGS:
        raise InvalidInputError("rating_invalid", solved=act.solved, satisfaction=act.satisfaction)
    add_rating(case, act.solved, act.satisfaction)


def add_rating(case: Case, solved: int, satisfaction: int) -> None:
    """Keep what the reporter says of the outcome."""
    issue = case.issue
    case.data |= {"solved": solved, "satisfaction": satisfaction}
    case.work.session.add(
        Rating(
            district_code=issue.district_code,
            issue_id=issue.id,
            path=issue.path,
            at=case.work.now,
            solved=solved,
            satisfaction=satisfaction,
            account_id=case.actor.account_id,
        )
    )


def _merge(case: Case) -> None:
    """The same as another one, which is told and goes on alone."""
    work, number = case.work, needed(case.act.into, "into", case.act.name)
    other = issues.locked(work.session, number)
    if other is None or not case.actor.scope.sees(tie_of(other)):
        raise NotFoundError("issue_not_found", number=number)
    if other.id == case.issue.id or other.status not in OPEN:
        raise ConflictError("merge_impossible", number=number, status=other.status)
    case.issue.merged_into = other.id
    case.data["into"] = number
    other.tier = max(other.tier, case.issue.tier)  # what was above somebody stays so
    add_event(work, other, "merged_in", case.actor.account_id, {"number": case.issue.number})
    news = news_of(other, work.session.get_one(CategoryRow, other.category_id), "merged_in")
    work.tell("issue", news, district_code=other.district_code, before=tie_of(other), after=tie_of(other))


def _raise(case: Case) -> None:
    _set_tier(case, case.issue.tier + 1)


def _lower(case: Case) -> None:
    _set_tier(case, case.issue.tier - 1)


def _set_tier(case: Case, tier: int) -> None:
    """Who answers for it changes with the tier: the leader of the cell, or the head of the level it is settled at."""
    if tier not in TIERS:
        raise ConflictError("tier_at_end", tier=case.issue.tier)
    case.data["tier"] = {"from": case.issue.tier, "to": tier}
    case.issue.tier = tier
    case.assign()


def _supervise(case: Case) -> None:
    case.issue.supervised_at = case.work.now


def _unsupervise(case: Case) -> None:
    case.issue.supervised_at = None


LOOPING: Mapping[str, Effect] = {
    "dispatch": _dispatch,
    "start": _start,
    "forward": _give_to_unit,
    "finish": _finish,
    "self_fix": _self_fix,
    "return": _return,
    "suspend": _suspend,
    "resume": _resume,
    "rework": _rework,
    "extend": _extend,
    "close": _close,
    "reopen": _reopen,
    "reopen_unsolved": _reopen_unsolved,
    "rate": _rate,
    "merge": _merge,
    "raise": _raise,
    "lower": _lower,
    "supervise": _supervise,
    "unsupervise": _unsupervise,
}
