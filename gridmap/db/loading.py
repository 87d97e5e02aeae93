"""Very many rows on their way into the store: COPY or executemany, while the caller makes the next ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import repeat
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy.orm import Session

from gridmap.db.binary_copy import HEADER, TRAILER, binary_rows
from gridmap.db.bulk import as_others, insert_command
from gridmap.db.models import Base

_AHEAD = 5
"""So many loads may wait for the store while the next one is made: memory is bounded by them."""
_PIECE = 1 << 18
"""Bytes of COPY data handed on at a time."""
Columns = Mapping[str, Any]
"""Rows of one table side by side: the values of each column, all as many, or one value that all rows have.

Values are a list or an array of numpy's or arrow's; moments are `datetime64` in UTC, or as `instant_text` tells them.
"""


class Load(NamedTuple):
    """Rows of one table as the store's door wants them: a command, and COPY data a piece at a time, or values by name."""

    command: str
    rows: Sequence[Any]


def load_of(session: Session, model: type[Base], columns: Columns) -> Load:
    """The rows whose values stand side by side in `columns`, the first of which has a value for each row.

    A geometry column is called `geom` (see `kept_points`). Asks the store nothing.
    """
    table = model.__tablename__
    size = len(next(iter(columns.values())))
    if session.get_bind().dialect.name == "sqlite":
        values = [_listed(column, size) for column in columns.values()]
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]
        return Load(insert_command(table, tuple(columns), True), rows)
    # What is NULL in all of these rows need not be said in each.
    said = {name: values for name, values in columns.items() if not _is_missing(values)}
    data = b"".join((HEADER, binary_rows(model.__table__, said, size), TRAILER))  # type: ignore[arg-type]
    pieces = [data[start : start + _PIECE] for start in range(0, len(data), _PIECE)]
    return Load(f"COPY {table} ({', '.join(said)}) FROM STDIN (FORMAT binary)", pieces)


def _listed(values: Any, size: int) -> Iterable[Any]:
    """A column as SQLite's driver takes it."""
    if isinstance(values, pa.Array):
        return values.to_pylist()
    if isinstance(values, np.ndarray):
        is_time = np.issubdtype(values.dtype, np.datetime64)
        return pc.cast(pa.array(values), pa.string()).to_pylist() if is_time else values.tolist()
    if isinstance(values, np.datetime64):
        return repeat(pc.cast(pa.array([values]), pa.string())[0].as_py(), size)
    return values if isinstance(values, list | range) else repeat(values, size)


def _is_missing(values: Any) -> bool:
    if isinstance(values, pa.Array):
        return bool(values.null_count == len(values))
    if isinstance(values, np.ndarray):
        return values.dtype.kind == "M" and bool(np.isnat(values).all())
    return not any(value is not None for value in values) if isinstance(values, list) else values is None


class Loading:
    """Many rows on their way into the store, by the engine's fastest door and within the session's transaction.

    On PostgreSQL (COPY) rows are on their way while the caller makes the next ones, by a thread that the
    first of them starts; what goes wrong with them is raised by a later call, or at the end.
    """

    def __init__(self, session: Session) -> None:
        session.flush()
        self._connection: Any = session.connection().connection.driver_connection
        self._dialect = session.connection().dialect
        self._courier = None if self._dialect.name == "sqlite" else ThreadPoolExecutor(1, "loading")
        self._under_way: deque[Future[None]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._arrive(0)
        finally:
            if self._courier is not None:
                self._courier.shutdown(wait=True, cancel_futures=True)

    def add(self, load: Load) -> None:
        """Insert the rows of `load`."""
        if self._courier is None:
            with as_others(self._dialect, "INSERT"):
                self._connection.executemany(load.command, load.rows)
            return
        self._arrive(_AHEAD)
        self._under_way.append(self._courier.submit(self._copy, load))

    def _arrive(self, left: int) -> None:
        """Wait until no more than `left` loads are under way. Raises what went wrong with one."""
        while len(self._under_way) > left:
            with as_others(self._dialect, "COPY"):
                self._under_way.popleft().result()

    def _copy(self, load: Load) -> None:
        with self._connection.cursor() as cursor, cursor.copy(load.command) as copy:
            for piece in load.rows:
                copy.write(piece)
