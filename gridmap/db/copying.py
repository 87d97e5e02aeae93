"""Every row out and in again in a form that belongs to neither engine: what backups are made of.

Values travel as JSON: moments as ISO 8601 in UTC, geometry as WKB in base64, JSON columns as the very
text they are kept as, so that digests over them still hold.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    table,
    text,
    type_coerce,
)
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from gridmap.db.bulk import BATCH
from gridmap.db.models import Base
from gridmap.db.spatial import from_wkb
from gridmap.db.types import CanonicalJson, Instant
from gridmap.errors import ConflictError, InvalidInputError

PASSING = {"stream", "sign_in_attempts", "tile_sets", "door_passes", "deliveries"}
"""No records, so not copied: news for open pages (see `begin_stream`), tries at signing in of the last hour, what
of the store is baked as tiles (it is baked again), puzzles of the residents' door used since yesterday, what was on its way to phones (it would ring twice)."""
BORN_WITH = {"categories", "chores", "net"}
"""What a store has before anybody used it: rule tables, work done beside serving, the count of the net's changes."""
UNCHECKED = (
    ("issues", "category_id", "categories"),
    ("issues", "cell_id", "areas"),
    ("issues", "owner_id", "persons"),
    ("issues", "handler_id", "persons"),
    ("words", "issue_id", "issues"),
    ("events", "issue_id", "issues"),
)
"""References that PostgreSQL is not asked to check at every report: they are checked here, once."""
STREAM_LEAP = 1 << 32
"""Further than any installation's stream counted since its backup was taken."""

_KINDS: tuple[tuple[type[Any], str], ...] = (
    (Instant, "instant"),
    (CanonicalJson, "text"),
    (Geometry, "geometry"),
    (Boolean, "boolean"),
    (Float, "number"),
    (Integer, "integer"),
    (String, "text"),
)
_TYPES: Mapping[str, Any] = {
    "instant": Instant(),
    "text": Text(),
    "geometry": LargeBinary(),
    "boolean": Boolean(),
    "number": Float(53),
    "integer": BigInteger(),
}
_OUT: Mapping[str, Callable[[Any], Any]] = {
    "instant": lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"),
    "geometry": lambda wkb: base64.b64encode(wkb).decode(),
}
_IN: Mapping[str, Callable[[Any], Any]] = {
    "instant": datetime.fromisoformat,
    "geometry": lambda wkb: base64.b64decode(wkb, validate=True),
}


def copied_tables() -> list[Table]:
    """The tables that are copied, those that others point to first."""
    return [one for one in Base.metadata.sorted_tables if one.name not in PASSING]


def kinds_of(source: Table) -> dict[str, str]:
    """The kind of each column by its name. Raises TypeError for a type that nobody has thought of yet."""
    return {one.name: _kind(one) for one in source.columns}


def _kind(one: Column[Any]) -> str:
    for type_, kind in _KINDS:
        if isinstance(one.type, type_):
            return kind
    raise TypeError(f"no way to copy {one.table.name}.{one.name}: {one.type!r}")


def count_rows(session: Session, name: str) -> int:
    """How many rows a table has."""
    return session.scalar(select(func.count()).select_from(table(name))) or 0


def rows_out(session: Session, source: Table) -> Iterator[list[Any]]:
    """Every row of a table in the order of its key, each value as JSON can say it."""
    kinds = list(kinds_of(source).values())
    asked = [_asked(one, kind) for one, kind in zip(source.columns, kinds, strict=True)]
    query = select(*asked).order_by(*source.primary_key.columns)
    ways = [_OUT.get(kind) for kind in kinds]
    for row in session.execute(query, execution_options={"yield_per": BATCH}):
        yield [
            value if value is None or way is None else way(value)
            for value, way in zip(row, ways, strict=True)
        ]


def _asked(one: Column[Any], kind: str) -> Any:
    if kind == "geometry":
        return func.ST_AsBinary(one, type_=LargeBinary).label(one.name)
    return type_coerce(one, Text) if kind == "text" else one


def rows_in(
    session: Session, name: str, kinds: Mapping[str, str], rows: Iterable[list[Any]]
) -> Iterator[int]:
    """Insert rows as `rows_out` gave them; tells how many are in after each batch. Does not commit.

    Raises InvalidInputError `backup_does_not_fit` where the table does not take them.
    """
    values = {
        column_: from_wkb(column_) if kind == "geometry" else bindparam(column_, type_=_TYPES[kind])
        for column_, kind in kinds.items()
    }
    statement = insert(table(name, *(column(one) for one in kinds))).values(values)
    ways = [_IN.get(kind) for kind in kinds.values()]
    done, source = 0, iter(rows)
    while batch := list(islice(source, BATCH)):
        try:
            session.connection().execute(statement, [_bound(kinds, ways, row) for row in batch])
        except OperationalError:
            raise  # the store is gone or full: no fault of the rows
        except (StatementError, ValueError, TypeError) as error:
            raise InvalidInputError("backup_does_not_fit", table=name) from error
        done += len(batch)
        yield done


def _bound(kinds: Mapping[str, str], ways: list[Any], row: list[Any]) -> dict[str, Any]:
    return {
        name: value if value is None or way is None else way(value)
        for name, way, value in zip(kinds, ways, row, strict=True)
    }


def check_columns(session: Session, name: str, kinds: Mapping[str, str]) -> None:
    """Raises InvalidInputError `backup_does_not_fit` where the store has no such table with just these columns."""
    there = inspect(session.connection())
    has_kinds = set(kinds.values()) <= _TYPES.keys()
    if not (
        has_kinds and there.has_table(name) and {c["name"] for c in there.get_columns(name)} == set(kinds)
    ):
        raise InvalidInputError("backup_does_not_fit", table=name)


def require_empty(session: Session) -> None:
    """Keep others from writing until the transaction ends. Raises ConflictError `restore_needs_empty` where somebody has.

    A store without any table is empty, too.
    """
    names = _ours(session)
    if names and session.get_bind().dialect.name != "sqlite":
        session.execute(text(f"LOCK TABLE {', '.join(names)} IN EXCLUSIVE MODE"))
    used = [name for name in names if name not in PASSING | BORN_WITH and count_rows(session, name)]
    if used:
        raise ConflictError("restore_needs_empty", tables=", ".join(used))


def _ours(session: Session) -> list[str]:
    """The tables of ours that this store has."""
    return sorted(Base.metadata.tables.keys() & set(inspect(session.connection()).get_table_names()))


def clear(session: Session) -> None:
    """Take out what an empty store has all the same, and let rows come in before those they point at. Does not commit."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA defer_foreign_keys = ON"))  # until the transaction ends
    for name in _ours(session):
        if name in PASSING | BORN_WITH:
            session.execute(delete(table(name)))


def begin_stream(session: Session, last: int, now: datetime) -> None:
    """Have the stream go on so far behind `last` that whoever listened before loads everything anew. Does not commit.

    Numbers given out between backup and loss must not come again with other news: a page that heard
    them would take the gap for nothing.
    """
    row = {"number": last + STREAM_LEAP, "district_code": "", "kind": "restored", "at": now, "data": {}}
    session.execute(insert(Base.metadata.tables["stream"]), [row])


def settle(session: Session, names: Iterable[str]) -> None:
    """Have keys go on after the highest of each table, and the planner know the new rows. Does not commit.

    SQLite does the first by itself.
    """
    if session.get_bind().dialect.name == "sqlite":
        return
    there = inspect(session.connection())
    for name in names:
        keys = there.get_pk_constraint(name)["constrained_columns"]
        if keys == ["id"]:
            session.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")  # noqa: S608 (checked names)
            )
        session.execute(text(f"ANALYZE {name}"))


def check_references(session: Session, names: Collection[str]) -> None:
    """Raises InvalidInputError `backup_does_not_fit` where a row of the tables `names` points at one that is not there."""
    for child, pointer, parent in UNCHECKED:
        lost = text(
            f"SELECT count(*) FROM {child} WHERE {pointer} IS NOT NULL"  # noqa: S608 (our names)
            f" AND NOT EXISTS (SELECT 1 FROM {parent} WHERE {parent}.id = {child}.{pointer})"
        )
        if {child, parent} <= set(names) and session.execute(lost).scalar():
            raise InvalidInputError("backup_does_not_fit", table=child)
    if session.get_bind().dialect.name == "sqlite":
        wrong = session.execute(text("PRAGMA foreign_key_check")).first()
        if wrong:
            raise InvalidInputError("backup_does_not_fit", table=wrong[0])


def check_spatial_indexes(session: Session, name: str, kinds: Mapping[str, str]) -> None:
    """Raises InvalidInputError `backup_does_not_fit` where a spatial index does not hold just its table's shapes.

    Asked of SpatiaLite, where the index is a table of its own; PostgreSQL's belongs to the table.
    """
    if session.get_bind().dialect.name != "sqlite":
        return
    for geometry in (one for one, kind in kinds.items() if kind == "geometry"):
        asked = text("SELECT CheckSpatialIndex(:table, :column)")
        if session.execute(asked, {"table": name, "column": geometry}).scalar() != 1:
            raise InvalidInputError("backup_does_not_fit", table=name)
