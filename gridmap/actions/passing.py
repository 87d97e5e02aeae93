"""Matters pass from one person to another: with a post that is handed over, and to the deputy of who is away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.actions.clocks import before_of, ended_step
from gridmap.actions.office import Office, Work, add_event, tie_of
from gridmap.actions.placing import assignment_json, staff
from gridmap.actions.reporting import news_of
from gridmap.db import history, rosters
from gridmap.db.areas import below_any
from gridmap.db.loop_models import Absence
from gridmap.db.models import CategoryRow, Issue
from gridmap.domain.issues import DONE_WITH, OPEN, PAUSED, STAGE_OF
from gridmap.domain.roster import Post
from gridmap.domain.steps import HANDED_OVER

POST, ABSENCE = "post", "absence"
"""Why it does: a post was handed over, its handler is away."""
_NOT_THERE = ("off_duty", "nobody")


@dataclass(frozen=True)
class Passing:
    """Who gives, why, and by whose account that was decided (None: it came about)."""

    from_person: int
    reason: str
    account_id: int | None = None


def pass_on(
    office: Office, work: Work, issue: Issue, parts: Mapping[str, Mapping[str, Any]], passing: Passing
) -> None:
    """Give parts of a locked matter (`owner`, `handler`, as an assignment keeps them) to others, by one event; not committed.

    Its assignment says so from now on; the step it is in ends for who had it and begins for who has it.
    """
    before, was = tie_of(issue), before_of(issue)
    kept = history.facts_of(work.session, issue.id).assignment
    if "owner" in parts:
        issue.owner_id = parts["owner"]["person_id"]
    if "handler" in parts:
        issue.handler_id = parts["handler"]["person_id"]
        _begin_step(office, work, issue, was, passing)
    data = {
        "assignment": {**kept, **parts},
        "reason": passing.reason,
        "parts": sorted(parts),
        "from_person": passing.from_person,
        "to_person": {name: part["person_id"] for name, part in parts.items()},
        **({"handler": issue.handler_id} if "handler" in parts else {}),
    }
    add_event(work, issue, HANDED_OVER, passing.account_id, data)
    news = news_of(issue, work.session.get_one(CategoryRow, issue.category_id), HANDED_OVER)
    work.tell("issue", news, district_code=issue.district_code, before=before, after=tie_of(issue))


def _begin_step(office: Office, work: Work, issue: Issue, was: Any, passing: Passing) -> None:
    stage = STAGE_OF.get(issue.status)
    if stage is None or issue.status == PAUSED or issue.handler_id == was.handler_id:
        return
    work.session.add(ended_step(issue, work.now, stage, was, HANDED_OVER, passing.account_id))
    issue.stage_at, issue.paused_s = work.now, None
    issue.stage_due_at = office.deadlines.stage_due_at(stage, work.now)


def pass_post(
    office: Office, work: Work, left: Post, taken: Post, also_held: Sequence[Post], account_id: int
) -> int:
    """Pass what the holder of the post `left` has open because of it to who took it over; how many matters; not committed.

    `also_held` are the other posts they keep: where one of these covers a matter too, it passes only if it was this
    post it came to them by.
    """
    passing, passed = Passing(left.person_id, POST, account_id), 0
    for issue in _open_with(work.session, left.person_id, left.area_path):
        kept = history.facts_of(work.session, issue.id).assignment
        is_theirs_anyway = any(issue.path.startswith(post.area_path) for post in also_held)
        parts = {
            name: _taken_over(kept[name], left, taken)
            for name, person in (("owner", issue.owner_id), ("handler", issue.handler_id))
            if person == left.person_id and (not is_theirs_anyway or kept[name].get("post_id") == left.id)
        }
        if parts:
            pass_on(office, work, issue, parts, passing)
            passed += 1
    for issue in _waiting_for(work.session, left.person_id, left.area_path):
        issue.left_for = f"person:{taken.person_id}"
    return passed


def _taken_over(kept: Mapping[str, Any], left: Post, taken: Post) -> dict[str, Any]:
    new = {"person_id": taken.person_id, "post_id": taken.id, "how": HANDED_OVER}
    return {**kept, **new, "role": taken.role, "area_path": taken.area_path, "for_person_id": left.person_id}


def _open_with(session: Session, person_id: int, area_path: str) -> list[Issue]:
    """Open matters somebody owns or handles below an area, their rows locked."""
    is_theirs = (Issue.owner_id == person_id) | (Issue.handler_id == person_id)
    query = select(Issue).where(is_theirs, Issue.status.in_(OPEN), below_any([area_path], Issue.path))
    return list(session.scalars(query.order_by(Issue.id).with_for_update()))


def _waiting_for(session: Session, person_id: int, area_path: str) -> list[Issue]:
    """Matters somebody returned from below an area, whose clock waits for them; their rows locked."""
    waits = (Issue.left_for == f"person:{person_id}", Issue.status.in_(("accepted", PAUSED)))
    query = select(Issue).where(*waits, below_any([area_path], Issue.path))
    return list(session.scalars(query.order_by(Issue.id).with_for_update()))


def pass_duties(office: Office) -> int:
    """Pass what people who are away now have in hand to their deputies; commits, one absence at a time. How many matters passed.

    Once for each absence, whoever else does the same at the same time and however late it is. Where no deputy is named
    or there, it goes to whom the rules find; where these find nobody on duty it stays. Nothing comes back by itself.
    """
    with office.database.reading() as session:
        begun = list(session.scalars(_begun(office.clock()).with_only_columns(Absence.id)))
    return sum(_pass_absence(office, key) for key in begun)


def _begun(now: datetime) -> Any:
    begun = (Absence.handed_at.is_(None), Absence.begins_at <= now, Absence.ends_at > now)
    return select(Absence).where(*begun).order_by(Absence.id)


def _pass_absence(office: Office, key: int) -> int:
    with office.work() as work:
        locked = _begun(work.now).where(Absence.id == key).with_for_update()
        absence = work.session.scalar(locked)
        if absence is None:  # somebody else was faster, or it was taken back
            return 0
        absence.handed_at = work.now
        deputy = _deputy(office, work, absence)
        passed = 0
        for issue in _in_hand(work.session, absence.person_id):
            part = _part_for(office, work, issue, absence.person_id, deputy)
            if part is not None:
                pass_on(office, work, issue, {"handler": part}, Passing(absence.person_id, ABSENCE))
                passed += 1
        return passed


def _deputy(office: Office, work: Work, absence: Absence) -> int | None:
    """The deputy, where they are there."""
    away = Post(0, absence.person_id, "", "", work.now)
    roster = rosters.roster_of(work.session, [away], work.now, office.zone)
    return roster.deputy_of(absence.person_id, work.now)


def _in_hand(session: Session, person_id: int) -> Iterable[Issue]:
    """Matters somebody still has to work on, their rows locked."""
    statuses = [status for status in OPEN if status not in DONE_WITH]
    query = select(Issue).where(Issue.handler_id == person_id, Issue.status.in_(statuses))
    return list(session.scalars(query.order_by(Issue.id).with_for_update()))


def _part_for(
    office: Office, work: Work, issue: Issue, person_id: int, deputy: int | None
) -> dict[str, Any] | None:
    """Who handles a matter while `person_id` is away; None where it stays with them."""
    kept = history.facts_of(work.session, issue.id).assignment["handler"]
    if deputy is not None:
        return {**kept, "person_id": deputy, "how": "deputy", "for_person_id": person_id}
    role = work.session.get_one(CategoryRow, issue.category_id).role
    found = staff(work.session, issue.path, role, office.roles, work.now, office.zone, issue.tier or 1)
    if found.handler.how in _NOT_THERE or found.handler.person_id == person_id:
        return None
    part: dict[str, Any] = assignment_json(found)["handler"]
    return {**part, "for_person_id": part.get("for_person_id", person_id)}
