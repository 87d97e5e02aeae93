"""What evaluation counts, as conditions of queries: the same ones count, and name the matters counted.

Whatever was due in a month belongs to that month, whenever it was done, and is judged as it stood when the
month ended (the running month: now); so a month that is over keeps its figures. A step that was handed on in
time (sent elsewhere, returned, raised) is not that party's any more; one handed on too late is, as not done.
Suspended matters (挂账) leave every base, voided and merged ones too. docs/evaluation.md says it in full.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, not_, or_, select

from gridmap.db.due import IS_OPEN, STANDS_STILL
from gridmap.db.loop_models import Rating, Recheck, Step, WhistleCall
from gridmap.db.models import Account, Issue
from gridmap.domain.issues import DROPPED, PAUSED
from gridmap.domain.months import Month, span_of

Condition = ColumnElement[bool]

STAFF, RESIDENT = "staff", "resident"
OPENING = ("accept", "dispatch", "self_fix")
"""What opens a matter that waited for acceptance."""
REFUSING = ("decline", "void")
SENDING = ("dispatch", "start", "finish", "self_fix", "close")
FINISHING = ("finish", "self_fix", "close")
CHECKING = ("verify", "rework", "reopen", "close")
BACK = ("rework", "reopen")
ELSEWHERE = ("dispatch", "forward")
DROPPING = (*REFUSING, "merge")
HANDLING = ("reported", "dispatched", "handling")
WELL = 2
"""The best of three marks."""


@dataclass(frozen=True)
class Source:
    """Rows that are counted: `at` says their month, `counts` which of them each count takes.

    `base` are the conditions all of them meet. The matter's row is joined where `issue_id` is not its own key.
    `person` makes the condition that a row is about the work of a person (None: none is).
    """

    table: Any
    at: Any
    issue_id: Any
    path: Any
    category: Any
    unit: Any
    base: tuple[Condition, ...]
    counts: Mapping[str, Condition]
    person: Callable[[int], Condition] | None = None
    hint: str | None = field(default=None)

    @property
    def needs_issue(self) -> bool:
        """Whether the matter's row has to be joined: for what the rows themselves do not say."""
        return any(column.table is Issue.__table__ for column in (self.path, self.category, self.unit))


def sources(months: Sequence[Month], now: datetime) -> Iterator[Source]:
    """All that is counted, for some adjoining months as of `now`."""
    yield _reports(months)
    yield _steps_due(months)
    yield _steps_ended(months)
    yield _running(months, now)
    yield from _closings(months, now)
    yield _ratings(months)
    yield _calls(months)
    yield _rechecks(months)


def _within(column: Any, months: Sequence[Month]) -> Condition:
    begin, end = span_of(months)
    return and_(column >= begin, column < end)


def month_number(column: Any, months: Sequence[Month]) -> Any:
    """Which of adjoining months a moment within them lies in, from 0."""
    if len(months) == 1:
        return literal(0)
    return case(*((column < month.end, number) for number, month in enumerate(months)))


def _by_the_end(done: Any, due: Any, months: Sequence[Month]) -> Condition:
    """Whether something was done before the month ended that it was due in."""
    return or_(*(and_(due >= month.begin, due < month.end, done < month.end) for month in months))


def _accounts(person_id: int) -> Any:
    return select(Account.id).where(Account.person_id == person_id)


def _of_issue() -> dict[str, Any]:
    return {"issue_id": Issue.id, "path": Issue.path, "category": Issue.category_id, "unit": Issue.unit}


def _reports(months: Sequence[Month]) -> Source:
    """Matters by the month they were reported in; those merged into another one stand for nothing."""
    is_void = Issue.status == "void"
    is_right = Issue.status.not_in(("received", "void"))  # opened, and not voided since
    by_staff = Issue.source == STAFF
    counts = {
        "reported": literal(True),
        "reported_by_staff": by_staff,
        "valid_by_staff": and_(by_staff, ~is_void),
        "opened": _was_opened(),
        "opened_rightly": is_right,
        "missed": and_(is_right, ~by_staff, Issue.is_triage.is_(False)),
        "by_residents": and_(is_right, Issue.source == RESIDENT),
    }
    base = (_within(Issue.reported_at, months), Issue.status != "merged")
    return Source(
        Issue,
        Issue.reported_at,
        **_of_issue(),
        base=base,
        counts=counts,
        person=lambda who: Issue.account_id.in_(_accounts(who)),
    )


def _was_opened() -> Condition:
    """Whether a matter was ever opened (立案): it waits no more, and it was not refused while it waited."""
    refused = (
        select(case((and_(func.count() > 0, func.count().filter(Step.stage != "accept") == 0), 1), else_=0))
        .where(Step.issue_id == Issue.id)
        .scalar_subquery()
    )
    # In a CASE it is asked of voided matters only.
    return case((Issue.status == "received", 0), (Issue.status == "void", 1 - refused), else_=1) == 1


def _due(stage: str, doing: tuple[str, ...], dropping: tuple[str, ...] = DROPPING) -> Condition:
    """Steps that count as due: brought to their end, or still undone when their time was up."""
    is_late = Step.ended_at > Step.due_at
    return and_(Step.stage == stage, or_(Step.action.in_(doing), and_(is_late, Step.action.not_in(dropping))))


def _in_time(stage: str, doing: tuple[str, ...]) -> Condition:
    return and_(Step.stage == stage, Step.action.in_(doing), Step.ended_at <= Step.due_at)


def _of_step() -> dict[str, Any]:
    return {"issue_id": Step.issue_id, "path": Step.path, "category": Step.category_id, "unit": Step.unit}


def _steps_due(months: Sequence[Month]) -> Source:
    """Ended steps by the month they were due in."""
    proving = (*OPENING, *REFUSING)
    is_own = Step.unit.is_(None)
    handling, handled_in_time = _due("handle", FINISHING), _in_time("handle", FINISHING)
    is_handled = and_(Step.stage == "handle", Step.action.in_(FINISHING))
    counts = {
        "proving_due": _due("accept", proving, ("merge",)),
        "proved_in_time": _in_time("accept", proving),
        "opening_due": _due("accept", OPENING),
        "opened_in_time": _in_time("accept", OPENING),
        "sending_due": _due("dispatch", SENDING),
        "sent_in_time": _in_time("dispatch", SENDING),
        "handling_due": handling,
        "handled": and_(is_handled, _by_the_end(Step.ended_at, Step.due_at, months)),
        "handled_in_time": handled_in_time,
        "own_handling_due": and_(handling, is_own),
        "own_handled_in_time": and_(handled_in_time, is_own),
        "checking_due": _due("verify", CHECKING),
        "checked_in_time": _in_time("verify", CHECKING),
    }
    base = (_within(Step.due_at, months),)
    return Source(Step, Step.due_at, **_of_step(), base=base, counts=counts, person=_doer)


def _doer(who: int) -> Condition:
    """A handling belongs to who had it in hand (no department's), any other step to who ended it."""
    had_it = and_(Step.stage == "handle", Step.person_id == who, Step.unit.is_(None))
    return or_(had_it, and_(Step.stage != "handle", Step.account_id.in_(_accounts(who))))


def _steps_ended(months: Sequence[Month]) -> Source:
    """Ended steps by the month they ended in: what became of what was sent, and of what was handled."""
    was_sent = or_(
        Step.action.in_((*FINISHING, "return")),
        # The rules gave it to somebody, a person to somebody else: nobody sent it wrong.
        and_(Step.action.in_(ELSEWHERE), Step.status != "reported"),
    )
    is_handling, is_check = Step.stage == "handle", Step.stage.in_(("verify", "close"))
    counts = {
        "sent": and_(is_handling, was_sent),
        "sent_rightly": and_(is_handling, Step.action.in_(FINISHING)),
        "judged": and_(is_check, Step.action.in_((*BACK, "close"))),
        "reworked": and_(is_check, Step.action.in_(BACK)),
    }
    base = (_within(Step.ended_at, months),)
    return Source(
        Step,
        Step.ended_at,
        **_of_step(),
        base=base,
        counts=counts,
        person=lambda who: and_(Step.person_id == who, Step.unit.is_(None)),
    )


def _running(months: Sequence[Month], now: datetime) -> Source:
    """Steps that have not ended, and whose time is up."""
    is_handling, is_own = Issue.status.in_(HANDLING), Issue.unit.is_(None)
    due_at = case((is_handling, Issue.due_at), else_=Issue.stage_due_at)
    waits = Issue.status == "received"
    counts = {
        "proving_due": waits,
        "opening_due": waits,
        "sending_due": Issue.status == "accepted",
        "handling_due": is_handling,
        "own_handling_due": and_(is_handling, is_own),
        "checking_due": Issue.status == "handled",
    }
    has_step = Issue.status.in_((*HANDLING, "received", "accepted", "handled"))
    base = (IS_OPEN, has_step, _within(due_at, months), due_at <= now)
    return Source(
        Issue,
        due_at,
        **_of_issue(),
        base=base,
        counts=counts,
        person=lambda who: and_(is_handling, Issue.handler_id == who, is_own),
        hint="INDEXED BY issues_open",
    )


def _closings(months: Sequence[Month], now: datetime) -> Iterator[Source]:
    """Matters by the month their deadline lies in: those closed, and those that should be."""
    counts = {
        "closing_due": literal(True),
        "closed": _by_the_end(Issue.closed_at, Issue.due_at, months),
        "closed_in_time": Issue.closed_at <= Issue.due_at,
    }
    is_due = _within(Issue.due_at, months)
    stands = (is_due, Issue.status.not_in((*DROPPED, PAUSED)))
    closed = (Issue.closed_at.is_not(None), *stands)
    yield Source(Issue, Issue.due_at, **_of_issue(), base=closed, counts=counts)
    is_back = and_(
        Issue.status == "accepted", STANDS_STILL
    )  # returned to the desk: its time goes on with who gets it
    waiting = (IS_OPEN, Issue.closed_at.is_(None), *stands, Issue.due_at <= now, not_(is_back))
    only = {"closing_due": literal(True)}
    yield Source(Issue, Issue.due_at, **_of_issue(), base=waiting, counts=only, hint="INDEXED BY issues_open")


def _ratings(months: Sequence[Month]) -> Source:
    """What reporters said, each time they did."""
    late = select(Step.id).where(
        Step.issue_id == Rating.issue_id, Step.stage == "accept", Step.ended_at > Step.due_at
    )
    counts = {
        "rated": literal(True),
        "answered": ~late.exists(),
        "solved": Rating.solved == WELL,
        "content": Rating.satisfaction > 0,
    }
    return Source(
        Rating,
        Rating.at,
        Rating.issue_id,
        Rating.path,
        Issue.category_id,
        Issue.unit,
        (_within(Rating.at, months),),
        counts,
        _handler,
    )


def _handler(who: int) -> Condition:
    return and_(Issue.handler_id == who, Issue.unit.is_(None))


def _calls(months: Sequence[Month]) -> Source:
    """What those who blew a whistle said of the units they called."""
    counts = {"calls_rated": literal(True), "calls_liked": WhistleCall.rating == WELL}
    base = (WhistleCall.rating.is_not(None), _within(WhistleCall.rated_at, months))
    return Source(
        WhistleCall,
        WhistleCall.rated_at,
        WhistleCall.issue_id,
        Issue.path,
        Issue.category_id,
        WhistleCall.unit,
        base,
        counts,
    )


def _rechecks(months: Sequence[Month]) -> Source:
    """What was found when closed matters were looked at again."""
    counts = {"rechecked": literal(True), "rechecked_well": Recheck.is_well.is_(True)}
    base = (Recheck.is_well.is_not(None), _within(Recheck.done_at, months))
    return Source(
        Recheck,
        Recheck.done_at,
        Recheck.issue_id,
        Recheck.path,
        Issue.category_id,
        Issue.unit,
        base,
        counts,
        _handler,
    )
