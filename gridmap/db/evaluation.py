"""Asking what evaluation counts: by place, category, unit and month, and which matters a count is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, case, false, func, null, select, true
from sqlalchemy.orm import Session

from gridmap.db.areas import below_any
from gridmap.db.evaluation_counts import Source, month_number, sources
from gridmap.db.issues import seen
from gridmap.db.models import Area, CategoryRow, Issue
from gridmap.domain.codes import ancestors
from gridmap.domain.indicators import Figure, Indicator
from gridmap.domain.months import Month
from gridmap.domain.scope import Scope

PLACE, CATEGORY, UNIT, WHOLE = BY = ("path", "category", "unit", "whole")
"""What counts are kept apart by: the path of the cell, the category's key, the department, nothing."""
_KEY, _IN_MONTH = "counted_by", "in_month"


@dataclass(frozen=True)
class Population:
    """Whose matters are counted: those at or below one of `paths` ("": everywhere).

    And only those of `unit`, of `category_id`, or about the work of `person_id`, where these are not None.
    """

    paths: tuple[str, ...] = ("",)
    unit: str | None = None
    category_id: int | None = None
    person_id: int | None = None

    def conditions(self, source: Source) -> list[Any] | None:
        """What it asks of a source's rows; None where none of them can be meant."""
        found: list[Any] = []
        if "" not in self.paths:
            found.append(below_any(self.paths, source.path))
        if self.unit is not None:
            found.append(source.unit == self.unit)
        if self.category_id is not None:
            found.append(source.category == self.category_id)
        if self.person_id is not None:
            if source.person is None:
                return None
            found.append(source.person(self.person_id))
        return found


class Key(NamedTuple):
    """What a count is of: a path, category or unit (None for none, or for the whole), in one of the months."""

    of: Any
    month: int


def counted(
    session: Session, whose: Population, months: Sequence[Month], now: datetime, by: str
) -> dict[Key, Counter[str]]:
    """Every count of `indicators.COUNTS` that is not 0, kept apart by one of BY and by month.

    One query for each kind of row that is counted, however many areas there are.
    """
    totals: dict[Key, Counter[str]] = {}
    for source in sources(months, now):
        query = _counting(source, whose, months, by)
        if query is None:
            continue
        for of, month, *numbers in session.execute(query):
            counts = totals.setdefault(Key(of, month), Counter())
            counts.update({name: n for name, n in zip(source.counts, numbers, strict=True) if n})
    return totals


def _counting(source: Source, whose: Population, months: Sequence[Month], by: str) -> Select[Any] | None:
    conditions = whose.conditions(source)
    if conditions is None:
        return None
    key = null() if by == WHOLE else getattr(source, by)
    number = month_number(source.at, months)
    numbers = [func.count().filter(condition) for condition in source.counts.values()]
    query = select(key.label(_KEY), number.label(_IN_MONTH), *numbers).select_from(source.table)
    if _joins(source, whose, by):
        query = query.join(Issue, Issue.id == source.issue_id)
    if source.hint:
        query = query.with_hint(Issue, source.hint, "sqlite")
    return query.where(*source.base, *conditions).group_by(_KEY, _IN_MONTH)


def _joins(source: Source, whose: Population, by: str) -> bool:
    """Whether the matter's own row is needed beside the rows counted."""
    if source.table is Issue:
        return False
    asked = {by} & {PLACE, CATEGORY, UNIT}
    asked |= {PLACE} if "" not in whose.paths else set()
    asked |= {UNIT} if whose.unit is not None else set()
    asked |= {CATEGORY} if whose.category_id is not None else set()
    is_elsewhere = any(getattr(source, name).class_ is Issue for name in asked)
    return is_elsewhere or whose.person_id is not None


class Counted(NamedTuple):
    """A matter in a count, and how many times: a step may be due twice, a matter be rated twice."""

    number: str
    status: str
    category_id: int
    reported_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    times: int


def matters(
    session: Session,
    whose: Population,
    months: Sequence[Month],
    now: datetime,
    count: str,
    *,
    only: Iterable[int] | None = None,
    scope: Scope | None = None,
    limit: int | None = None,
) -> list[Counted]:
    """The matters that a count is made of, by number; with `only` those of these keys, with `limit` the first ones.

    With `scope` only those that may be seen there: a step taken here may be of a matter that has moved away.
    """
    found: dict[str, Counted] = {}
    for source, conditions in _told(whose, months, now, count):
        query = _naming(source, conditions)
        if only is not None:
            query = query.where(Issue.id.in_(list(only)))
        if scope is not None:
            query = query.where(seen(scope))
        for row in session.execute(query.order_by(Issue.number).limit(limit)):
            one = Counted(*row)
            before = found.get(one.number)
            found[one.number] = one if before is None else one._replace(times=one.times + before.times)
    return [found[number] for number in sorted(found)][:limit]


class Times(NamedTuple):
    """How much a count comes to, and how much of it is of matters that may not be seen."""

    all: int
    unseen: int


def times(
    session: Session, whose: Population, months: Sequence[Month], now: datetime, count: str, scope: Scope
) -> Times:
    """How much a count comes to, for whoever has that scope."""
    total = unseen = 0
    for source, conditions in _told(whose, months, now, count):
        query = _with_issue(select(func.count(), func.count().filter(~_sure(seen(scope)))), source)
        counted, hidden = session.execute(query.where(*conditions)).one()
        total, unseen = total + counted, unseen + hidden
    return Times(total, unseen)


def _sure(condition: Any) -> Any:
    """Whether a condition holds, where it may know no answer."""
    return case((condition, true()), else_=false())


def _told(
    whose: Population, months: Sequence[Month], now: datetime, count: str
) -> Iterator[tuple[Source, list[Any]]]:
    """The sources of a count, each with all that its rows have to meet."""
    for source in sources(months, now):
        conditions = whose.conditions(source)
        if conditions is not None and count in source.counts:
            yield source, [*source.base, *conditions, source.counts[count]]


def _with_issue(query: Select[Any], source: Source) -> Select[Any]:
    query = query.select_from(source.table)
    return query if source.table is Issue else query.join(Issue, Issue.id == source.issue_id)


def _naming(source: Source, conditions: Sequence[Any]) -> Select[Any]:
    columns = (
        Issue.number,
        Issue.status,
        Issue.category_id,
        Issue.reported_at,
        Issue.closed_at,
        Issue.due_at,
    )
    query = _with_issue(select(*columns, func.count()), source)
    return query.where(*conditions).group_by(Issue.id)


def summed(totals: Mapping[Key, Counter[str]]) -> Counter[str]:
    """All of it together."""
    return sum(totals.values(), Counter())


def rolled_up(totals: Mapping[Key, Counter[str]], roots: Iterable[str]) -> dict[str | None, Counter[str]]:
    """Counts by path, added up for each of `roots` that they lie at or below; None for those below none.

    No root lies below another one.
    """
    wanted, found = set(roots), dict[str | None, Counter[str]]()
    for key, counts in totals.items():
        root = next((step for step in ancestors(key.of or "") if step in wanted), None)
        found.setdefault(root, Counter()).update(counts)
    return found


class Shares(NamedTuple):
    """An indicator of some areas by path, and of all of them together: each weighs as much as its base."""

    areas: dict[str, Figure]
    together: Figure


def shares(
    session: Session, paths: Iterable[str], months: Sequence[Month], now: datetime, indicator: Indicator
) -> Shares:
    """An indicator for each of the areas at `paths`, of which none lies below another; for maps and rails."""
    roots = sorted(set(paths))
    below = rolled_up(counted(session, Population(tuple(roots)), months, now, PLACE), roots)
    areas = {path: indicator.figure(below.get(path, Counter())) for path in roots}
    return Shares(areas, indicator.figure(sum(below.values(), Counter())))


class Place(NamedTuple):
    """A current area."""

    code: str
    name: str
    level: str
    path: str


def places(session: Session, paths: Sequence[str], level: str) -> list[Place]:
    """The current areas of a level at or below one of `paths`, by code."""
    query = select(Area.code, Area.name, Area.level, Area.path)
    query = query.where(Area.valid_to.is_(None), Area.level == level, below_any(paths)).order_by(Area.code)
    return [Place(*row) for row in session.execute(query)]


def categories_by_id(session: Session, ids: Iterable[int]) -> dict[int, CategoryRow]:
    """Categories by key."""
    query = select(CategoryRow).where(CategoryRow.id.in_(set(ids)))
    return {row.id: row for row in session.scalars(query)}
