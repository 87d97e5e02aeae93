"""Act on a matter: the one door for what can be done to it, one event per act."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.actions.acts import Act, Case, check_needs, keep_words, nothing
from gridmap.actions.amending import AMENDING
from gridmap.actions.clocks import before_of, turn
from gridmap.actions.looping import LOOPING
from gridmap.actions.office import Office, Work, add_event, tie_of
from gridmap.actions.reporting import CLIENT_ID_LIMIT, WORDS_LIMIT, news_of
from gridmap.actions.whistling import WHISTLING, follow, refuse_while_called
from gridmap.db import history, issues, posts
from gridmap.db.models import Issue
from gridmap.domain.assignment import Post
from gridmap.domain.codes import LEVELS, is_below
from gridmap.domain.issues import TIERS
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT
from gridmap.domain.scope import Actor
from gridmap.domain.workflow import IN_TIME, NOT_OVERDUE, TIER, Action, hindered_by
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError

BESIDE = frozenset({"comment", "photo", "urge", "object", "erase", "contact_seen", "contact_forgotten"})
"""What decides nothing about a matter: it hinders nobody, and nothing hinders it."""
EFFECTS = {**AMENDING, **LOOPING, **WHISTLING}
"""What each action does beside leading to another state; those not named do nothing else."""


def act_on(office: Office, actor: Actor, number: str, act: Act) -> str:
    """Do `act` to the matter `number` and answer its state afterwards; commits.

    Sent again with the same `client_id` and body it changes nothing. Raises NotFoundError for a
    matter outside the actor's scope or an unknown action, ForbiddenError `action_not_yours`,
    `matter_above_your_tier` or `own_work`, ConflictError `action_not_now`, `too_late_to_extend`,
    `changed_meanwhile` (somebody else decided something since what they have `seen`) or
    `client_id_reused`, InvalidInputError for what the action lacks or a category that is out of use.
    """
    action = office.workflow.named(act.name)
    check_act(act)
    with office.work() as work:
        issue = visible_issue(work, actor, number)
        if act.client_id and was_sent(work, actor, issue, act):
            return issue.status
        standing = standing_of(office, work.session, work.now, actor, issue)
        _refuse_unless_allowed(office, action, issue, standing, actor)
        _refuse_unless_seen(work, issue, actor, act)
        check_needs(work, action, issue, act)
        case = Case(office, work, actor, issue, act, standing.ties, standing.level)
        refuse_while_called(case)
        return carry_out(case)


def carry_out(case: Case) -> str:
    """Do what was found to be allowed: effect, state, clocks, words, event, news; not committed. The state afterwards."""
    issue, act, work = case.issue, case.act, case.work
    before, was = tie_of(issue), before_of(issue)
    EFFECTS.get(act.name, nothing)(case)
    issue.status = case.office.workflow.after(act.name, was.status, issue.resumes_to)
    turn(case, was)
    follow(case)
    keep_words(case)
    data = {**case.data, "from": was.status, "to": issue.status}
    if act.client_id:
        data["body"] = act.digest()
    add_event(work, issue, act.name, case.actor.account_id, data, client_id=act.client_id)
    news = news_of(issue, case.category, act.name)
    work.tell("issue", news, district_code=issue.district_code, before=before, after=tie_of(issue))
    return issue.status


def visible_issue(work: Work, actor: Actor, number: str) -> Issue:
    """The matter, its row locked. Raises NotFoundError where the actor may not see it."""
    issue = issues.locked(work.session, number)
    if issue is None or not actor.may("read") or not actor.scope.sees(tie_of(issue)):
        raise NotFoundError("issue_not_found", number=number)
    return issue


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a matter: what ties them to it, and which guards of the workflow stand in their way.

    `level` is the highest level of area they speak for here: 1 a cell, 4 the district, 0 none.
    """

    ties: frozenset[str]
    hindered: frozenset[str]
    level: int = 0


def standing_of(office: Office, session: Session, now: datetime, actor: Actor, issue: Issue) -> Standing:
    """How the actor stands to a matter."""
    asks = actor.person_id is not None and actor.may("act")
    held = posts.of_person(session, actor.person_id, now) if asks and actor.person_id is not None else []
    return standing_by_posts(office, held, actor, issue, now)


def standing_by_posts(
    office: Office, held: Sequence[Post], actor: Actor, issue: Issue, now: datetime
) -> Standing:
    """As `standing_of`; `held` are posts of the actor's person, at least those above the matter."""
    ties = ties_by_posts(office, held, actor, issue)
    level = _settles(office, held, ties, issue)
    hindered = hindered_by(
        status=issue.status,
        tier=issue.tier or 1,
        due_at=None if (issue.left_s or 0) > 0 else issue.due_at,  # kept: it cannot pass meanwhile
        now=now,
        level=level,
        ties=ties,
        has_it=_has_it(actor, issue),
        finished_it=actor.account_id == issue.finished_by,
    )
    return Standing(ties, hindered, level)


def _settles(office: Office, held: Iterable[Post], ties: frozenset[str], issue: Issue) -> int:
    """The highest tier somebody may settle: that of the level they lead, all at a command-centre seat."""
    if "dispatch" in ties:
        return TIERS[-1]
    levels = [0, 1] if "owner" in ties else [0]
    for post in held:
        role = office.roles.get(post.role)
        if (
            role is not None
            and role.slot in (LEADER_SLOT, HEAD_SLOT)
            and is_below(issue.path, post.area_path)
        ):
            levels.append(len(LEVELS) - LEVELS.index(role.level))
    return max(levels)


def _has_it(actor: Actor, issue: Issue) -> bool:
    is_handler = actor.person_id is not None and actor.person_id == issue.handler_id
    return is_handler or (actor.unit is not None and actor.unit == issue.unit)


def ties_by_posts(office: Office, held: Iterable[Post], actor: Actor, issue: Issue) -> frozenset[str]:
    """As `ties_to_row`; `held` are posts of the actor's person, at least those above the matter."""
    if not actor.may("act"):
        return frozenset()
    person, ties = actor.person_id, set[str]()
    if person is not None:
        ties.update(
            name
            for name, other in (("owner", issue.owner_id), ("handler", issue.handler_id))
            if other == person
        )
        slots = _slots_above(office, held, issue.path)
        ties |= {name for name, slot in (("above", LEADER_SLOT), ("head", HEAD_SLOT)) if slot in slots}
        if "head" in ties:
            ties.add("above")
    if issue.account_id == actor.account_id:
        ties.add("reporter")
    if actor.unit is not None and actor.unit == issue.unit:
        ties.add("unit")
    if actor.may("dispatch") and actor.scope.covers(issue.path):
        ties.add("dispatch")
    return frozenset(ties)


def _slots_above(office: Office, held: Iterable[Post], path: str) -> set[str]:
    """The slots of the posts held at or above a place."""
    return {
        office.roles[post.role].slot
        for post in held
        if is_below(path, post.area_path) and post.role in office.roles
    }


def check_act(act: Act) -> None:
    """Raises InvalidInputError where words or a key are too long, or a coordinate cannot be one."""
    if act.words is not None and len(act.words) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(act.words))
    if act.client_id is not None and not 0 < len(act.client_id) <= CLIENT_ID_LIMIT:
        raise InvalidInputError("client_id_invalid", limit=CLIENT_ID_LIMIT)
    if act.sent is not None:
        act.sent.to_wgs84()


def was_sent(work: Work, actor: Actor, issue: Issue, act: Act) -> bool:
    """Whether the actor sent this before. Raises ConflictError `client_id_reused` where it was another body."""
    event = history.sent_before(work.session, issue.id, actor.account_id, act.client_id or "")
    if event is None:
        return False
    data = json.loads(event.data)
    if data.get("body") != act.digest() or not _has_same_words(work, issue, data, act):
        raise ConflictError("client_id_reused", client_id=act.client_id, number=issue.number)
    return True


def _has_same_words(work: Work, issue: Issue, data: Mapping[str, Any], act: Act) -> bool:
    """Whether an act's words are those of the event; erased ones are taken to be."""
    kept = history.words_of(work.session, issue.id)
    said = [kept[entry["id"]].text for entry in data.get("words", []) if entry["id"] in kept]
    return None in said or "".join(words or "" for words in said) == (act.words or "")


def _refuse_unless_seen(work: Work, issue: Issue, actor: Actor, act: Act) -> None:
    """Of two who decide at the same moment the second is told what the first one did."""
    if act.seen is None or act.seen >= issue.history_seq or act.name in BESIDE:
        return
    later = history.since(work.session, issue.id, act.seen)
    happened = [kind for kind, who in later if who != actor.account_id and kind not in BESIDE]
    if happened:
        raise ConflictError(
            "changed_meanwhile",
            action=act.name,
            happened=happened,
            status=issue.status,
            seq=issue.history_seq,
        )


def _refuse_unless_allowed(
    office: Office, action: Action, issue: Issue, standing: Standing, actor: Actor
) -> None:
    allowed = office.workflow.allowed(issue.status, standing.ties, standing.hindered)
    if action.name in allowed:
        return
    said = {"action": action.name, "allowed": allowed}
    if not standing.ties.intersection(action.who):
        raise ForbiddenError("action_not_yours", **said, kind=actor.kind)
    if issue.status not in action.before:
        raise ConflictError("action_not_now", **said, status=issue.status)
    hindrance = next(guard for guard in action.guards if guard in standing.hindered)
    if hindrance == NOT_OVERDUE:
        raise ConflictError("too_late_to_extend", **said)
    if hindrance == IN_TIME:
        raise ForbiddenError("too_late_to_put_right", **said)
    if hindrance == TIER:
        raise ForbiddenError("matter_above_your_tier", **said, tier=issue.tier)
    raise ForbiddenError("own_work", **said)
