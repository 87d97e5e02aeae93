"""Whose figures somebody may see, and the figures themselves as rows: what the routes and the sheet of evaluation share.

A cell has one leader, so a cell's figures are nearly that person's: only those who lead it or stand above it in
the line get them, not the command centre nor administrators (docs/decisions/0030-evaluation.md).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from gridmap.db import accounts, areas, categories, evaluation, posts
from gridmap.db.evaluation import Place, Population
from gridmap.domain.categories import resolve
from gridmap.domain.codes import is_below, last_code, level_of
from gridmap.domain.indicators import Indicator, Rules
from gridmap.domain.leading import leads
from gridmap.domain.months import Month, month_of, months_between
from gridmap.domain.scope import Actor, smallest_roots
from gridmap.errors import ForbiddenError, InvalidInputError, NotFoundError
from gridmap.files.tables import load_indicators
from gridmap.texts import text
from gridmap.web import shapes
from gridmap.web.access import office
from gridmap.web.language import language
from gridmap.web.params_evaluation import EvaluationQuery

AREA_LEVELS = {"cell": "grid", "community": "community", "street": "street", "district": "district"}
MOST_ROWS = 1000
_KEY_OF = {"unit": evaluation.UNIT, "category": evaluation.CATEGORY, "month": evaluation.WHOLE}


@cache
def rules() -> Rules:
    """The indicators of this installation."""
    return load_indicators()


def indicator_named(code: str) -> Indicator:
    """Raises InvalidInputError `indicator_unknown`."""
    found = rules().indicators.get(code)
    if found is None:
        raise InvalidInputError("indicator_unknown", indicator=code, choices=list(rules().indicators))
    return found


@dataclass(frozen=True)
class Grounds:
    """Which areas somebody may be told figures of, below which of them cell by cell, and of which unit only (None: any)."""

    paths: tuple[str, ...]
    cells: tuple[str, ...] = ()
    unit: str | None = None


def grounds_of(session: Session, who: Actor) -> Grounds:
    """Raises ForbiddenError `no_area_figures` for who may see none: who neither leads nor serves more than a cell."""
    if who.kind == "department" and who.unit is not None:
        return Grounds(("",), unit=who.unit)
    led = _led(session, who)
    named = areas.named(session, [path for path in who.scope.paths if path])
    wide = [path for path in who.scope.paths if _is_wide(path, named)]
    paths = smallest_roots([*led, *wide])
    if not paths:
        raise ForbiddenError("no_area_figures", kind=who.kind)
    return Grounds(paths, smallest_roots(led))


def _is_wide(path: str, named: Mapping[str, Any]) -> bool:
    if not path:
        return True
    row = named.get(path)
    return (row.level if row is not None else level_of(last_code(path))) != "grid"


def _led(session: Session, who: Actor) -> list[str]:
    here = office()
    held = posts.of_person(session, who.person_id, here.clock()) if who.person_id else []
    return [post.area_path for post in held if leads(post, here.roles)]


def narrowed(session: Session, grounds: Grounds, by: str, area: str | None) -> Population:
    """Whose matters a question is about.

    Raises NotFoundError `area_not_found` for an area outside one's grounds, ForbiddenError
    `cells_only_for_leaders` for cells one does not lead.
    """
    paths = grounds.cells if by == "cell" else grounds.paths
    if area is None:
        if not paths:
            raise ForbiddenError("cells_only_for_leaders")
        return Population(paths, grounds.unit)
    found = areas.current(session, area)
    if found is None or not _meet(found.path, grounds.paths):
        raise NotFoundError("area_not_found", area_code=area)
    inside = [path for path in paths if is_below(path, found.path)]
    if any(is_below(found.path, path) for path in paths):
        inside = [found.path]
    if not inside or (found.level == "grid" and not _meet(found.path, grounds.cells)):
        raise ForbiddenError("cells_only_for_leaders")
    return Population(smallest_roots(inside), grounds.unit)


def _meet(path: str, roots: Sequence[str]) -> bool:
    return any(is_below(path, root) for root in roots)


def months_of(query: EvaluationQuery) -> list[Month]:
    """The months a question is about. Raises InvalidInputError `months_invalid`."""
    here = office()
    first = query.first or query.to or month_of(here.clock(), here.zone).name
    return months_between(first, query.to or first, here.zone)


class Row(NamedTuple):
    """The counts of one group; `group` None: of what lies in none."""

    group: str | None
    name: str
    counts: Counter[str]


@dataclass(frozen=True)
class Table:
    """Figures of some months: row by row, of what lies in no row, and of all."""

    query: EvaluationQuery
    months: list[Month]
    now: datetime
    rows: list[Row]
    elsewhere: Row | None
    total: Row

    @property
    def is_final(self) -> bool:
        """Whether the last of its months is over."""
        return self.months[-1].end <= self.now

    @property
    def has_composites(self) -> bool:
        """Composites are about the work of a place or a month, not of a department or a kind of matter.

        Nor of a cell: a grade for each would rank their leaders.
        """
        return self.query.by in ("community", "street", "district", "month")

    def matters_query(self, group: str | None) -> str:
        """What opens the matters of a row, less indicator and part."""
        wanted = {
            "by": self.query.by,
            "group": group,
            "area": self.query.area,
            "from": self.months[0].name,
            "to": self.months[-1].name,
        }
        return urlencode({name: value for name, value in wanted.items() if value is not None})


def table_of(session: Session, who: Actor, query: EvaluationQuery) -> Table:
    """The figures somebody asks for.

    Raises what `grounds_of`, `narrowed` and `months_of` raise, InvalidInputError `evaluation_too_wide` for more
    than MOST_ROWS rows.
    """
    now, months = office().clock(), months_of(query)
    whose = narrowed(session, grounds_of(session, who), query.by, query.area)
    by = _KEY_OF.get(query.by, evaluation.PLACE)
    totals = evaluation.counted(session, whose, months, now, by)
    rows = list(_rows(session, query, whose, months, totals))
    if len(rows) > MOST_ROWS:
        raise InvalidInputError("evaluation_too_wide", rows=len(rows), limit=MOST_ROWS)
    rest = next((row for row in rows if row.group is None), None)
    total = Row(None, text(language(), "evaluation.total"), evaluation.summed(totals))
    return Table(query, months, now, [row for row in rows if row.group is not None], rest, total)


def _rows(
    session: Session, query: EvaluationQuery, whose: Population, months: Sequence[Month], totals: Any
) -> Iterator[Row]:
    if query.by == "month":
        for number, month in enumerate(months):
            yield Row(month.name, month.name, totals.get(evaluation.Key(None, number), Counter()))
        return
    if query.by in AREA_LEVELS:
        yield from _areas(evaluation.places(session, whose.paths, AREA_LEVELS[query.by]), totals)
        return
    groups: dict[Any, Counter[str]] = {}
    for key, counts in totals.items():
        groups.setdefault(key.of, Counter()).update(counts)
    named = _units(session, whose) if query.by == "unit" else _categories(session, groups)
    for key, (group, name) in named.items():
        yield Row(group, name, groups.pop(key, Counter()))
    yield from _rest(groups)


def _areas(found: Sequence[Place], totals: Any) -> Iterator[Row]:
    below = evaluation.rolled_up(totals, (place.path for place in found))
    for place in found:
        yield Row(place.code, place.name, below.pop(place.path, Counter()))
    yield from _rest(below)


def _rest(groups: Mapping[Any, Counter[str]]) -> Iterator[Row]:
    left = sum(groups.values(), Counter())
    if left:
        yield Row(None, text(language(), "evaluation.elsewhere"), left)


def _units(session: Session, whose: Population) -> dict[Any, tuple[str, str]]:
    known = [whose.unit] if whose.unit is not None else accounts.units(session)
    return {unit: (unit, unit) for unit in known}


def _categories(session: Session, groups: Mapping[Any, Any]) -> dict[Any, tuple[str, str]]:
    rows = evaluation.categories_by_id(session, groups)
    told = {
        key: (f"{row.standard}:{row.kind}:{row.code}", shapes.category_name(row)) for key, row in rows.items()
    }
    return dict(sorted(told.items(), key=lambda item: item[1][0]))


def group_of(
    session: Session, who: Actor, query: EvaluationQuery, group: str | None
) -> tuple[Population, list[Month]]:
    """Whose matters, and of which months, one row of a table is about (None: all of it).

    Raises as `table_of`; NotFoundError `area_not_found`, `unit_not_found`, `month_not_asked`; InvalidInputError for a category
    nobody knows.
    """
    months, grounds = months_of(query), grounds_of(session, who)
    whose = narrowed(session, grounds, query.by, query.area)
    if group is None:
        return whose, months
    if query.by in AREA_LEVELS:
        inside = narrowed(session, replace(grounds, paths=whose.paths), query.by, group)
        return inside, months
    if query.by == "month":
        only = [month for month in months if month.name == group]
        if not only:
            raise NotFoundError("month_not_asked", month=group)
        return whose, only
    if query.by == "unit":
        if whose.unit not in (None, group):
            raise NotFoundError("unit_not_found", unit=group)
        return replace(whose, unit=group), months
    found = categories.by_wish(session, group)
    key = resolve(group, {one: categories.to_domain(row) for one, row in found.items()}).key
    return replace(whose, category_id=found[key].id), months
