"""The contact a resident may leave: seen by a command-centre seat, which is noted, and forgotten by itself."""

from __future__ import annotations

from datetime import timedelta

from gridmap.actions.handling import visible_issue
from gridmap.actions.office import Office, Work, add_event, tie_of
from gridmap.actions.reporting import news_of
from gridmap.db import door
from gridmap.db.loop_models import Tracking
from gridmap.db.models import CategoryRow, Issue, Words
from gridmap.domain.door import PASS_SPAN
from gridmap.domain.scope import Actor
from gridmap.errors import ForbiddenError, NotFoundError

_AT_ONCE = 500


def see_contact(office: Office, actor: Actor, number: str) -> str:
    """The contact of a matter's reporter; that it was seen, and by whom, is an event; commits.

    For command-centre seats whose area the matter lies in. Raises NotFoundError `issue_not_found` or
    `contact_not_found`, ForbiddenError `forbidden`.
    """
    with office.work() as work:
        issue = visible_issue(work, actor, number)
        if not may_see(actor, issue):
            raise ForbiddenError("forbidden", kind=actor.kind, permission="dispatch")
        kept = door.contact_of(work.session, issue.id)
        if kept is None or kept.text is None:
            raise NotFoundError("contact_not_found", number=number)
        text = kept.text
        add_event(
            work, issue, "contact_seen", actor.account_id, {}
        )  # no news: nothing of the matter has changed
        return text


def may_see(actor: Actor, issue: Issue) -> bool:
    """Whether somebody may know how the reporter of a matter is reached."""
    return actor.may("dispatch") and actor.scope.covers(issue.path)


def forget_contacts(office: Office, days: int) -> int:
    """Forget contacts whose matter ended `days` ago, or whose last day has come; commits each. How many went.

    Two who do this at once, or one that was stopped in between, forget nothing twice.
    """
    gone = 0
    while due := _due(office, days):
        for tracking_id in due:
            gone += _forget(office, tracking_id)
    return gone


def _due(office: Office, days: int) -> list[int]:
    now = office.clock()
    with office.database.reading() as session:
        return list(door.contacts_due(session, now, now - timedelta(days=days), _AT_ONCE))


def _forget(office: Office, tracking_id: int) -> int:
    with office.work() as work:
        kept = work.session.get_one(Tracking, tracking_id)
        issue = door.locked(work.session, kept.issue_id)
        work.session.refresh(kept)
        if kept.contact_id is None:
            return 0
        words = work.session.get_one(Words, kept.contact_id)
        is_kept, kept.contact_id, kept.forget_at = words.text is not None, None, None
        words.text, words.salt, words.erased_at = None, None, words.erased_at or work.now
        if is_kept:  # else somebody had it erased already, and said so
            _tell(work, issue, words.id)
        return 1


def _tell(work: Work, issue: Issue, words_id: int) -> None:
    add_event(work, issue, "contact_forgotten", None, {"erased": words_id})
    category = work.session.get_one(CategoryRow, issue.category_id)
    news, tie = news_of(issue, category, "contact_forgotten"), tie_of(issue)
    work.tell("issue", news, district_code=issue.district_code, before=tie, after=tie)


def forget_passes(office: Office) -> int:
    """Delete passes of the door that were used long ago; commits. How many went."""
    with office.work() as work:
        return door.forget_passes(work.session, work.now - PASS_SPAN)
