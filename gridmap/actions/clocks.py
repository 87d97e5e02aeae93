"""The clocks of a matter: that of the whole, and that of the step it is in; started, stopped, gone on with, kept.

A clock stands still while a matter is suspended, and while it is back at the desk because a unit returned it:
it goes on where it stood when the same one gets it again, and begins anew for another.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from gridmap.actions.acts import Case
from gridmap.actions.reporting import due_text
from gridmap.db.loop_models import Step
from gridmap.db.models import Issue
from gridmap.domain.deadlines import Limit
from gridmap.domain.issues import PAUSED, RUNNING, STAGE_OF


def restart(case: Case, start: datetime) -> None:
    """The deadline anew, as the matter's category has it, for a clock that began to run at `start`."""
    issue = case.issue
    issue.due_at = case.office.deadlines.due_at(case.category, start, issue.path)
    issue.left_s, issue.left_for = None, None
    case.data["due_at"] = due_text(issue)


def stop(case: Case, left_for: str | None = None) -> None:
    """Note what is left of the deadline; for whom, where only they may go on with it. What stands still already stays."""
    issue = case.issue
    if issue.due_at is not None and issue.status in RUNNING and issue.left_s is None:
        issue.left_s = case.office.deadlines.left_s(limit_of(case), case.work.now, issue.due_at)
    issue.left_for = left_for


def go_on(case: Case) -> None:
    """The deadline moves on by as long as the clock stood still."""
    issue = case.issue
    if issue.left_s is not None:
        issue.due_at = case.office.deadlines.due_with(limit_of(case), issue.left_s, case.work.now)
        case.data["due_at"] = due_text(issue)
    issue.left_s, issue.left_for = None, None


def lengthen(case: Case, until: datetime) -> None:
    """A later deadline; of a clock that stands still so much more is left."""
    issue = case.issue
    if issue.left_s is not None and issue.due_at is not None:
        issue.left_s += case.office.deadlines.left_s(limit_of(case), issue.due_at, until)
    issue.due_at = until


def renew(case: Case, start: datetime) -> None:
    """As `restart`, of a matter whose clock may stand still: it goes on standing, with what is left of the new deadline."""
    issue, waits_for, stood = case.issue, case.issue.left_for, case.issue.left_s is not None
    restart(case, start)
    since = issue.paused_at or issue.stage_at
    if stood and since is not None and issue.due_at is not None:
        issue.left_s = case.office.deadlines.left_s(limit_of(case), since, issue.due_at)
        issue.left_for = waits_for


def limit_of(case: Case) -> Limit | None:
    """The limit of the matter, for its category and the class of area it lies in."""
    deadlines = case.office.deadlines
    return deadlines.limit_of(case.category, deadlines.class_of(case.issue.path))


class Before(NamedTuple):
    """How a matter stood before an act: its state, whose it was, and by when it had to be done."""

    status: str
    handler_id: int | None
    unit: str | None
    due_at: datetime | None


def before_of(issue: Issue) -> Before:
    """How it stands now."""
    return Before(issue.status, issue.handler_id, issue.unit, issue.due_at)


def turn(case: Case, was: Before) -> None:
    """End the step the matter was in where it is in another one now (or with somebody else), and begin that.

    A pause is no step: it only counts into the one it interrupts.
    """
    issue, now, came_from = case.issue, case.work.now, was.status
    if issue.status == PAUSED:
        if came_from != PAUSED:
            issue.paused_at, issue.resumes_to = now, came_from
        return
    if came_from == PAUSED:
        _count_pause(case)
        came_from = issue.resumes_to or "reported"
        issue.resumes_to = None
    stage, before = STAGE_OF.get(issue.status), STAGE_OF.get(came_from)
    if stage == before and (issue.handler_id, issue.unit) == (was.handler_id, was.unit):
        return
    if before is not None:
        case.work.session.add(_ended(case, came_from, before, was))
    issue.stage_at, issue.paused_s = (now if stage else None), None
    issue.stage_due_at = case.office.deadlines.stage_due_at(stage, now)


def _count_pause(case: Case) -> None:
    issue = case.issue
    if issue.paused_at is not None:
        stood = max(0, round((case.work.now - issue.paused_at).total_seconds()))
        issue.paused_s = (issue.paused_s or 0) + stood
    issue.paused_at = None


def _ended(case: Case, status: str, stage: str, was: Before) -> Step:
    was = was._replace(status=status)
    return ended_step(case.issue, case.work.now, stage, was, case.act.name, case.actor.account_id)


def ended_step(
    issue: Issue, now: datetime, stage: str, was: Before, action: str, account_id: int | None
) -> Step:
    """The row of a step that `action` ends now; `account_id` None: nobody did, it came about.

    It never ends before it began, whatever the clock says meanwhile.
    """
    began = issue.stage_at or issue.reported_at
    return Step(
        district_code=issue.district_code,
        issue_id=issue.id,
        stage=stage,
        status=was.status,
        path=issue.path,
        category_id=issue.category_id,
        began_at=began,
        due_at=was.due_at if stage == "handle" else issue.stage_due_at,
        ended_at=max(now, began),
        paused_s=issue.paused_s or 0,
        person_id=was.handler_id,
        unit=was.unit,
        action=action,
        account_id=account_id,
    )
