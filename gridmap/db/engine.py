"""Engines for both stores: one connect hook, and transactions that say whether they will write.

SQLite opens mod_spatialite with RTLD_GLOBAL, so Debian's libproj would win over the one inside
pyogrio's wheel if that were loaded later, and reading a file would crash the process: the libraries
with their own PROJ and GEOS are imported here, before the first connection.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import psycopg
import pyogrio
import pyogrio._io  # noqa: F401
import pyproj
import shapely  # noqa: F401
from sqlalchemy import Connection, Engine, FromClause, create_engine, event, make_url, text
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.exc import DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from gridmap.errors import UnavailableError

pyproj.Geod(ellps="WGS84")  # opens the wheel's own proj.db

log = logging.getLogger(__name__)

_WRITES, _WAIT_S = "gridmap_writes", "gridmap_wait_s"
WAIT_S = 30.0
"""How long to wait for others who write, where nothing else is said."""
PATIENCE_S = 600.0
"""How long SQLite waits for them where there is no hurry; PostgreSQL then waits as long as it takes."""
IDLE_S = 60.0
"""After so long without a word inside a transaction PostgreSQL ends it: whoever holds its locks is not there."""
POOL, OVERFLOW, PROBES = 10, 30, 2
"""Connections of one process: kept, beyond those, and for asking whether the store answers."""
REST_S = 1.0
"""A connection that was not used for so long is asked before its next use whether it still answers."""
LIBPQ = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""A PostgreSQL that went without a word is missed in half a minute; what the URL says goes first."""
SPATIALITE_NAMES = ("mod_spatialite", "mod_spatialite.so", "/usr/lib/x86_64-linux-gnu/mod_spatialite.so")


def _sqlite_module() -> Any:
    """Python's sqlite3 where it can load extensions, else pysqlite3."""
    if hasattr(sqlite3.Connection, "enable_load_extension"):
        return sqlite3
    try:
        import pysqlite3  # noqa: PLC0415  (needed only by such builds)
    except ImportError:
        raise UnavailableError("sqlite_without_extensions") from None
    return pysqlite3


class Database:
    """One store, by URL: `sqlite:///FILE` (SpatiaLite) or `postgresql+psycopg://…` (PostGIS).

    `wait_s` bounds the wait for locks that others hold, and for a connection; None is for imports and
    migrations, which must not be cut short.
    """

    def __init__(self, url: str, wait_s: float | None = WAIT_S) -> None:
        make = _sqlite_engine if url.startswith("sqlite") else _postgres_engine
        self.engine = make(url, wait_s, POOL, OVERFLOW)
        self._prober = make(url, wait_s, PROBES, 0)
        self._writer = self._with_isolation("READ COMMITTED").execution_options(**{_WRITES: True})
        self._still = self._with_isolation("REPEATABLE READ")
        self._pen = _Pen(PATIENCE_S if wait_s is None else wait_s)

    def _with_isolation(self, level: str) -> Engine:
        """The engine for transactions of more than one statement; on SQLite all are as isolated as can be."""
        return self.engine if self.is_sqlite else self.engine.execution_options(isolation_level=level)

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded store."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading only: one snapshot on SQLite, each query a transaction of its own on PostgreSQL.

        Raises UnavailableError where the store cannot be reached or was never initialised.
        """
        with translated(), Session(self.engine) as session:
            yield session

    @contextmanager
    def asking(self) -> Iterator[Connection]:
        """As `reading`, for a `Question` or two: a connection, without a session's bookkeeping around it."""
        with translated(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """As `reading`, and all it reads is as of one moment on PostgreSQL too."""
        with translated(), Session(self._still) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that holds the write lock from its start on SQLite; committed by actions alone.

        What is not committed when it ends is rolled back. Raises as `reading`, and UnavailableError
        `database_busy` where others write for longer than this store waits, `storage_full` where its
        disk takes no more.
        """
        if not self.is_sqlite:
            with translated(), Session(self._writer) as session:
                yield session
            return
        with translated(), self._pen.held() as left_s, Session(self._writer) as session:
            session.connection(execution_options={_WAIT_S: left_s})
            yield session

    @contextmanager
    def brief(self) -> Iterator[Session]:
        """A session for a transaction that is sent whole at its end (see `bulk.send`).

        On PostgreSQL every statement before stands for itself and holds no lock; on SQLite it is `writing`.
        """
        with self.writing() if self.is_sqlite else self.reading() as session:
            yield session

    def probe(self) -> None:
        """Ask the store for anything at all, on a connection that nobody who waits can hold.

        Raises UnavailableError.
        """
        with translated(), Session(self._prober) as session:
            ping(session)

    def dispose(self) -> None:
        """Close all connections: before a process forks, and at the end."""
        self.engine.dispose()
        self._prober.dispose()


class _Pen:
    """SQLite's write lock within this process: who waits here holds no connection, so readers find one."""

    def __init__(self, wait_s: float) -> None:
        self._wait_s, self._lock = wait_s, threading.Lock()

    @contextmanager
    def held(self) -> Iterator[float]:
        """The pen, and the seconds that are left to wait for other processes. Raises UnavailableError."""
        end = time.monotonic() + self._wait_s
        if not self._lock.acquire(timeout=self._wait_s):
            raise UnavailableError("database_busy")
        try:
            yield max(end - time.monotonic(), 0.0)
        finally:
            self._lock.release()


def is_unique_violation(error: DBAPIError) -> bool:
    """Whether a write failed because the same row is there already."""
    state = getattr(error.orig, "sqlstate", None)
    return state == "23505" or "UNIQUE constraint failed" in str(error.orig)


@contextmanager
def translated() -> Iterator[None]:
    """Raises UnavailableError instead of the engine's own errors where the store cannot answer."""
    try:
        yield
    except PoolTimeoutError as error:
        raise UnavailableError("database_busy") from error
    except DBAPIError as error:
        if error.connection_invalidated:
            _refuse("database_gone", error.orig)
        _refuse_unavailable(error.orig)
        raise
    except _driver_errors() as error:  # imports write past SQLAlchemy
        _refuse_unavailable(error)
        raise


def _driver_errors() -> tuple[type[Exception], ...]:
    return (psycopg.Error, sqlite3.Error, _sqlite_module().Error)


_STATES = (
    ("42P01", "not_initialised"),
    ("53100", "storage_full"),
    ("53", "database_busy"),  # too many connections, no memory
    ("55P03", "database_busy"),  # lock_timeout
    ("57014", "database_busy"),  # statement_timeout
    ("40", "database_busy"),  # deadlock, serialisation
    ("25006", "database_gone"),  # a standby answers: the primary is elsewhere
    ("58", "storage_full"),  # the system's files
    ("XX001", "database_damaged"),
    ("XX002", "database_damaged"),
)
"""SQLSTATEs of a PostgreSQL that cannot do it now, by their first characters (appendix A of its manual)."""
_REASONS = (
    ("no such table", "not_initialised"),
    ("locked", "database_busy"),
    ("database or disk is full", "storage_full"),
    ("disk i/o error", "storage_full"),
    ("readonly database", "storage_full"),
    ("malformed", "database_damaged"),
    ("not a database", "database_damaged"),
    ("could not extend file", "storage_full"),
    ("could not write", "storage_full"),
)
"""The same by message: SQLite's, and those of PostgreSQL's that come without a state of their own."""


def _refuse_unavailable(error: BaseException | None) -> None:
    """Raises UnavailableError where a driver's error is a fault of the store, not of what was asked."""
    kinds = {kind.__name__ for kind in type(error).__mro__}
    state = getattr(error, "sqlstate", None) or ""
    for beginning, code in _STATES:
        if state.startswith(beginning):
            _refuse(code, error)
    if state and state != "XX000" and "OperationalError" not in kinds:
        return  # what it says holds what people sent, and that may be any word
    for words, code in _REASONS:
        if words in str(error).lower():
            _refuse(code, error)
    if kinds & {"OperationalError", "InterfaceError"}:
        _refuse("database_gone", error)


def _refuse(code: str, error: BaseException | None) -> NoReturn:
    if code != "not_initialised":
        log.warning("%s: %s", code, (str(error).splitlines() or [""])[0])
    raise UnavailableError(code) from error


def _postgres_engine(url: str, wait_s: float | None, size: int, overflow: int) -> Engine:
    # Each query of a reader is a transaction of its own anyway: no BEGIN and ROLLBACK around. Most requests only
    # read, and a report is sent whole, so it is writers who say that theirs is more.
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=WAIT_S if wait_s is None else wait_s,
        hide_parameters=True,
        connect_args={name: value for name, value in LIBPQ.items() if name not in make_url(url).query},
    )

    def bound_waits(connection: Any, _record: Any) -> None:
        # Spoken after connecting and not sent along: pgbouncer refuses to pass on such options.
        connection.execute(f"SET lock_timeout = {round((wait_s or 0) * 1000)}")
        connection.execute(f"SET idle_in_transaction_session_timeout = {round(IDLE_S * 1000)}")

    if wait_s is not None:
        event.listen(engine, "connect", bound_waits)
    _ask_after_rest(engine)
    return engine


def _ask_after_rest(engine: Engine) -> None:
    """Have a connection that rested for a while asked whether it still answers, and replaced where it does not.

    Before each use, as SQLAlchemy's own pre-ping does it, would be one more journey for every request.
    """

    def came_back(_connection: Any, record: Any) -> None:
        record.info["back_at"] = time.monotonic()

    def goes_out(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("back_at", time.monotonic()) < REST_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as error:
            raise DisconnectionError from error

    event.listen(engine, "checkin", came_back)
    event.listen(engine, "checkout", goes_out)


class _Hinted(SQLiteCompiler):
    """Writes a query's hints (`INDEXED BY …`) behind the table, which SQLAlchemy leaves out for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        """The hint as it is."""
        return text


def _sqlite_engine(url: str, wait_s: float | None, size: int, overflow: int) -> Engine:
    patience_s = PATIENCE_S if wait_s is None else wait_s
    engine = create_engine(
        url,
        module=_sqlite_module(),
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=min(patience_s, WAIT_S),
        connect_args={"timeout": patience_s},
        hide_parameters=True,
    )

    def begin(connection: Connection) -> None:
        # A deferred BEGIN that turns into a write fails at once when another one writes; IMMEDIATE waits.
        options = connection.get_execution_options()
        left_ms = round(options.get(_WAIT_S, patience_s) * 1000)
        connection.exec_driver_sql(f"PRAGMA busy_timeout={left_ms}").close()
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    engine.dialect.statement_compiler = _Hinted
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", begin)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours (see _sqlite_engine), not the driver's
    connection.enable_load_extension(True)
    _load_spatialite(connection)
    connection.enable_load_extension(False)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _load_spatialite(connection: Any) -> None:
    for name in SPATIALITE_NAMES:
        try:
            connection.load_extension(name)
        except Exception as error:
            reason = str(error)
        else:
            return
    raise UnavailableError("spatialite_missing", reason=reason)


def hold(connection: Connection, key: int) -> None:
    """Wait for the lock `key` and keep it until the transaction ends; on SQLite a write transaction is that lock."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def ping(session: Session) -> None:
    """Ask the store for anything at all. Raises what the engine raises."""
    session.execute(text("SELECT 1"))
