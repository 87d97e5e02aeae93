"""Asking for notices and for what they are made of: news, matters whose time is up, whose accounts to tell."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, delete, func, literal_column, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from gridmap.db.due import IS_OPEN, IS_RUNNING
from gridmap.db.loop_models import Channel, Delivery, Notice, Whistle
from gridmap.db.models import Account, Area, CategoryRow, Counter, EventRow, Issue
from gridmap.db.queues import URGENT
from gridmap.domain.gathering import Told
from gridmap.domain.issues import STAGE_OF

CURSOR = "notices"
_AT_ONCE = 500
_KIND = (CategoryRow.standard, CategoryRow.kind, CategoryRow.code, CategoryRow.group_code)
_SEATS = "seat"
_WALL = "wall"


class Matter(NamedTuple):
    """What notices say of a matter, and whom it has to do with. No words, no names of people."""

    id: int
    number: str
    district_code: str
    status: str
    path: str
    category_id: int
    account_id: int | None
    owner_id: int | None
    handler_id: int | None
    unit: str | None
    called: str | None
    due_at: datetime | None
    stage_due_at: datetime | None
    standard: str
    kind: str
    code: str
    group_code: str
    name_zh: str
    name_en: str
    cell_code: str | None
    cell_name: str | None

    @property
    def category(self) -> str:
        """The key of its category."""
        return f"{self.standard}:{self.kind}:{self.code}"


def _matters() -> Select[Any]:
    return (
        select(
            Issue.id,
            Issue.number,
            Issue.district_code,
            Issue.status,
            Issue.path,
            Issue.category_id,
            Issue.account_id,
            Issue.owner_id,
            Issue.handler_id,
            Issue.unit,
            Issue.called,
            Issue.due_at,
            Issue.stage_due_at,
            CategoryRow.standard,
            CategoryRow.kind,
            CategoryRow.code,
            CategoryRow.group_code,
            CategoryRow.name_zh,
            CategoryRow.name_en,
            Area.code.label("cell_code"),
            Area.name.label("cell_name"),
        )
        .join(CategoryRow, CategoryRow.id == Issue.category_id)
        .outerjoin(Area, Area.id == Issue.cell_id)
    )


def _found(session: Session, query: Select[Any]) -> list[Matter]:
    return [Matter(*row) for row in session.execute(query)]


def matters(session: Session, numbers: Collection[str]) -> dict[str, Matter]:
    """The matters of those numbers, by number."""
    wanted, found = sorted(numbers), dict[str, Matter]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = _matters().where(Issue.number.in_(wanted[start : start + _AT_ONCE]))
        found.update({one.number: one for one in _found(session, part)})
    return found


def matters_by_key(session: Session, ids: Collection[int]) -> dict[int, Matter]:
    """The matters with these keys."""
    wanted, found = sorted(ids), dict[int, Matter]()
    for start in range(0, len(wanted), _AT_ONCE):
        part = _matters().where(Issue.id.in_(wanted[start : start + _AT_ONCE]))
        found.update({one.id: one for one in _found(session, part)})
    return found


def events(session: Session, ids: Collection[int], since: datetime, until: datetime) -> list[Row[Any]]:
    """What happened to matters from `since` to `until`, oldest first: issue_id, seq, kind, at, actor_id, data."""
    wanted, found = sorted(ids), list[Row[Any]]()
    columns = (EventRow.issue_id, EventRow.seq, EventRow.kind, EventRow.at, EventRow.actor_id, EventRow.data)
    for start in range(0, len(wanted), _AT_ONCE):
        mine = EventRow.issue_id.in_(wanted[start : start + _AT_ONCE])
        found += session.execute(select(*columns).where(mine, EventRow.at.between(since, until)))
    return sorted(found, key=lambda row: (row.issue_id, row.seq))


class Window(NamedTuple):
    """Deadlines after `since`, up to and with `until`."""

    since: datetime
    until: datetime

    def holds(self, due_at: datetime) -> bool:
        """Whether it is one of them."""
        return self.since < due_at <= self.until


class Running(NamedTuple):
    """A matter whose clock runs: what its limit follows from, and its deadline."""

    id: int
    path: str
    due_at: datetime
    standard: str
    kind: str
    code: str
    group_code: str


RUNNING_IN = (
    select(Issue.id, Issue.path, Issue.due_at, *_KIND)
    .join(CategoryRow, CategoryRow.id == Issue.category_id)
    .where(IS_OPEN, IS_RUNNING, Issue.due_at > bindparam("since"), Issue.due_at <= bindparam("until"))
    .order_by(Issue.due_at, Issue.id)
    .with_hint(Issue, "INDEXED BY issues_open", "sqlite")
)
"""Asked for each window."""


def running_in(session: Session, windows: Sequence[Window]) -> list[Running]:
    """Matters whose clock runs and whose deadline lies in one of the windows; those at the desk after a return wait.

    First due first. A range of the index of open matters for each window: where nothing is due, nothing is read.
    """
    found = list[Running]()
    for window in windows:
        found += [Running(*row) for row in session.execute(RUNNING_IN, window._asdict())]
    return found


def steps_due_in(session: Session, window: Window, stages: Collection[str]) -> list[Matter]:
    """Matters in one of `stages` whose step's deadline lies in the window."""
    states = [literal_column(f"'{status}'") for status, stage in STAGE_OF.items() if stage in stages]
    order = URGENT  # that of the index of the desk: the step's deadline where there is one
    query = _matters().where(
        IS_OPEN,
        Issue.status.in_(states),
        Issue.stage_due_at.is_not(None),
        order > window.since,
        order <= window.until,
    )
    query = query.with_hint(Issue, "INDEXED BY issues_desk", "sqlite")
    return _found(session, query.order_by(Issue.stage_due_at, Issue.id))


class Kind(NamedTuple):
    """A category as far as limits ask."""

    id: int
    standard: str
    kind: str
    code: str
    group_code: str


def categories(session: Session) -> list[Kind]:
    """Every category there is."""
    return [Kind(*row) for row in session.execute(select(CategoryRow.id, *_KIND))]


def on_hand(session: Session, now: datetime) -> list[tuple[int | None, str | None, int, int]]:
    """Person, unit, their open matters and how many of those are late; where there is a unit the person is None."""
    late = func.count(Issue.id).filter(IS_RUNNING, Issue.due_at <= now)
    query = select(Issue.handler_id, Issue.unit, func.count(Issue.id), late).where(IS_OPEN)
    found = dict[tuple[int | None, str | None], tuple[int, int]]()
    for handler, unit, number, overdue in session.execute(query.group_by(Issue.handler_id, Issue.unit)):
        key = (None, unit) if unit else (handler, None)
        before = found.get(key, (0, 0))
        found[key] = before[0] + number, before[1] + overdue
    return [(person, unit, *counts) for (person, unit), counts in found.items() if person or unit]


class Tellable(NamedTuple):
    """An account that can be told."""

    id: int
    kind: str
    person_id: int | None
    unit: str | None
    area_path: str | None


def _tellable() -> Select[Any]:
    columns = (Account.id, Account.kind, Account.person_id, Account.unit, Account.area_path)
    return select(*columns).where(Account.is_active.is_(True), Account.kind != _WALL)


def accounts_of(session: Session, persons: Iterable[int], units: Iterable[str]) -> list[Tellable]:
    """The active accounts of persons and of units; a wall's is none."""
    found = []
    for column, values in ((Account.person_id, sorted(set(persons))), (Account.unit, sorted(set(units)))):
        for start in range(0, len(values), _AT_ONCE):
            part = _tellable().where(column.in_(values[start : start + _AT_ONCE]))
            found += [Tellable(*row) for row in session.execute(part)]
    return found


def accounts_by_key(session: Session, ids: Collection[int]) -> list[Tellable]:
    """Those of these accounts that can be told."""
    return [Tellable(*row) for row in session.execute(_tellable().where(Account.id.in_(sorted(ids))))]


def seats(session: Session) -> list[Tellable]:
    """The command-centre seats (坐席)."""
    return [Tellable(*row) for row in session.execute(_tellable().where(Account.kind == _SEATS))]


def callers(session: Session, whistle_ids: Collection[int]) -> dict[int, int]:
    """Who blew these whistles, by whistle."""
    if not whistle_ids:
        return {}
    query = select(Whistle.id, Whistle.caller_id).where(Whistle.id.in_(sorted(whistle_ids)))
    return {whistle: caller for whistle, caller in session.execute(query)}


def cursor(session: Session) -> int:
    """The number of the stream up to which everybody was told; 0: nobody ever was."""
    return session.scalar(select(Counter.last).where(Counter.name == CURSOR)) or 0


def move_cursor(session: Session, number: int) -> None:
    """Everybody was told up to this number. Does not commit."""
    statement = _insert(session)(Counter).values(name=CURSOR, last=number)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"last": number}))


def _insert(session: Session) -> Any:
    return sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert


def put(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[int, str], int]:
    """Store notices; those an account has under the same key stay as they are. The keys of the new ones' rows."""
    found = dict[tuple[int, str], int]()
    ordered = sorted(
        rows, key=lambda row: (row["account_id"], row["key"])
    )  # two wait for each other but once
    for start in range(0, len(ordered), _AT_ONCE):
        statement = _insert(session)(Notice).on_conflict_do_nothing(index_elements=["account_id", "key"])
        statement = statement.returning(Notice.id, Notice.account_id, Notice.key)
        new = session.execute(statement, ordered[start : start + _AT_ONCE])
        found.update({(account, key): row for row, account, key in new})
    return found


def put_deliveries(session: Session, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Store deliveries; those with a key that is there already stay as they are. The keys of the new ones."""
    found: list[str] = []
    for start in range(0, len(rows), _AT_ONCE):
        statement = _insert(session)(Delivery).on_conflict_do_nothing(index_elements=["key"])
        found += filter(
            None, session.scalars(statement.returning(Delivery.key), rows[start : start + _AT_ONCE])
        )
    return found


def join_deliveries(session: Session, keys: Sequence[str]) -> None:
    """Note that these are not sent one by one: another one tells of all of them."""
    for start in range(0, len(keys), _AT_ONCE):
        mine = Delivery.key.in_(keys[start : start + _AT_ONCE])
        session.execute(update(Delivery).where(mine).values(next_at=None, fault="joined"))


def addresses(session: Session, account_ids: Collection[int]) -> dict[int, list[Channel]]:
    """Where these accounts want to be told beside the page, by account."""
    wanted, found = sorted(account_ids), dict[int, list[Channel]]()
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(Channel).where(Channel.account_id.in_(wanted[start : start + _AT_ONCE]))
        for row in session.scalars(query.order_by(Channel.id)):
            found.setdefault(row.account_id, []).append(row)
    return found


def page(session: Session, account_id: int, *, only_unread: bool, limit: int) -> list[Notice]:
    """The newest notices of an account."""
    query = select(Notice).where(Notice.account_id == account_id)
    if only_unread:
        query = query.where(Notice.read_at.is_(None))
    return list(session.scalars(query.order_by(Notice.id.desc()).limit(limit)))


def recent(session: Session, account_id: int, limit: int) -> list[Told]:
    """The newest notices of an account, newest first, as they are summed up."""
    columns = (Notice.id, Notice.kind, Notice.issue_id, Notice.at, Notice.read_at, Notice.data)
    query = select(*columns).where(Notice.account_id == account_id).order_by(Notice.id.desc()).limit(limit)
    return [
        Told(row.id, row.kind, row.issue_id, row.at, row.read_at is not None, row.data)
        for row in session.execute(query)
    ]


def unread(session: Session, account_id: int) -> int:
    """How many notices an account has not read."""
    query = select(func.count(Notice.id)).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def mark_read(
    session: Session, account_id: int, now: datetime, *, ids: Collection[int] | None, until: int | None
) -> int:
    """Note that an account has read notices: those of the keys `ids`, or all up to the key `until`. How many."""
    mine = update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    which = Notice.id.in_(sorted(ids)) if ids is not None else Notice.id <= until
    done = session.execute(mine.where(which).values(read_at=now))
    return int(done.rowcount)  # type: ignore[attr-defined]


def forget(session: Session, read_before: datetime, all_before: datetime) -> int:
    """Delete notices read, and all made, before these moments, and their deliveries. How many notices went."""
    session.execute(delete(Delivery).where(Delivery.created_at < read_before, Delivery.next_at.is_(None)))
    session.execute(delete(Delivery).where(Delivery.created_at < all_before))
    old = or_(Notice.read_at < read_before, Notice.at < all_before)
    done = session.execute(delete(Notice).where(old))
    return int(done.rowcount)  # type: ignore[attr-defined]
