"""Very many rows on their way into the store: COPY or executemany, while the caller makes the next ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, NamedTuple, Self

from sqlalchemy.orm import Session

from gridmap.db.bulk import BATCH, as_others, insert_command
from gridmap.db.models import Base

_AHEAD = 5
"""So many loads may wait for the store while the next one is made: memory is bounded by them."""
Columns = Mapping[str, Sequence[Any]]
"""Rows of one table side by side: the values of each column, all as many."""


class Load(NamedTuple):
    """Rows of one table as the store's door wants them: a command, and COPY text of some of them at a time, or values by name."""

    command: str
    rows: Sequence[Any]


def load_of(session: Session, model: type[Base], columns: Columns) -> Load:
    """The rows whose values stand side by side in `columns` (a geometry column is called `geom`).

    Values are given as the store keeps them: `instant_text` and `kept_points` say how. Asks the store nothing.
    """
    table = model.__tablename__
    if session.get_bind().dialect.name == "sqlite":
        rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return Load(insert_command(table, tuple(columns), True), rows)
    # What is NULL in all of these rows need not be said in each.
    said = {name: values for name, values in columns.items() if any(v is not None for v in values)}
    size = len(next(iter(said.values())))
    text = [
        _copy_text([values[start : start + BATCH] for values in said.values()])
        for start in range(0, size, BATCH)
    ]
    return Load(f"COPY {table} ({', '.join(said)}) FROM STDIN", text)


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
            for text in load.rows:
                copy.write(text)


def _copy_text(columns: Sequence[Sequence[Any]]) -> bytes:
    """Columns as COPY reads them, a row a line."""
    return ("\n".join(map("\t".join, zip(*map(_copy_column, columns), strict=True))) + "\n").encode()


def _copy_column(values: Sequence[Any]) -> Iterable[str]:
    kinds = set(map(type, values))
    if kinds == {str}:
        # A text seldom has one of them, so all of them are looked at together first.
        joined = "\0".join(values)
        is_plain = not any(sign in joined for sign in _SPECIAL)
        return values if is_plain else [text.translate(_ESCAPES) for text in values]
    if kinds in ({float}, {int}):
        return map(str, values)
    return [
        "\\N" if value is None else value.translate(_ESCAPES) if isinstance(value, str) else _spelling(value)
        for value in values
    ]


def _spelling(value: Any) -> str:
    return ("f", "t")[value] if isinstance(value, bool) else str(value)


_SPECIAL = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_ESCAPES = str.maketrans(_SPECIAL)
