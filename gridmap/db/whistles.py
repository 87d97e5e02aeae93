"""Asking for whistles: those of a matter with their calls, those one sees, and those whose time is up."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from gridmap.db.issues import seen
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Account, CategoryRow, EventRow, Issue, Person, Photo
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Scope
from gridmap.domain.whistle import BLOWN, CALLED, LIVE, PART_DONE

_AT_ONCE = 500
BLOWING, TAKING_BACK = "whistle", "whistle_cancelled"
"""Kinds of events at which something is said of a whistle as a whole."""


def number_of(session: Session, whistle_id: int) -> str | None:
    """The number of the matter a whistle was blown over; None for no such whistle."""
    query = select(Issue.number).join(Whistle, Whistle.issue_id == Issue.id)
    return session.scalar(query.where(Whistle.id == whistle_id))


def of_issue(session: Session, issue_id: int) -> list[Whistle]:
    """The whistles blown over a matter, oldest first."""
    return list(session.scalars(select(Whistle).where(Whistle.issue_id == issue_id).order_by(Whistle.id)))


def live_of(session: Session, issue_id: int) -> list[Whistle]:
    """Those of them that have not ended."""
    query = select(Whistle).where(Whistle.issue_id == issue_id, Whistle.status.in_(LIVE))
    return list(session.scalars(query.order_by(Whistle.id)))


def calls_of(session: Session, whistle_ids: Iterable[int]) -> dict[int, list[WhistleCall]]:
    """The calls of whistles, by whistle, each in the order they were made."""
    wanted = sorted(set(whistle_ids))
    found: dict[int, list[WhistleCall]] = {key: [] for key in wanted}
    for start in range(0, len(wanted), _AT_ONCE):
        some = WhistleCall.whistle_id.in_(wanted[start : start + _AT_ONCE])
        for call in session.scalars(select(WhistleCall).where(some).order_by(WhistleCall.id)):
            found[call.whistle_id].append(call)
    return found


def missing_units(session: Session, issue_id: int) -> list[str]:
    """The units that have yet to give their evidence before a matter can be finished, in order."""
    query = (
        select(WhistleCall.unit)
        .join(Whistle, Whistle.id == WhistleCall.whistle_id)
        .where(Whistle.issue_id == issue_id, Whistle.status.in_(LIVE), WhistleCall.status != PART_DONE)
        .distinct()
    )
    return sorted(session.scalars(query))


def called_units(session: Session, issue_id: int) -> list[str]:
    """The units called by whistles over a matter that have not ended, in order."""
    query = (
        select(WhistleCall.unit)
        .join(Whistle, Whistle.id == WhistleCall.whistle_id)
        .where(Whistle.issue_id == issue_id, Whistle.status.in_(LIVE))
        .distinct()
    )
    return sorted(session.scalars(query))


def evidence_since(session: Session, issue_id: int, unit: str, since: datetime) -> list[int]:
    """The photos of kind evidence that accounts of a unit added to a matter then or later, by key."""
    query = (
        select(Photo.id)
        .join(Account, Account.id == Photo.account_id)
        .where(Photo.issue_id == issue_id, Photo.kind == "evidence", Photo.erased_at.is_(None))
        .where(Account.unit == unit, Photo.taken_at >= since)
    )
    return list(session.scalars(query.order_by(Photo.id)))


def callers(session: Session, whistles: Sequence[Whistle]) -> dict[int, Row[Any]]:
    """Who blew whistles, by account: `kind`, `name` of the person or of the account (None: none), `unit`."""
    wanted = {whistle.caller_id for whistle in whistles}
    name = func.coalesce(Person.name, Account.display_name).label("name")
    query = select(Account.id, Account.kind, name, Account.unit).outerjoin(
        Person, Person.id == Account.person_id
    )
    return {row.id: row for row in session.execute(query.where(Account.id.in_(wanted)))}


def said_at(session: Session, issue_ids: Iterable[int]) -> dict[tuple[int, str], list[int]]:
    """The rows of what was said when whistles over these matters were blown and taken back, by whistle and event."""
    wanted, found = sorted(set(issue_ids)), dict[tuple[int, str], list[int]]()
    columns = (EventRow.kind, EventRow.data)
    for start in range(0, len(wanted), _AT_ONCE):
        some = EventRow.issue_id.in_(wanted[start : start + _AT_ONCE])
        query = select(*columns).where(some, EventRow.kind.in_((BLOWING, TAKING_BACK)))
        for kind, told in session.execute(query):
            data = json.loads(told)
            found[data.get("whistle", 0), kind] = [one["id"] for one in data.get("words", ())]
    return found


@dataclass(frozen=True)
class Wanted:
    """What a list of whistles is narrowed to: those that have not ended; those one blew or is called by."""

    is_live: bool = False
    is_own: bool = False


def page(
    session: Session, scope: Scope, wanted: Wanted, *, below_id: int | None, limit: int
) -> list[Row[tuple[Whistle, Issue, CategoryRow]]]:
    """Whistles over matters in `scope`, newest first, below the row `below_id`: each with matter and category."""
    conditions = [seen(scope)]
    if wanted.is_live:
        conditions.append(Whistle.status.in_(LIVE))
    if wanted.is_own:
        own = Whistle.caller_id == scope.account_id
        calls = select(WhistleCall.whistle_id).where(WhistleCall.unit == scope.unit)
        conditions.append(own if scope.unit is None else or_(own, Whistle.id.in_(calls)))
    if below_id is not None:
        conditions.append(Whistle.id < below_id)
    query = (
        select(Whistle, Issue, CategoryRow)
        .join(Issue, Issue.id == Whistle.issue_id)
        .join(CategoryRow, CategoryRow.id == Issue.category_id)
    )
    return list(session.execute(query.where(*conditions).order_by(Whistle.id.desc()).limit(limit)))


def locked_with_silence(session: Session, now: datetime, limit: int) -> list[Issue]:
    """Matters with a whistle whose time to be answered is up, their rows locked; those others hold are left out."""
    is_due = and_(Whistle.status == BLOWN, Whistle.answer_by <= now)
    due = select(Whistle.issue_id).where(is_due).group_by(Whistle.issue_id)
    return _locked(session, due.order_by(func.min(Whistle.answer_by)).limit(limit))


def locked_left_over(session: Session, limit: int) -> list[Issue]:
    """Matters that ended otherwise than by an action (an import) while units were called, their rows locked."""
    left = (
        select(Whistle.issue_id)
        .join(Issue, Issue.id == Whistle.issue_id)
        .where(Whistle.status.in_(LIVE), Issue.status.not_in(OPEN))
        .distinct()
        .limit(limit)
    )
    return _locked(session, left)


def _locked(session: Session, keys: Select[tuple[int]]) -> list[Issue]:
    query = select(Issue).where(Issue.id.in_(keys)).order_by(Issue.id)
    return list(session.scalars(query.with_for_update(skip_locked=True)))


def silent_of(session: Session, issue_ids: Sequence[int], now: datetime) -> list[Whistle]:
    """The whistles over these matters whose time to be answered is up, as they stand by now."""
    query = (
        select(Whistle)
        .where(Whistle.issue_id.in_(issue_ids), Whistle.status == BLOWN, Whistle.answer_by <= now)
        .order_by(Whistle.answer_by, Whistle.id)
    )
    return list(session.scalars(query))


def silent_units(calls: Sequence[WhistleCall]) -> list[str]:
    """The units among these calls that have not accepted, in order."""
    return sorted(call.unit for call in calls if call.status == CALLED)
