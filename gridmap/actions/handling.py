"""Act on a matter: one function per door, one event per act, re-assigned once when place or kind changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.actions.office import Office, Work, add_event, add_words, tie_of
from gridmap.actions.placing import Sent, Standing, assignment_json, staff, why_of
from gridmap.actions.reporting import (
    CLIENT_ID_LIMIT,
    WORDS_LIMIT,
    due_text,
    key_of,
    news_of,
    people_columns,
    place_columns,
)
from gridmap.db import accounts, areas, history, issues, posts
from gridmap.db.models import Area, CategoryRow, Issue, Words
from gridmap.domain.assignment import Post
from gridmap.domain.codes import is_below
from gridmap.domain.history import canonical
from gridmap.domain.issues import Action, action_named, allowed_actions, next_status
from gridmap.domain.roles import HEAD_SLOT, LEADER_SLOT
from gridmap.domain.scope import Actor
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError


@dataclass(frozen=True)
class Act:
    """What is done to a matter: the action's name and what it needs (only what it names is read)."""

    name: str
    sent: Sent | None = None
    category: str | None = None
    cell: str | None = None
    unit: str | None = None
    words: str | None = None
    words_id: int | None = None
    client_id: str | None = None

    def digest(self) -> str:
        """What has to be equal, beside the words, for two sendings to be the same act (see Report.digest)."""
        body = [self.name, vars(self.sent) if self.sent else None, self.category, self.cell, self.unit]
        return hashlib.sha256(canonical([*body, self.words_id]).encode()).hexdigest()


@dataclass
class _Case:
    """A matter while it is acted on: its locked row, the actor, and what the event will hold."""

    office: Office
    work: Work
    actor: Actor
    issue: Issue
    act: Act
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def category(self) -> CategoryRow:
        """The matter's category as it now is."""
        return self.work.session.get_one(CategoryRow, self.issue.category_id)


def act_on(office: Office, actor: Actor, number: str, act: Act) -> str:
    """Do `act` to the matter `number` and answer its state afterwards; commits.

    Sent again with the same `client_id` and body it changes nothing. Raises NotFoundError for a
    matter outside the actor's scope or an unknown action, ForbiddenError `action_not_yours`,
    ConflictError `action_not_now` or `client_id_reused`, InvalidInputError for what the action lacks.
    """
    action = action_named(act.name)
    _check(act)
    with office.work() as work:
        issue = visible_issue(work, actor, number)
        if act.client_id and _was_sent(work, actor, issue, act):
            return issue.status
        ties = ties_to(office, work, actor, issue)
        _refuse_unless_allowed(action, issue, ties, actor)
        case = _Case(office, work, actor, issue, act)
        before, came_from = tie_of(issue), issue.status
        issue.status = next_status(action, issue.status)
        _EFFECTS.get(act.name, _nothing)(case)
        _keep_words(case)
        data = {**case.data, "from": came_from, "to": issue.status}
        if act.client_id:
            data["body"] = act.digest()
        add_event(work, issue, act.name, actor.account_id, data, client_id=act.client_id)
        news = news_of(issue, case.category, act.name)
        work.tell("issue", news, district_code=issue.district_code, before=before, after=tie_of(issue))
        return issue.status


def visible_issue(work: Work, actor: Actor, number: str) -> Issue:
    """The matter, its row locked. Raises NotFoundError where the actor may not see it."""
    issue = issues.locked(work.session, number)
    if issue is None or not actor.may("read") or not actor.scope.sees(tie_of(issue)):
        raise NotFoundError("issue_not_found", number=number)
    return issue


def ties_to(office: Office, work: Work, actor: Actor, issue: Issue) -> frozenset[str]:
    """What ties the actor to a matter that is being acted on; see `ties_to_row`."""
    return ties_to_row(office, work.session, work.now, actor, issue)


def ties_to_row(
    office: Office, session: Session, now: datetime, actor: Actor, issue: Issue
) -> frozenset[str]:
    """What ties the actor to a matter, in the words of the action table's `who`."""
    asks = actor.person_id is not None and actor.may("act")
    held = posts.of_person(session, actor.person_id, now) if asks and actor.person_id is not None else []
    return ties_by_posts(office, held, actor, issue)


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
        if _leads_above(office, held, issue.path):
            ties.add("above")
    if issue.account_id == actor.account_id:
        ties.add("reporter")
    if actor.unit is not None and actor.unit == issue.unit:
        ties.add("unit")
    if actor.may("dispatch") and actor.scope.covers(issue.path):
        ties.add("dispatch")
    return frozenset(ties)


def _leads_above(office: Office, held: Iterable[Post], path: str) -> bool:
    return any(
        is_below(path, post.area_path)
        and post.role in office.roles
        and office.roles[post.role].slot in (LEADER_SLOT, HEAD_SLOT)
        for post in held
    )


def _check(act: Act) -> None:
    if act.words is not None and len(act.words) > WORDS_LIMIT:
        raise InvalidInputError("words_too_long", limit=WORDS_LIMIT, length=len(act.words))
    if act.client_id is not None and not 0 < len(act.client_id) <= CLIENT_ID_LIMIT:
        raise InvalidInputError("client_id_invalid", limit=CLIENT_ID_LIMIT)
    if act.sent is not None:
        act.sent.to_wgs84()


def _was_sent(work: Work, actor: Actor, issue: Issue, act: Act) -> bool:
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


def _refuse_unless_allowed(action: Action, issue: Issue, ties: frozenset[str], actor: Actor) -> None:
    allowed = allowed_actions(issue.status, ties)
    if action.name in allowed:
        return
    if not ties.intersection(action.who):
        raise ForbiddenError("action_not_yours", action=action.name, allowed=allowed, kind=actor.kind)
    raise ConflictError("action_not_now", action=action.name, status=issue.status, allowed=allowed)


def _nothing(case: _Case) -> None:
    pass


def _needed(value: Any, name: str, action: str) -> Any:
    if value is None or value == "":
        raise InvalidInputError("field_missing", field=name, action=action)
    return value


def _close(case: _Case) -> None:
    case.issue.closed_at = case.work.now


def _reopen(case: _Case) -> None:
    case.issue.closed_at = None
    _start_clock(case, case.work.now)


def _move(case: _Case) -> None:
    _needed(case.act.sent, "lon", case.act.name)
    _amend(case)


def _recategorise(case: _Case) -> None:
    _needed(case.act.category, "category", case.act.name)
    _amend(case)


def _amend(case: _Case) -> None:
    """A new place, a new category, or both: assigned anew once."""
    issue, act, session = case.issue, case.act, case.work.session
    if act.sent is None and act.category is None:
        _needed(None, "lon", act.name)
    if act.category is not None:
        category = case.office.grounds.current(session).category(act.category)
        issue.category_id = category.id
        case.data["category"] = key_of(category)
        _start_clock(case, history.begun_at(session, issue))
    if act.sent is not None:
        standing = case.office.grounds.current(session).find(act.sent)
        _set(issue, place_columns(_same_district(issue, standing), act.sent))
        case.data["why"] = why_of(standing, act.sent)
    _assign_anew(case)


def _start_clock(case: _Case, start: datetime) -> None:
    """The deadline anew, as the matter's category has it, for a clock that began to run at `start`."""
    case.issue.due_at = case.office.deadlines.due_at(case.category, start)
    case.data["due_at"] = due_text(case.issue)


def _same_district(issue: Issue, standing: Standing) -> Standing:
    # Its number, history and place among the shards stay with the district it was first kept in.
    return Standing(standing.place, standing.path, issue.district_code)


def _choose_cell(case: _Case) -> None:
    """The answer to “which cell is it?”: a candidate, or for whoever dispatches any cell in scope."""
    issue, code = case.issue, _needed(case.act.cell, "cell", case.act.name)
    cell = areas.current(case.work.session, code)
    why = history.facts_of(case.work.session, issue.id).why
    offered = {c["code"] for c in why["candidates"]} | {(why["nearest"] or {}).get("code")}
    is_free = case.actor.may("dispatch") and cell is not None and case.actor.scope.covers(cell.path)
    if cell is None or cell.level != "grid" or not (code in offered or is_free):
        raise InvalidInputError("cell_not_offered", cell=code, choices=sorted(c for c in offered if c))
    issue.path, issue.cell_id, issue.is_triage = cell.path, cell.id, False
    case.data["why"] = {**why, "cell": _cell_json(cell), "rule": "chosen_by_person", "margin_m": None}
    _assign_anew(case)


def _cell_json(cell: Area) -> dict[str, Any]:
    return {"code": cell.code, "name": cell.name, "version": cell.version}


def _forward(case: _Case) -> None:
    """To a unit that somebody answers for: a matter must not go where nobody looks."""
    unit = _needed(case.act.unit, "unit", case.act.name)
    known = accounts.units(case.work.session)
    if unit not in known:
        raise InvalidInputError("unit_unknown", unit=unit, choices=known)
    case.issue.unit = unit
    case.data["unit"] = unit


def _comment(case: _Case) -> None:
    _needed(case.act.words, "words", case.act.name)


def _erase(case: _Case) -> None:
    """Forget words for good: the chain keeps their salted digest, which then fits nothing."""
    words = case.work.session.get(Words, _needed(case.act.words_id, "words_id", case.act.name))
    if words is None or words.issue_id != case.issue.id:
        raise NotFoundError("words_not_found", words_id=case.act.words_id)
    words.text, words.salt, words.erased_at = None, None, case.work.now
    case.data["erased"] = words.id


def _keep_words(case: _Case) -> None:
    if case.act.words and case.act.name != "erase":
        case.data["words"] = [add_words(case.work, case.issue, "comment", case.act.words)]


def _assign_anew(case: _Case) -> None:
    assigned = staff(case.work.session, case.issue.path, case.category.role, case.office.roles, case.work.now)
    case.data["assignment"] = assignment_json(assigned)
    _set(case.issue, people_columns(case.data["assignment"]))


def _set(issue: Issue, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(issue, name, value)


_EFFECTS: Mapping[str, Callable[[_Case], None]] = {
    "close": _close,
    "reopen": _reopen,
    "move": _move,
    "recategorise": _recategorise,
    "amend": _amend,
    "choose_cell": _choose_cell,
    "forward": _forward,
    "comment": _comment,
    "erase": _erase,
}
