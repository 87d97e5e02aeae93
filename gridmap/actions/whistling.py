"""Blow a whistle (吹哨) over a matter, hold the matter until every unit did its part, raise it where nobody answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from gridmap.actions.acts import Case, Effect, needed
from gridmap.actions.office import Office, Work, add_events, tie_of
from gridmap.actions.reporting import news_of
from gridmap.db import accounts, categories, posts, whistles
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import CategoryRow, Issue
from gridmap.domain import whistle as rules
from gridmap.domain.assignment import Post
from gridmap.domain.issues import OPEN
from gridmap.errors import ConflictError, ForbiddenError, InvalidInputError

HELD_BACK = frozenset({"finish", "self_fix", "verify", "close", "void", "decline", "merge"})
"""What cannot be done to a matter while a unit that was called to it has not given its evidence (联合办结)."""
BATCH = 200
"""So many matters are raised in one transaction."""


def _blow(case: Case) -> None:
    """Call units: each is told, sees the matter from now on, and has its own clock."""
    issue, now = case.issue, case.work.now
    units, kind, level = _units(case), _kind(case), _level(case)
    whistle = Whistle(
        district_code=issue.district_code,
        issue_id=issue.id,
        path=issue.path,
        level=level,
        kind=kind,
        status=rules.BLOWN,
        caller_id=case.actor.account_id,
        called_at=now,
        answer_by=case.office.deadlines.due_by(case.office.whistles.answer_limit(level, kind), now),
        raised=0,
    )
    case.work.session.add(whistle)
    case.work.session.flush()
    site_by = case.office.deadlines.due_by(case.office.whistles.site_limit(level, kind), now)
    case.work.session.add_all(_call(whistle, unit, site_by) for unit in units)
    keep_called(case.work.session, issue)
    case.data |= told_of(whistle) | {"units": units, "answer_by": _text(whistle.answer_by)}


def _call(whistle: Whistle, unit: str, site_by: datetime | None) -> WhistleCall:
    return WhistleCall(
        district_code=whistle.district_code,
        whistle_id=whistle.id,
        issue_id=whistle.issue_id,
        unit=unit,
        status=rules.CALLED,
        called_at=whistle.called_at,
        site_by=site_by,
    )


def _units(case: Case) -> list[str]:
    """The units to call: somebody answers for each, each stands there once, none is still busy with an earlier call."""
    wanted = list(needed(case.act.units, "units", case.act.name))
    # A matter keeps its units a line each.
    known = [unit for unit in accounts.units(case.work.session) if "\n" not in unit]
    for unit in wanted:
        if unit not in known or not accounts.held_of_unit(case.work.session, unit):
            raise InvalidInputError("unit_unknown", unit=unit, choices=known)
        if wanted.count(unit) > 1:
            raise InvalidInputError("unit_called_twice", unit=unit)
    busy = set(whistles.missing_units(case.work.session, case.issue.id)) if case.issue.called else set()
    if again := sorted(busy.intersection(wanted)):
        raise ConflictError("unit_called_already", units=again)
    return wanted


def _kind(case: Case) -> str:
    kind: str = needed(case.act.kind, "kind", case.act.name)
    if kind not in rules.KINDS:
        raise InvalidInputError("whistle_kind_unknown", kind=kind, choices=list(rules.KINDS))
    return kind


def _level(case: Case) -> int:
    """The level asked for, or the usual one. A leader blows for the area they lead and what lies below, no higher."""
    leads = "dispatch" not in case.ties
    level = case.act.level or rules.usual_level(case.level, case.issue.tier or 1, leads=leads)
    if level not in rules.WHISTLE_LEVELS:
        raise InvalidInputError("whistle_level_unknown", level=level, choices=list(rules.WHISTLE_LEVELS))
    if level > case.level:
        raise ForbiddenError("whistle_above_your_level", level=level, highest=case.level)
    return level


def told_of(whistle: Whistle) -> dict[str, Any]:
    """What every event of a whistle holds."""
    return {"whistle": whistle.id, "level": whistle.level, "kind": whistle.kind}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def keep_called(session: Session, issue: Issue) -> None:
    """Note at the matter which units its whistles call: they see it."""
    session.flush()
    issue.called = "\n".join(whistles.called_units(session, issue.id)) or None


def refuse_while_called(case: Case) -> None:
    """Raises ConflictError `whistle_open` where the act would end what units called to it still work on."""
    if case.issue.called and case.act.name in HELD_BACK:
        missing = whistles.missing_units(case.work.session, case.issue.id)
        if missing:
            raise ConflictError("whistle_open", action=case.act.name, units=missing)


def follow(case: Case) -> None:
    """After an act: whistles lie where their matter lies, and end with it. Their clocks are left alone."""
    issue = case.issue
    if not issue.called:
        return
    for whistle in whistles.live_of(case.work.session, issue.id):
        whistle.path = issue.path
        if issue.status not in OPEN:
            end(whistle, rules.CLOSED if whistle.status == rules.DONE else rules.CANCELLED, case.work.now)
    keep_called(case.work.session, issue)


def end(whistle: Whistle, status: str, now: datetime) -> None:
    """The whistle is over: no clock of it runs any more."""
    whistle.status, whistle.ended_at, whistle.answer_by = status, now, None


WHISTLING: Mapping[str, Effect] = {"whistle": _blow}


def raise_silent(office: Office) -> int:
    """Raise every whistle that a unit left unanswered beyond its time by one level; commits. How many rises that were.

    After a time in which nobody looked it rises as often as it should have: each is an event of its own that
    says when it was due (`due`), and the next clock begins then. At the highest level it stays and counts as
    overdue. Two at once do not meet: each takes matters the other has not locked. Whistles over matters that
    ended otherwise (an import) are ended.
    """
    _end_left_over(office)
    rises = 0
    while True:
        with office.work() as work:
            found = whistles.locked_with_silence(work.session, work.now, BATCH)
            rises += _raise_all(office, work, found)
        if len(found) < BATCH:
            return rises


def _raise_all(office: Office, work: Work, found: Sequence[Issue]) -> int:
    silent = whistles.silent_of(work.session, [issue.id for issue in found], work.now) if found else []
    by_id = {issue.id: issue for issue in found}
    calls = whistles.calls_of(work.session, [whistle.id for whistle in silent])
    held = posts.along_many(work.session, {issue.path for issue in found if issue.path}, work.now)
    events = []
    for whistle in silent:
        issue, units = by_id[whistle.issue_id], whistles.silent_units(calls[whistle.id])
        for kind, said in _rises(office, whistle, work.now):
            events.append((issue, kind, said | {"units": units} | _head(office, issue, whistle.level, held)))
    add_events(work, events)
    of_issues = categories.by_ids(work.session, {issue.category_id for issue in found})
    for issue, kind, _ in events:
        news, tie = news_of(issue, of_issues[issue.category_id], kind), tie_of(issue)
        work.tell("issue", news, district_code=issue.district_code, before=tie, after=tie)
    return sum(kind == "whistle_raised" for _, kind, _ in events)


def _rises(office: Office, whistle: Whistle, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    """Raise a whistle until its clock lies ahead again; the events of that, each with the moment it was due."""
    while whistle.status == rules.BLOWN and whistle.answer_by is not None and whistle.answer_by <= now:
        due = whistle.answer_by
        if whistle.level == rules.HIGHEST:
            whistle.status = rules.OVERDUE
            yield "whistle_overdue", told_of(whistle) | {"due": due.isoformat()}
            return
        whistle.level, whistle.raised = whistle.level + 1, whistle.raised + 1
        limit = office.whistles.answer_limit(whistle.level, whistle.kind)
        whistle.answer_by = office.deadlines.due_by(limit, due)
        yield (
            "whistle_raised",
            told_of(whistle) | {"due": due.isoformat(), "answer_by": _text(whistle.answer_by)},
        )


def _head(office: Office, issue: Issue, level: int, held: Sequence[Post]) -> dict[str, Any]:
    """Whose business it is now."""
    post = rules.head_for(level, issue.path, held, office.roles)
    return {"head": post.person_id, "head_area": post.area_path} if post else {"head": None}


def _end_left_over(office: Office) -> None:
    while True:
        with office.work() as work:
            found = whistles.locked_left_over(work.session, BATCH)
            for issue in found:
                _cancel_all(work, issue)
        if len(found) < BATCH:
            return


def _cancel_all(work: Work, issue: Issue) -> None:
    before, live = tie_of(issue), whistles.live_of(work.session, issue.id)
    for whistle in live:
        end(whistle, rules.CLOSED if whistle.status == rules.DONE else rules.CANCELLED, work.now)
    add_events(work, [(issue, "whistle_cancelled", told_of(whistle)) for whistle in live])
    keep_called(work.session, issue)
    news = news_of(issue, work.session.get_one(CategoryRow, issue.category_id), "whistle_cancelled")
    work.tell("issue", news, district_code=issue.district_code, before=before, after=tie_of(issue))
