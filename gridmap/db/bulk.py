"""Keys and sequence numbers in blocks, rows in batches: for imports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from types import NoneType, SimpleNamespace
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Dialect, Insert, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gridmap.db.models import Base, Counter
from gridmap.domain.history import canonical
from gridmap.geo.crs import WGS84

BATCH = 2000


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """`count` keys for new rows of `model`, nobody else's, in order.

    On SQLite the write transaction must be open already: it keeps others out.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        first = (session.scalar(select(func.max(model.id))) or 0) + 1  # type: ignore[attr-defined]
        return list(range(first, first + count))
    # Others may draw meanwhile, so the keys come as runs of what follows without a gap.
    drawn = f"SELECT n, nextval('{table}_id_seq') AS id FROM generate_series(1, :count) n"  # noqa: S608 (our names)
    runs = text(f"SELECT min(id), max(id) FROM ({drawn}) drawn GROUP BY id - n ORDER BY 1")  # noqa: S608
    found = session.execute(runs, {"count": count})
    return [key for first, last in found for key in range(first, last + 1)]


def insert_rows(session: Session, statement: Insert, rows: Sequence[dict[str, Any]]) -> None:
    """Run an insert for many rows, in batches."""
    for start in range(0, len(rows), BATCH):
        session.connection().execute(statement, rows[start : start + BATCH])


def next_in_row(session: Session, name: str, count: int = 1) -> int:
    """The first of `count` consecutive numbers of the counter `name`, starting at 1; its row stays locked."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(Counter).values(name=name, last=count)
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_={"last": Counter.last + count}
    ).returning(Counter.last)
    last: int = session.execute(statement).scalar_one()
    return last - count + 1


def draw(session: Session, counter: str, models: Sequence[type[Base]]) -> tuple[int, list[int]]:
    """The next number of `counter`, whose row stays locked, and the key of one new row of each of `models`.

    On SQLite the write transaction must be open already.
    """
    if session.get_bind().dialect.name == "sqlite":
        return next_in_row(session, counter), _keys_of_each(session, models)
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    with as_others(connection.dialect, "draw"):
        last, *drawn, _ = driver.execute(_drawing(tuple(models)), {"name": counter}).fetchone()
    return last, drawn


def _keys_of_each(session: Session, models: Sequence[type[Base]]) -> list[int]:
    """On SQLite: the key of one new row of each of `models`, in which one may stand more than once."""
    drawn = {model: iter(reserve_ids(session, model, models.count(model))) for model in models}
    return [next(drawn[model]) for model in models]


@cache
def _drawing(models: tuple[type[Base], ...]) -> str:
    keys = ", ".join(f"nextval('{name}_id_seq') AS {name}_id" for name in (m.__tablename__ for m in models))
    # The counter's commit need not reach the disk by itself: the log holds it before the row that uses it.
    return (
        "INSERT INTO counters (name, last) VALUES (%(name)s, 1)"  # noqa: S608 (our names)
        " ON CONFLICT (name) DO UPDATE SET last = counters.last + 1"
        f" RETURNING last, {keys}, set_config('synchronous_commit', 'off', true)"
    )


@dataclass(frozen=True)
class Put:
    """A row to be stored: of which table, its columns, their values as the store keeps them (see `kept_value`)."""

    model: type[Base]
    values: Mapping[str, Any]


def blank(model: type[Base], **values: Any) -> Any:
    """A new row of `model` as reading it would give it, columns not named being None.

    It is no row of a session's: what the ORM keeps beside one costs more than all of a report's columns.
    """
    return SimpleNamespace(**{**_unset(model), **values})


@cache
def _unset(model: type[Base]) -> dict[str, None]:
    return dict.fromkeys(column.key for column in model.__mapper__.column_attrs)


Command = tuple[str, Mapping[str, Any]]
"""SQL with its values by name, written as the store's driver wants it (see `mark`)."""


def send(session: Session, commands: Sequence[Command]) -> None:
    """Run commands that answer nothing, in order, in the session's transaction; on PostgreSQL sent together.

    Where each statement of the session stands for itself (`Database.brief` on PostgreSQL), the commands
    say themselves where their transaction begins and ends.
    """
    if not commands:
        return
    session.flush()
    connection = session.connection()
    driver: Any = connection.connection.driver_connection
    with as_others(connection.dialect, "commands"):
        if connection.dialect.name == "sqlite":
            for command, values in commands:
                driver.execute(command, values)
            return
        try:
            with driver.pipeline(), driver.cursor() as cursor:
                for command, values in commands:
                    cursor.execute(command, values)
        except BaseException:
            driver.rollback()
            raise


def stands_alone(session: Session) -> bool:
    """Whether each statement of the session is a transaction of its own."""
    return bool(getattr(session.connection().connection.driver_connection, "autocommit", False)) and (
        session.get_bind().dialect.name != "sqlite"
    )


def storing(session: Session, rows: Sequence[Put]) -> list[Command]:
    """The commands that store some rows, none of which is looked up by another: on PostgreSQL a single one."""
    if session.get_bind().dialect.name == "sqlite":
        return [
            (insert_command(row.model.__tablename__, tuple(row.values), True), row.values) for row in rows
        ]
    if not rows:
        return []
    values = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.values.items()}
    return [(_inserts(tuple((row.model.__tablename__, tuple(row.values)) for row in rows)), values)]


@cache
def _inserts(rows: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    said = []
    for n, (table, columns) in enumerate(rows):
        marks = ", ".join(mark(f"{name}_{n}", is_sqlite=False) for name in columns)
        said.append(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})")  # noqa: S608 (our names)
    *others, last = said
    begun = ", ".join(f"row_{n} AS ({one})" for n, one in enumerate(others))
    return f"WITH {begun} {last}" if others else last


@cache
def insert_command(table: str, columns: tuple[str, ...], is_sqlite: bool) -> str:
    """The command that stores one row, its values by the names of their columns."""
    marks = ", ".join(mark(name, is_sqlite=is_sqlite) for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608 (our names)


def mark(name: str, *, is_sqlite: bool) -> str:
    """What stands in a command for the value of a column."""
    if not is_sqlite:
        return f"%({name})s"
    return f"GeomFromWKB(:geom, {WGS84})" if name == "geom" else f":{name}"


@contextmanager
def as_others(dialect: Dialect, statement: str) -> Iterator[None]:
    """The driver's own errors as SQLAlchemy raises them, so that they mean the same as everybody else's."""
    base = dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise DBAPIError.instance(
            statement, None, error, base, hide_parameters=True, dialect=dialect
        ) from error


def instant_text(session: Session) -> Callable[[datetime], str]:
    """How the session's store keeps a moment."""
    return sqlite_instant if session.get_bind().dialect.name == "sqlite" else datetime.isoformat


_AS_IT_IS = frozenset((NoneType, str, int, float, bool, bytes))


def kept_value(value: Any, instant: Callable[[datetime], str]) -> Any:
    """A value of a column other than a geometry, as the store keeps it: moments and JSON as text."""
    if type(value) in _AS_IT_IS:
        return value
    if isinstance(value, datetime):
        return instant(value)
    return canonical(value) if isinstance(value, Mapping | list) else value


_EWKB_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
"""A point as PostGIS takes it: little endian, with its SRID."""


def kept_points(session: Session, lon: np.ndarray, lat: np.ndarray) -> list[Any]:
    """How the session's store keeps WGS84 points."""
    if session.get_bind().dialect.name == "sqlite":
        return list(shapely.to_wkb(shapely.points(lon, lat)))
    points = ewkb_points(lon, lat)
    text, size = points.tobytes().hex().upper(), 2 * points.itemsize
    return [text[n : n + size] for n in range(0, len(text), size)]


def ewkb_points(lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """WGS84 points as PostGIS' own records."""
    points = np.empty(len(lon), dtype=_EWKB_POINT)
    points["order"], points["kind"], points["srid"] = 1, 0x2000_0001, WGS84
    points["lon"], points["lat"] = lon, lat
    return points


def sqlite_instant(moment: datetime) -> str:
    """How SQLite keeps a moment: UTC text."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
