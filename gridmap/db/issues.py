"""Asking for matters: filtered pages, one whole, counts, points for heat; always inside a scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import ColumnElement, Row, Select, and_, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from gridmap.db.areas import below_any
from gridmap.db.asking import Question
from gridmap.db.due import IS_OPEN, Now, through_open
from gridmap.db.loop_models import Whistle, WhistleCall
from gridmap.db.models import Area, CategoryRow, Issue, Person, Words
from gridmap.db.spatial import as_wkb, touches_box
from gridmap.domain.codes import ancestors, codes_in
from gridmap.domain.issues import OPEN
from gridmap.domain.scope import Scope
from gridmap.domain.whistle import LIVE, PART_DONE
from gridmap.geo.locate import BBox

_AT_ONCE = 5000
"""So many values are asked for in one query: both engines take more."""
_Owner, _Handler = aliased(Person), aliased(Person)
_Other = aliased(Issue)
"""The one a matter was merged into."""


@dataclass(frozen=True)
class Filter:
    """What a list of matters is narrowed to; None everywhere: nothing.

    `statuses` are states, `in_triage` those without a cell; `area_path` all below an area; times are
    of the report, `since` included, `until` not; `mine` those one owns, handles or reported; `number`
    a part of the readable number; `due` one of `due.WORDS` as of a moment. `label_bbox` is `bbox` for
    readers who know a matter's cell but not its place: asked of the cell's label point, by the pages and
    `label_points` only.
    """

    bbox: BBox | None = None
    area_path: str | None = None
    statuses: tuple[str, ...] | None = None
    in_triage: bool | None = None
    category_ids: tuple[int, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None
    mine: bool = False
    number: str | None = None
    due: tuple[str, Now] | None = None
    label_bbox: BBox | None = None


def seen(scope: Scope) -> ColumnElement[bool]:
    """The condition that a matter lies in `scope`: the query form of `Scope.sees`."""
    if scope.is_everything:
        return Issue.id.is_not(None)
    ways: list[Any] = [Issue.account_id == scope.account_id]
    if scope.paths:
        ways.append(below_any(scope.paths, Issue.path))
    if scope.person_id is not None:
        ways += [Issue.owner_id == scope.person_id, Issue.handler_id == scope.person_id]
    if scope.unit is not None:
        # By the whistles themselves and not only by the unit: one that has ended ties nobody any more.
        called = (
            select(WhistleCall.issue_id)
            .join(Whistle, Whistle.id == WhistleCall.whistle_id)
            .where(WhistleCall.unit == scope.unit, Whistle.status.in_(LIVE))
        )
        ways += [Issue.unit == scope.unit, and_(Issue.called.is_not(None), Issue.id.in_(called))]
    return or_(*ways)


def _own(scope: Scope) -> ColumnElement[bool]:
    return seen(Scope((), scope.account_id, scope.person_id, scope.unit))


def matching(session: Session, scope: Scope, wanted: Filter) -> ColumnElement[bool]:
    """The condition that a matter lies in `scope` and is what `wanted` asks for."""
    conditions: list[Any] = _placed(session, wanted)
    if wanted.area_path is None or not scope.covers(wanted.area_path):
        conditions.append(seen(scope))
    if wanted.statuses is not None:
        conditions.append(Issue.status.in_(wanted.statuses))
    if wanted.in_triage is not None:
        conditions.append(Issue.is_triage.is_(wanted.in_triage))
    if wanted.category_ids is not None:
        conditions.append(Issue.category_id.in_(wanted.category_ids))
    if wanted.since:
        conditions.append(Issue.reported_at >= wanted.since)
    if wanted.until:
        conditions.append(Issue.reported_at < wanted.until)
    if wanted.mine:
        conditions.append(_own(scope))
    if wanted.number:
        conditions.append(Issue.number.contains(wanted.number, autoescape=True))
    if wanted.due:
        word, now = wanted.due
        conditions.append(now.is_due(word))
    return and_(*conditions)


def _placed(session: Session, wanted: Filter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.bbox:
        conditions.append(touches_box(session, Issue.geom, wanted.bbox))
    if wanted.label_bbox:
        west, south, east, north = wanted.label_bbox
        conditions += [Area.label_lon.between(west, east), Area.label_lat.between(south, north)]
    if wanted.area_path is not None:
        conditions.append(below_any([wanted.area_path], _path_for(session, wanted.area_path)))
    return conditions


def _path_for(session: Session, area_path: str) -> Any:
    """The path of matters, to be asked of an area; of a root (a district) not by the index of paths.

    PostgreSQL, which forgets how much an area holds once it has prepared a query, would go through that for nearly
    all matters there are: three times the work of the index of open ones.
    """
    is_whole = len(codes_in(area_path)) == 1 and session.get_bind().dialect.name == "postgresql"
    return func.coalesce(Issue.path, literal_column("''")) if is_whole else Issue.path


def _whole() -> Select[Any]:
    return (
        select(
            Issue,
            as_wkb(Issue.geom).label("wkb"),
            CategoryRow.standard,
            CategoryRow.kind,
            CategoryRow.code.label("category_code"),
            CategoryRow.name_zh,
            CategoryRow.name_en,
            Area.code.label("cell_code"),
            Area.name.label("cell_name"),
            Area.version.label("cell_version"),
            Area.label_lon,
            Area.label_lat,
            _Owner.name.label("owner_name"),
            _Handler.name.label("handler_name"),
            Words.text.label("description"),
            _Other.number.label("merged_number"),
        )
        .join(CategoryRow, CategoryRow.id == Issue.category_id)
        .outerjoin(Area, Area.id == Issue.cell_id)
        .outerjoin(_Owner, _Owner.id == Issue.owner_id)
        .outerjoin(_Handler, _Handler.id == Issue.handler_id)
        .outerjoin(Words, and_(Words.issue_id == Issue.id, Words.kind == "description"))
        .outerjoin(_Other, _Other.id == Issue.merged_into)
    )


def page(
    session: Session, scope: Scope, wanted: Filter, *, below_id: int | None, limit: int
) -> list[Row[Any]]:
    """Matters in `scope`, newest row first, below the row `below_id` (the cursor), with all a list shows."""
    first = _first(session, scope, wanted).order_by(Issue.id.desc()).limit(limit)
    if below_id is not None:
        first = first.where(Issue.id < below_id)
    return list(session.execute(_whole().where(Issue.id.in_(first)).order_by(Issue.id.desc())))


def of_keys(session: Session, keys: Sequence[int]) -> list[Row[Any]]:
    """The matters with these keys, with all a list shows, in no order; whoever asks has looked at their scope."""
    return list(session.execute(_whole().where(Issue.id.in_(keys)))) if keys else []


def _first(session: Session, scope: Scope, wanted: Filter) -> Select[Any]:
    """The keys of what a page is taken from. The rows are wide: only those of the page are read and joined."""
    keys = select(Issue.id).where(matching(session, scope, wanted))
    if wanted.label_bbox:
        keys = keys.join(Area, Area.id == Issue.cell_id)
    return _open_first(keys, scope, wanted)


def _open_first(query: Select[Any], scope: Scope, wanted: Filter) -> Select[Any]:
    """`query`, by the index of open matters where it wants no others."""
    if wanted.due or (wanted.statuses and set(wanted.statuses) <= set(OPEN)):
        return through_open(query, scope).where(IS_OPEN)
    return query


class Urgency(NamedTuple):
    """A matter's place in the order of deadlines: by its last moment, those without one behind, then by row."""

    due_at: datetime | None
    id: int


def page_by_urgency(
    session: Session, scope: Scope, wanted: Filter, *, after: Urgency | None, limit: int
) -> list[Row[Any]]:
    """Matters in `scope`, first due first, behind the place `after` (the cursor), with all a list shows."""
    order = (Issue.due_at.asc().nulls_last(), Issue.id)
    first = _first(session, scope, wanted).order_by(*order).limit(limit)
    if after is not None:
        first = first.where(_behind(after))
    return list(session.execute(_whole().where(Issue.id.in_(first)).order_by(*order)))


def _behind(place: Urgency) -> ColumnElement[bool]:
    has_none = Issue.due_at.is_(None)
    if place.due_at is None:
        return and_(has_none, Issue.id > place.id)
    is_next = and_(Issue.due_at == place.due_at, Issue.id > place.id)
    return or_(Issue.due_at > place.due_at, is_next, has_none)


def one(session: Session, scope: Scope, number: str) -> Row[Any] | None:
    """The matter `number` with all a list shows; None where there is none in `scope`."""
    return session.execute(_whole().where(Issue.number == number, seen(scope))).one_or_none()


def open_below(session: Session, scope: Scope) -> dict[str, int]:
    """How many open matters in `scope` lie at or below each path that has any."""
    query = select(Issue.path, func.count()).where(IS_OPEN, matching(session, scope, Filter()))
    query = through_open(query, scope)
    totals: dict[str, int] = {}
    for path, number in session.execute(query.group_by(Issue.path)):
        for step in ancestors(path):
            totals[step] = totals.get(step, 0) + number
    return totals


def count_by(session: Session, scope: Scope, wanted: Filter, column: Any) -> dict[Any, int]:
    """How many matters there are for each value of `column`."""
    query = select(column, func.count()).where(matching(session, scope, wanted)).group_by(column)
    query = _open_first(query, scope, wanted)
    return {value: number for value, number in session.execute(query)}


def points(session: Session, scope: Scope, wanted: Filter) -> np.ndarray:
    """The places of matters in WGS84, an array of shape (n, 2): lon, lat."""
    query = select(as_wkb(Issue.geom)).where(matching(session, scope, wanted))
    return shapely.get_coordinates(shapely.from_wkb(list(session.scalars(query))))


_BY_CLIENT = Question(
    "SELECT id, number, body_digest FROM issues WHERE account_id = {account} AND client_id = {client}"
)


class SentBefore(NamedTuple):
    """A matter under the sender's own id: its key, its number, the digest of its body."""

    id: int
    number: str
    body_digest: str


def by_client(session: Session, account_id: int, client_id: str) -> SentBefore | None:
    """What this account sent under `client_id`; None for nothing yet."""
    for row in _BY_CLIENT.ask(session, account=account_id, client=client_id):
        return SentBefore(*row)
    return None


def open_of_unit(session: Session, unit: str) -> int:
    """How many open matters a unit has in hand, or was called to and has not done its part of."""
    busy = (
        select(WhistleCall.issue_id)
        .join(Whistle, Whistle.id == WhistleCall.whistle_id)
        .where(WhistleCall.unit == unit, WhistleCall.status != PART_DONE, Whistle.status.in_(LIVE))
    )
    query = select(func.count()).where(IS_OPEN, or_(Issue.unit == unit, Issue.id.in_(busy)))
    return session.scalar(query) or 0


def locked(session: Session, number: str) -> Issue | None:
    """The matter `number`, its row locked until the end of the transaction; None for none."""
    return session.scalar(select(Issue).where(Issue.number == number).with_for_update())


def by_external(session: Session, source: str, ids: Sequence[str]) -> dict[str, Issue]:
    """Imported matters of `source` by their id there, their rows locked until the end of the transaction."""
    found: dict[str, Issue] = {}
    for start in range(0, len(ids), 500):
        part = select(Issue).where(Issue.source == source, Issue.external_id.in_(ids[start : start + 500]))
        part = part.order_by(Issue.id).with_for_update()
        found.update({issue.external_id: issue for issue in session.scalars(part) if issue.external_id})
    return found


class TakenIn(NamedTuple):
    """What an imported matter came from: the digest of its row, and its words (None: none, or erased)."""

    body_digest: str
    words_id: int | None
    words: str | None

    def differs(self, description: str) -> bool:
        """Whether a row's words are others than those kept; erased ones are not held against it."""
        is_erased = self.words_id is not None and self.words is None
        return not is_erased and (self.words or "") != description


def has_any_of(session: Session, source: str) -> bool:
    """Whether anything of `source` is stored."""
    return session.scalar(select(Issue.id).where(Issue.source == source).limit(1)) is not None


def taken_in(session: Session, source: str, ids: Sequence[str]) -> dict[str, TakenIn]:
    """What is stored of `source`, by the id there."""
    found: dict[str, TakenIn] = {}
    said = and_(Words.issue_id == Issue.id, Words.kind == "description")
    query = select(Issue.external_id, Issue.body_digest, Words.id, Words.text).outerjoin(Words, said)
    for start in range(0, len(ids), _AT_ONCE):
        part = query.where(Issue.source == source, Issue.external_id.in_(ids[start : start + _AT_ONCE]))
        found.update({external: TakenIn(*rest) for external, *rest in session.execute(part) if external})
    return found


def label_points(session: Session, scope: Scope, wanted: Filter) -> np.ndarray:
    """For each matter with a cell, the label point of its cell: shape (n, 2), lon, lat."""
    query = select(Area.label_lon, Area.label_lat).join(Issue, Issue.cell_id == Area.id)
    rows = session.execute(query.where(matching(session, scope, wanted))).all()
    return np.array([tuple(row) for row in rows], dtype=float).reshape(-1, 2)
