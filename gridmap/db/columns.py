"""Open matters, and those that ended of late, as columns in memory: read once, then kept as the stream goes on."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Double,
    LargeBinary,
    Select,
    cast,
    extract,
    func,
    literal,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from gridmap.db import stream
from gridmap.db.due import IS_OPEN, STANDS_STILL
from gridmap.db.engine import Database
from gridmap.db.models import Area, Issue
from gridmap.domain.issues import STATUSES
from gridmap.errors import UnavailableError

log = logging.getLogger(__name__)

KEPT = timedelta(days=31)
"""Matters that ended so long before the columns were read stand in them too: for looking back."""
RENEWED_S = 86_400.0
"""After so long the columns are read anew, since what ended long ago only fills them."""
NEVER = int(np.iinfo(np.int64).max)
"""A moment that does not come: of an open matter's end, of one without a deadline."""
_CHUNK, _MOST_NEWS, _AT_ONCE = 50_000, 1000, 500
_PATIENCE_S = 0.25
"""So long who can do without the columns waits for those who have them."""
_TYPES: dict[str, Any] = {
    "id": np.int64,
    "lon": np.float64,
    "lat": np.float64,
    "path": np.int32,
    "cell": np.int64,
    "category": np.int64,
    "status": np.int8,
    "is_triage": np.bool_,
    "account": np.int64,
    "owner": np.int64,
    "handler": np.int64,
    "unit": np.int32,
    "reported": np.int64,
    "closed": np.int64,
    "due": np.int64,
    "stands": np.bool_,
}
_CODE_OF = {status: code for code, status in enumerate(STATUSES)}


class Vocabulary:
    """Words by number, in the order they came."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers: dict[str, int] = {}
        self._array = np.empty(0, np.str_)

    def __len__(self) -> int:
        return len(self.words)

    def below(self, beginnings: Sequence[str]) -> NDArray[np.bool_]:
        """For each word whether it begins with one of these."""
        if len(self._array) != len(self.words):
            self._array = np.array(self.words, np.str_)
        found = np.zeros(len(self._array), np.bool_)
        for beginning in beginnings:
            found |= np.char.startswith(self._array, beginning)
        return found

    def having(self, line: str) -> NDArray[np.bool_]:
        """For each word whether that is one of its lines."""
        return np.array([line in word.split("\n") for word in self.words], np.bool_)

    def numbers(self, words: Iterable[str]) -> list[int]:
        """The number of each word; new ones get the next."""
        return [self._number(word) for word in words]

    def number(self, word: str) -> int:
        """The number of a word; -1 for one that never came."""
        return self._numbers.get(word, -1)

    def _number(self, word: str) -> int:
        found = self._numbers.get(word)
        if found is None:
            found = self._numbers[word] = len(self.words)
            self.words.append(word)
        return found


class Columns:
    """Matters, one array for each of what is asked of many; `columns["lon"]` gives an array as long as all.

    `lon` and `lat` are WGS84 degrees. Moments (`reported`, `closed`, `due`) are microseconds since 1970 in UTC,
    NEVER for none. `path` and `unit` are numbers of the vocabularies `paths` and `units`, of which a word of the
    second has a line for each unit that a matter was given to or that was called to it; `status` is the place in
    STATUSES; keys of none are 0; `stands`: its clock stands still. What `put` adds is in the arrays that are asked for afterwards.
    """

    def __init__(self) -> None:
        self.paths, self.units = Vocabulary(), Vocabulary()
        self._size = 0
        self._arrays = {name: np.empty(1024, dtype) for name, dtype in _TYPES.items()}

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name][: self._size]

    @property
    def nbytes(self) -> int:
        """The memory they take."""
        return sum(array.nbytes for array in self._arrays.values())

    def put(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take over rows of `query`: matters known by their key are replaced, others added."""
        if rows:
            self.put_columns(dict(zip(_TYPES, zip(*rows, strict=True), strict=True)))

    def put_columns(self, values: Mapping[str, Any]) -> None:
        """The same of rows that come as a sequence, or an array, for each name."""
        told = {
            "path": self.paths.numbers(values["path"]),
            "unit": self.units.numbers(values["unit"]),
            "status": [_CODE_OF[status] for status in values["status"]],
        }
        places = self._places(np.array(values["id"], np.int64))
        for name, column in {**values, **told}.items():
            self._arrays[name][places] = np.array(column, _TYPES[name])

    def _places(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where the rows of these keys stand, or will."""
        known = np.flatnonzero(np.isin(self["id"], keys))
        if not len(known):
            self._make_room(self._size + len(keys))
            return np.arange(self._size - len(keys), self._size)
        found = dict(zip(self["id"][known].tolist(), known.tolist(), strict=True))
        fresh = iter(range(self._size, self._size + len(keys)))
        places = np.array([found[key] if key in found else next(fresh) for key in keys.tolist()], np.int64)
        self._make_room(self._size + len(keys) - len(found))
        return places

    def _make_room(self, size: int) -> None:
        self._size = size
        held = len(self._arrays["id"])
        if size > held:
            more = max(size - held, held // 2)
            for name, array in self._arrays.items():
                self._arrays[name] = np.concatenate([array, np.zeros(more, array.dtype)])


def micros(moment: datetime) -> int:
    """A moment as the columns keep it."""
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def query(session: Session, condition: ColumnElement[bool]) -> Select[Any]:
    """The rows that `Columns.put` takes, of matters that meet `condition`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    moments = (_moment(column, is_sqlite) for column in (Issue.reported_at, Issue.closed_at, Issue.due_at))
    keys = (Issue.account_id, Issue.owner_id, Issue.handler_id)
    asked = (
        Issue.id,
        func.ST_X(Issue.geom),
        func.ST_Y(Issue.geom),
        Issue.path,
        func.coalesce(Issue.cell_id, 0),
        Issue.category_id,
        Issue.status,
        Issue.is_triage,
        *(func.coalesce(key, 0) for key in keys),
        func.coalesce(Issue.unit, "").concat(func.coalesce(literal("\n").concat(Issue.called), "")),
        *moments,
        STANDS_STILL,
    )
    return select(*(column.label(name) for name, column in zip(_TYPES, asked, strict=True))).where(condition)


def _moment(column: InstrumentedAttribute[Any], is_sqlite: bool) -> ColumnElement[int]:
    """A moment in microseconds, counted by the store: a Python object for each would cost more than all else."""
    if is_sqlite:  # “2026-11-20 06:30:00.000000”
        told = cast(func.strftime("%s", column), BigInteger) * 1_000_000
        return func.coalesce(told + cast(func.substr(column, 21, 6), BigInteger), NEVER)
    return func.coalesce(cast(extract("epoch", column) * 1_000_000, BigInteger), NEVER)


def read(session: Session, condition: ColumnElement[bool], columns: Columns | None = None) -> Columns:
    """The matters that meet `condition`, as columns: new ones, or put into those given."""
    found = Columns() if columns is None else columns
    # Plain rows: a session's would cost half as much again.
    for rows in session.connection().execute(query(session, condition)).partitions(_CHUNK):
        found.put(rows)
    return found


def read_many(session: Session, condition: ColumnElement[bool], columns: Columns) -> None:
    """As `read`, for very many: PostgreSQL then sends whole columns instead of rows."""
    if session.get_bind().dialect.name == "sqlite":
        read(session, condition, columns)
        return
    rows = query(session, condition).subquery()
    sent = session.connection().execute(select(*(_sent(rows.c[name]) for name in _TYPES))).one()
    if sent[0] is not None:
        columns.put_columns({name: _received(name, value) for name, value in zip(_TYPES, sent, strict=True)})


_WORDS, _BETWEEN = ("path", "status", "unit"), "\x1f"
_SENT: dict[Any, tuple[Any, Any, str]] = {
    np.int64: (BigInteger, func.int8send, ">i8"),
    np.float64: (Double, func.float8send, ">f8"),
    np.bool_: (Boolean, func.boolsend, "?"),
}
"""How a value travels: as which SQL type, by which function, and what its bytes are to numpy."""


def _sent(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """All values of a column in one: words side by side, anything else as the bytes of an array."""
    if column.key in _WORDS:
        return func.string_agg(column, _BETWEEN)
    sql_type, send, _ = _SENT[_TYPES[column.key]]
    return func.string_agg(send(cast(column, sql_type)), cast(b"", LargeBinary))


def _received(name: str, value: Any) -> Any:
    if name in _WORDS:
        return value.split(_BETWEEN)
    return np.frombuffer(value, _SENT[_TYPES[name]][2])


class OpenMatters:
    """The columns of one store for all who ask within a process, brought up to date whenever somebody does.

    What the stream tells since the last time is read again, matter by matter; after an import, or where
    the stream no longer goes back so far, everything. `buildings_changed` counts the changes of buildings.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._columns: Columns | None = None
        self._number, self._read_at, self._is_renewing = 0, 0.0, False
        self.buildings_changed = 0

    @contextmanager
    def held(self, now: datetime) -> Iterator[Columns]:
        """The columns as the store has them, which nobody changes within the block. Raises UnavailableError."""
        with self._lock:
            yield self._current(now)

    @contextmanager
    def at_hand(self, now: datetime) -> Iterator[Columns | None]:
        """The same, or None where that would take long: who can do without them asks the store.

        None before somebody held them for the first time, while they are read, and after an import,
        when they are read anew aside. Raises UnavailableError.
        """
        if self._columns is None or not self._lock.acquire(timeout=_PATIENCE_S):
            yield None
            return
        try:
            found = self._known(now)
            if found is None:
                self._renew_aside(now)
            yield found
        finally:
            self._lock.release()

    def _current(self, now: datetime) -> Columns:
        found = self._known(now)
        if found is None:
            found, self._number = self._read(now)
            self._columns = found
            self.buildings_changed += 1
        return found

    def _known(self, now: datetime) -> Columns | None:
        """Those that were read, brought up to date; None where they have to be read."""
        kept = self._columns
        if kept is None:
            return None
        with self._database.reading() as session:
            if stream.latest(session) != self._number and not self._caught_up(session, kept):
                return None
        if time.monotonic() - self._read_at > RENEWED_S:
            self._renew_aside(now)
        return kept

    def _read(self, now: datetime) -> tuple[Columns, int]:
        """All of it anew, and up to which number of the stream it is."""
        # Open ones and ended ones are asked apart: each has its index.
        with self._database.snapshot() as session:
            session.connection(execution_options={"stream_results": True, "max_row_buffer": _CHUNK})
            newest = stream.latest(session)
            columns = Columns()
            for condition in (IS_OPEN, Issue.closed_at > now - KEPT):
                read_many(session, condition, columns)
        self._read_at = time.monotonic()
        return columns, newest

    def _renew_aside(self, now: datetime) -> None:
        """Read anew in a thread, while those at hand go on being asked: a million matters take half a minute."""
        if self._is_renewing:
            return
        self._is_renewing = True
        threading.Thread(target=self._renew, args=(now,), name="gridmap-renewing", daemon=True).start()

    def _renew(self, now: datetime) -> None:
        try:
            columns, newest = self._read(now)
            with self._lock:
                self._columns, self._number = columns, newest
                self.buildings_changed += 1
        except UnavailableError as error:
            log.info("open matters not read anew: %s", error)  # whoever asks next begins again
        finally:
            self._is_renewing = False

    def _caught_up(self, session: Session, columns: Columns) -> bool:
        """Whether the columns could be brought up to date by what the stream tells."""
        rows = stream.after(session, self._number, _MOST_NEWS)
        is_whole = bool(rows) and rows[0].number == self._number + 1 and len(rows) < _MOST_NEWS
        if not is_whole or any(row.kind == "imported" for row in rows):
            return False
        numbers = sorted({row.data["number"] for row in rows if row.kind == "issue"})
        for start in range(0, len(numbers), _AT_ONCE):
            read(session, Issue.number.in_(numbers[start : start + _AT_ONCE]), columns)
        self.buildings_changed += any(row.kind == "buildings" for row in rows)
        self._number = rows[-1].number
        return True


def labels(session: Session) -> dict[str, tuple[float, float]]:
    """The label point (WGS84) of the newest version of each cell, by its path."""
    asked = (
        select(Area.path, Area.label_lon, Area.label_lat).where(Area.level == "grid").order_by(Area.version)
    )
    return {path: (lon, lat) for path, lon, lat in session.execute(asked)}
