"""The queues of the command-centre desk: open matters that wait for a seat, the most urgent first, and how many there are.

Only what lies in the areas a seat answers for: it can act on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, literal_column, not_, or_, select
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.due import IS_OPEN, IS_RUNNING, LATE, STANDS_STILL, WARNING, Now
from gridmap.db.issues import of_keys
from gridmap.db.loop_models import Whistle
from gridmap.db.models import Area, CategoryRow, Issue, Words
from gridmap.db.types import Instant
from gridmap.domain.issues import PAUSED, RUNNING
from gridmap.domain.scope import Scope
from gridmap.domain.whistle import LIVE

QUEUES = (
    "accept",
    "dispatch",
    "assign",
    "reopened",
    "verify",
    "close",
    "overdue",
    "triage",
    "supervised",
    "whistles",
    "suspended",
)
"""待审核, 待派遣, 待指派 (the rules found nobody to handle it), 不满意 (its reporter had it taken up again, and nobody
has it in hand yet), 待核查, 待结案, 超期, 待定网格, 督办, 吹哨, 挂账. A
matter can stand in several."""
_STATES = {
    "accept": "received",
    "dispatch": "accepted",
    "assign": "reported",
    "verify": "handled",
    "close": "verified",
    "suspended": PAUSED,
}
_NEVER = literal_column("'infinity'", Instant)
URGENT = literal_column("coalesce(issues.stage_due_at, issues.due_at, 'infinity')", Instant)
"""When the step a matter is in is due, else the whole of it: as the index of the desk has it, and never null."""
_LIVE = [literal_column(f"'{status}'") for status in LIVE]
_UNASSIGNED = and_(Issue.handler_id.is_(None), Issue.unit.is_(None))
_IS_REOPENED = and_(Issue.reopened_at.is_not(None), Issue.status == literal_column("'reported'"))
"""Nobody began with it since: whoever is given it, or begins by themselves, leads it out of this state."""


@dataclass(frozen=True)
class Wanted:
    """What of a queue is listed; None everywhere: nothing is left out.

    `area_path` all below an area, `words` a part of the number, of what was said, of the category's or cell's name;
    `due` what their clocks say (see `Pressing`).
    """

    area_path: str | None = None
    category_ids: tuple[int, ...] | None = None
    words: str | None = None
    due: Pressing | None = None


@dataclass(frozen=True)
class Pressing:
    """Matters by their clocks, that of the step or that of the whole: `word` is one of due.PRESSING.

    `step_soon_by`: deadlines of steps up to then are near; `steps_very_late_by`: by state, those up to then passed
    long ago; `now` has the bounds of the whole by its limits.
    """

    word: str
    now: Now
    step_soon_by: datetime
    steps_very_late_by: Mapping[str, datetime]

    def holds(self) -> ColumnElement[bool]:
        """Whether a matter's clock says so."""
        if self.word == LATE:
            return is_late(self.now.at)
        if self.word == WARNING:
            step = and_(Issue.stage_due_at > self.now.at, Issue.stage_due_at <= self.step_soon_by)
        else:
            states = self.steps_very_late_by.items()
            step = or_(
                false(), *(and_(Issue.status == name, Issue.stage_due_at <= by) for name, by in states)
            )
        return or_(and_(Issue.status != PAUSED, step), self.now.is_due(self.word))


class Waiting(NamedTuple):
    """A row of a queue, as `issues.of_keys` tells it, and its place in the order (None: behind all that have one)."""

    row: Row[Any]
    moment: datetime | None


class Tally(NamedTuple):
    """How many matters a queue holds, and of how many the time is up."""

    count: int
    late: int


def runs_until(issue: Issue) -> datetime | None:
    """When the clock that runs for a matter is up: that of its step, else that of the whole; None where none runs."""
    if issue.status == PAUSED:
        return None
    runs = issue.status in RUNNING and issue.left_s is None
    return issue.stage_due_at or (issue.due_at if runs else None)


def is_late(now: datetime) -> ColumnElement[bool]:
    """Whether the time of the step a matter is in is up, or that of the whole while it runs."""
    of_whole = and_(IS_RUNNING, Issue.due_at <= now)
    return and_(Issue.status != PAUSED, or_(Issue.stage_due_at <= now, of_whole))


def tallies(session: Session, scope: Scope, now: datetime) -> dict[str, Tally]:
    """The size of every queue in `scope`."""
    counted = dict.fromkeys(QUEUES, Tally(0, 0))
    for row in session.execute(by_state(scope, now)):
        for name, more in _tallied(row):
            before = counted[name]
            counted[name] = Tally(before.count + more.count, before.late + more.late)
    for name, query in (
        ("reopened", _reopened(scope, now)),
        ("supervised", _supervised(scope, now)),
        ("whistles", _whistled(scope, now)),
    ):
        counted[name] = Tally(*session.execute(query).one())
    return counted


def _tallied(row: Row[Any]) -> Iterator[tuple[str, Tally]]:
    """What the matters in one state add to the queues."""
    runs = row.status in RUNNING

    def tally(count: int, either_over: int, step_over: int) -> Tally:
        return Tally(count, 0 if row.status == PAUSED else either_over if runs else step_over)

    for name, state in _STATES.items():
        if state == row.status and name != "assign":
            yield name, tally(row.all, row.all_over, row.all_step)
        elif state == row.status:
            yield name, tally(row.alone, row.alone_over, row.alone_step)
    yield "triage", tally(row.lost, row.lost_over, row.lost_step)
    if runs:
        yield "overdue", Tally(row.over, row.over)


def by_state(scope: Scope, now: datetime) -> Select[Any]:
    """How many open matters there are in each state: `all`, those `lost` without a cell, those `alone` without a handler.

    Of each of them those whose step is over, and those whose step or whole is; `over` are those whose whole
    is. One index has all of it in its order: nothing is sorted, and what follows from a state is said afterwards.
    """
    step = Issue.stage_due_at <= now
    whole = and_(Issue.due_at <= now, not_(STANDS_STILL))
    either = or_(step, whole)
    told = [func.count().filter(whole).label("over")]
    for name, condition in (("all", None), ("lost", Issue.is_triage), ("alone", _UNASSIGNED)):
        own = [] if condition is None else [condition]
        told += [
            (func.count().filter(*own) if own else func.count()).label(name),
            func.count().filter(*own, step).label(f"{name}_step"),
            func.count().filter(*own, either).label(f"{name}_over"),
        ]
    query = select(Issue.status, *told).where(IS_OPEN, _below(scope.paths))
    return _through_desk(query.group_by(Issue.status))


def _below(paths: Sequence[str]) -> Any:
    """The condition that a matter lies below one of `paths`, not by the index of paths.

    PostgreSQL, which forgets how much an area holds once it has prepared a query, would go through that for
    the half of all matters; filtered out of the index of a queue they cost a tenth.
    """
    return below_any(paths, func.coalesce(Issue.path, literal_column("''")))


def _through_desk(query: Select[Any]) -> Select[Any]:
    """`query`, which asks for IS_OPEN by itself, through the desk's index, which SQLite does not find alone."""
    return query.with_hint(Issue, "INDEXED BY issues_desk", "sqlite")


def _reopened(scope: Scope, now: datetime) -> Select[Any]:
    number = select(func.count(), func.count().filter(is_late(now)))
    return _through_reopened(number.where(_IS_REOPENED, _below(scope.paths)))


def _through_reopened(query: Select[Any]) -> Select[Any]:
    """Through the index of the few that were ever reopened, which neither engine finds among so many states."""
    return query.with_hint(Issue, "INDEXED BY issues_reopened", "sqlite")


def _supervised(scope: Scope, now: datetime) -> Select[Any]:
    number = select(func.count(), func.count().filter(is_late(now)))
    return number.where(Issue.supervised_at.is_not(None), IS_OPEN, _below(scope.paths))


def _whistled(scope: Scope, now: datetime) -> Select[Any]:
    live = _live_whistles()
    number = select(func.count(), func.count().filter(live.c.answer_by <= now))
    return number.select_from(Issue).join(live, live.c.issue_id == Issue.id).where(
        IS_OPEN, _below(scope.paths)
    )  # fmt: skip


def _live_whistles() -> Any:
    """Matters with a whistle that has not ended, and when the first of them has to be answered (None: none runs)."""
    query = select(Whistle.issue_id, func.min(Whistle.answer_by, type_=Instant).label("answer_by"))
    return query.where(Whistle.status.in_(_LIVE)).group_by(Whistle.issue_id).subquery()


def page(
    session: Session,
    scope: Scope,
    queue: str,
    wanted: Wanted,
    now: datetime,
    *,
    after: tuple[datetime | None, int] | None,
    limit: int,
) -> list[Waiting]:
    """A queue (one of QUEUES) behind the place `after` (moment and key), first due first, then by row."""
    found = session.execute(places(scope, queue, wanted, now, after=after, limit=limit)).all()
    rows = {row.Issue.id: row for row in of_keys(session, [place.id for place in found])}
    return [Waiting(rows[place.id], place.moment) for place in found]


def places(
    scope: Scope,
    queue: str,
    wanted: Wanted,
    now: datetime,
    *,
    after: tuple[datetime | None, int] | None,
    limit: int,
) -> Select[Any]:
    """The keys and moments of a page: rows are wide, only those of the page are read."""
    query, order, moment = _LISTED[queue](now) if queue in _LISTED else _by_state(queue)
    query = query.add_columns(Issue.id, moment.label("moment")).where(
        IS_OPEN, _below(scope.paths), *_narrowed(wanted)
    )
    if after is not None:
        query = query.where(_behind(order, *after))
    return query.order_by(order, Issue.id).limit(limit)


_Ordered = tuple[Select[Any], ColumnElement[Any], ColumnElement[Any]]
"""What a queue is asked by: its condition, what orders it (never null), and that as it is told (may be null)."""
_TOLD = func.coalesce(Issue.stage_due_at, Issue.due_at, type_=Instant)


def _by_state(queue: str) -> _Ordered:
    # Written out, not as a parameter: the index of the desk is only of open states.
    query = _through_desk(select().where(Issue.status == literal_column(f"'{_STATES[queue]}'")))
    return (query.where(_UNASSIGNED) if queue == "assign" else query), URGENT, _TOLD


def _triage(_now: datetime) -> _Ordered:
    return _through_desk(select().where(Issue.is_triage.is_(True))), URGENT, _TOLD


def _sent_back(_now: datetime) -> _Ordered:
    return _through_reopened(select().where(_IS_REOPENED)), URGENT, _TOLD


def _overdue(now: datetime) -> _Ordered:
    query = select().where(IS_RUNNING, Issue.due_at <= now)
    return (
        query.with_hint(Issue, "INDEXED BY issues_open", "sqlite"),
        Issue.due_at.expression,
        Issue.due_at.expression,
    )


def _under_supervision(_now: datetime) -> _Ordered:
    return select().where(Issue.supervised_at.is_not(None)), URGENT, _TOLD


def _under_whistles(_now: datetime) -> _Ordered:
    live = _live_whistles()
    query = select().select_from(Issue).join(live, live.c.issue_id == Issue.id)
    return query, func.coalesce(live.c.answer_by, _NEVER, type_=Instant), live.c.answer_by


_LISTED: dict[str, Callable[[datetime], _Ordered]] = {
    "reopened": _sent_back,
    "triage": _triage,
    "overdue": _overdue,
    "supervised": _under_supervision,
    "whistles": _under_whistles,
}


def _behind(order: ColumnElement[Any], moment: datetime | None, key: int) -> ColumnElement[bool]:
    if moment is None:
        return and_(order == _NEVER, Issue.id > key)
    return and_(order >= moment, or_(order > moment, Issue.id > key))


def _narrowed(wanted: Wanted) -> list[Any]:
    conditions: list[Any] = []
    if wanted.area_path is not None:
        conditions.append(_below([wanted.area_path]))
    if wanted.category_ids is not None:
        conditions.append(Issue.category_id.in_(wanted.category_ids))
    if wanted.words:
        conditions.append(_says(wanted.words))
    if wanted.due:
        conditions.append(wanted.due.holds())
    return conditions


def _says(words: str) -> ColumnElement[bool]:
    def has(column: Any) -> ColumnElement[bool]:
        return column.icontains(words, autoescape=True)  # type: ignore[no-any-return]

    named = select(CategoryRow.id).where(or_(has(CategoryRow.name_zh), has(CategoryRow.name_en)))
    placed = select(Area.id).where(has(Area.name))
    said = (
        select(Words.id).where(Words.issue_id == Issue.id, Words.kind != "contact", has(Words.text)).exists()
    )
    return or_(has(Issue.number), Issue.category_id.in_(named), Issue.cell_id.in_(placed), said)
