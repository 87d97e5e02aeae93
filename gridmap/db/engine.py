"""Engines for both stores: one connect hook, and transactions that say whether they will write.

SQLite opens mod_spatialite with RTLD_GLOBAL, so Debian's libproj would win over the one inside
pyogrio's wheel if that were loaded later, and reading a file would crash the process: the libraries
with their own PROJ and GEOS are imported here, before the first connection.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyogrio
import pyogrio._io  # noqa: F401
import pyproj
import shapely  # noqa: F401
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from gridmap.errors import UnavailableError

pyproj.Geod(ellps="WGS84")  # opens the wheel's own proj.db

log = logging.getLogger(__name__)

_WRITES = "gridmap_writes"
BUSY_TIMEOUT_S = 30
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
    """One store, by URL: `sqlite:///FILE` (SpatiaLite) or `postgresql+psycopg://…` (PostGIS)."""

    def __init__(self, url: str) -> None:
        self.engine = _sqlite_engine(url) if url.startswith("sqlite") else _postgres_engine(url)
        self._writer = self.engine.execution_options(**{_WRITES: True})
        self._still = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded store."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading, one snapshot on SQLite; nothing it does is kept.

        Raises UnavailableError where the store cannot be reached or was never initialised.
        """
        with translated(), Session(self.engine) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """As `reading`, and all it reads is as of one moment on PostgreSQL too."""
        with translated(), Session(self._still) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that holds the write lock from its start on SQLite; committed by actions alone.

        What is not committed when it ends is rolled back.
        """
        with translated(), Session(self._writer) as session:
            yield session

    def dispose(self) -> None:
        """Close all connections: before a process forks, and at the end."""
        self.engine.dispose()


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
    except OperationalError as error:
        reason = str(error.orig).lower()
        if "no such table" in reason:
            raise UnavailableError("not_initialised") from error
        code = "database_busy" if "locked" in reason else "database_gone"
        log.warning("the store does not answer: %s", str(error.orig).splitlines()[0])
        raise UnavailableError(code) from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == "42P01":
            raise UnavailableError("not_initialised") from error
        raise


def _postgres_engine(url: str) -> Engine:
    return create_engine(url, pool_size=10, max_overflow=40, pool_pre_ping=True, hide_parameters=True)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        module=_sqlite_module(),
        pool_size=10,
        max_overflow=40,
        connect_args={"timeout": BUSY_TIMEOUT_S},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours (below), not the driver's
    connection.enable_load_extension(True)
    _load_spatialite(connection)
    connection.enable_load_extension(False)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
    ):
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


def _begin_sqlite(connection: Connection) -> None:
    # A deferred BEGIN that turns into a write fails at once when another one writes; IMMEDIATE waits.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def hold(connection: Connection, key: int) -> None:
    """Wait for the lock `key` and keep it until the transaction ends; on SQLite a write transaction is that lock."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})


def ping(session: Session) -> None:
    """Ask the store for anything at all. Raises what the engine raises."""
    session.execute(text("SELECT 1"))
