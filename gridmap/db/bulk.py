"""Keys and sequence numbers in blocks, rows in batches: for imports."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

import numpy as np
import shapely
from sqlalchemy import Insert, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gridmap.db.models import Base, Counter
from gridmap.geo.crs import WGS84

BATCH = 2000


def reserve_ids(session: Session, model: type[Base], count: int) -> list[int]:
    """`count` keys for new rows of `model`, nobody else's.

    On SQLite the write transaction must be open already: it keeps others out.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        first = (session.scalar(select(func.max(model.id))) or 0) + 1  # type: ignore[attr-defined]
        return list(range(first, first + count))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return sorted(session.scalars(sequence, {"table": table, "count": count}))


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


class Loading:
    """Many rows on their way into the store, by the engine's fastest door and within the session's transaction.

    On PostgreSQL (COPY) the rows added last are on their way while the caller makes the next ones; what
    goes wrong with them is raised by the next call or at the end. Values are given as the store
    keeps them: `instant` and `points` say how.
    """

    def __init__(self, session: Session) -> None:
        session.flush()
        self._connection: Any = session.connection().connection.driver_connection
        self._dialect = session.connection().dialect
        self._is_sqlite = self._dialect.name == "sqlite"
        self._courier = None if self._is_sqlite else ThreadPoolExecutor(1, "loading")
        self._under_way: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._arrived()
        finally:
            if self._courier is not None:
                self._courier.shutdown(wait=True)

    def add(self, model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows (values in the order of `columns`; a geometry column is called `geom`)."""
        self._arrived()
        if self._courier is None:
            self._insert(model.__tablename__, columns, rows)
        else:
            self._under_way = self._courier.submit(self._copy, model.__tablename__, columns, rows)

    def _arrived(self) -> None:
        """Wait for what is under way. Raises what went wrong with it."""
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            with self._as_others("COPY"):
                under_way.result()

    @contextmanager
    def _as_others(self, statement: str) -> Iterator[None]:
        """The driver's own errors as SQLAlchemy raises them, so that they mean the same as everybody else's."""
        base = self._dialect.loaded_dbapi.Error
        try:
            yield
        except base as error:
            raise DBAPIError.instance(
                statement, None, error, base, hide_parameters=True, dialect=self._dialect
            ) from error

    def _copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        command = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in rows:
                copy.write_row(row)

    def _insert(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        places = [f"GeomFromWKB(?, {WGS84})" if name == "geom" else "?" for name in columns]
        command = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join(places)})"  # noqa: S608 (our names)
        with self._as_others(command):
            self._connection.executemany(command, rows)

    @property
    def instant(self) -> Callable[[datetime], str]:
        """How a moment is kept."""
        return _sqlite_instant if self._is_sqlite else datetime.isoformat

    def points(self, lon: np.ndarray, lat: np.ndarray) -> list[Any]:
        """How WGS84 points are kept."""
        shapes = shapely.points(lon, lat)
        if self._is_sqlite:
            return list(shapely.to_wkb(shapes))
        return list(shapely.to_wkb(shapely.set_srid(shapes, WGS84), hex=True, include_srid=True))


def _sqlite_instant(moment: datetime) -> str:
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
