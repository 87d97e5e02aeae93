"""Somebody else keeps the store locked: requests wait a bounded time and say so, imports wait as long as it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from gridmap.actions.office import Office
from gridmap.app import open_office
from gridmap.db.engine import OVERFLOW, POOL, ping
from gridmap.db.models import Issue, Meta
from gridmap.errors import UnavailableError
from gridmap.texts import catalogue
from tests.conftest import settings_for
from tests.db.listening import at_once, until
from tests.db.looking import ask_sql, count
from tests.faults.load import report_body
from tests.faults.running import Answer, Server, serving
from tests.faults.wholeness import half_written
from tests.town import token_for

WAIT_S = 2
SLACK_S = 15
"""What a slow machine may add."""


@contextmanager
def locked(office: Office) -> Iterator[None]:
    """As when somebody alters a table and goes for lunch; on SQLite: writes, and does not end it."""
    with office.database._writer.connect() as connection:
        if not office.database.is_sqlite:
            connection.execute(text("LOCK TABLE issues, counters IN ACCESS EXCLUSIVE MODE"))
        connection.execute(text("INSERT INTO meta (name, value) VALUES ('lunch', '')"))
        yield
        connection.rollback()


def timed(server: Server, token: str, n: int) -> tuple[Answer, float]:
    began = time.monotonic()
    return server.ask("/api/v1/issues", token, report_body(n)), time.monotonic() - began


def is_healthy_meanwhile(server: Server, busy: threading.Thread) -> list[float]:
    """How long each look at /healthz took while the others waited; every one is fine."""
    took = []
    while busy.is_alive():
        began = time.monotonic()
        assert server.ask("/healthz").status == 200
        took.append(time.monotonic() - began)
        time.sleep(0.2)
    return took


def says_when_to_come_again(server: Server, token: str) -> None:
    for language in ("zh-CN", "en"):
        answer = server.ask("/api/v1/issues", token, report_body(), Accept_Language=language)
        assert (answer.status, answer.code) == (503, "database_busy")
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.body["error"]["message"] == catalogue(language)["error.database_busy"]


def test_a_locked_store_keeps_nobody_for_long(office: Office) -> None:
    token, answers = token_for(office, "seat"), list[object]()
    with serving(office, wait_seconds=WAIT_S) as server:
        assert timed(server, token, 0)[0].status == 201
        with locked(office):
            ask = lambda n: timed(server, token, n)  # noqa: E731
            many = threading.Thread(target=lambda: answers.extend(at_once(60, ask)))
            many.start()
            looks = is_healthy_meanwhile(server, many)
            reading = server.ask("/api/v1/issues", token)
            says_when_to_come_again(server, token)
        assert timed(server, token, 1)[0].status == 201
    assert {(a.status, a.code) for a, _ in answers} == {(503, "database_busy")}  # type: ignore[misc]
    assert max(took for _, took in answers) < WAIT_S + SLACK_S  # type: ignore[misc]
    assert (len(looks) > 3, max(looks) < 5) == (True, True), looks
    assert reading.status == (200 if office.database.is_sqlite else 503)
    assert (count(office, Issue), half_written(office)) == (2, [])


def write_something(office: Office, name: str) -> None:
    with office.work() as work:
        work.session.execute(text("SELECT count(*) FROM issues"))
        work.session.add(Meta(name=name, value=""))


def test_imports_and_migrations_are_not_cut_short(office: Office) -> None:
    settings = settings_for(office, GRIDMAP_WAIT_SECONDS="1")
    hasty, patient = open_office(settings), open_office(settings, is_patient=True)
    waiting = threading.Thread(target=lambda: write_something(patient, "patient"), daemon=True)
    with locked(office):
        waiting.start()
        for _ in range(2):  # so the patient one has waited for longer than the hasty ones do
            with pytest.raises(UnavailableError, match="database_busy"):
                write_something(hasty, "hasty")
        assert waiting.is_alive()
    waiting.join(30)
    assert ask_sql(office, "SELECT name FROM meta WHERE name IN ('patient', 'hasty')") == [("patient",)]
    for opened in (hasty, patient):
        opened.database.dispose()


def test_health_is_asked_on_a_connection_that_nobody_who_waits_can_hold(office: Office) -> None:
    opened = open_office(settings_for(office, GRIDMAP_WAIT_SECONDS="1"))
    with ExitStack() as taken:
        with pytest.raises(PoolTimeoutError):
            for _ in range(POOL + OVERFLOW + 1):
                ping(taken.enter_context(opened.database.reading()))
        opened.database.probe()
    opened.database.dispose()


@pytest.mark.parametrize("engine", ["postgis"], indirect=True)
def test_whoever_holds_locks_and_is_not_there_loses_them(office: Office) -> None:
    settings = settings_for(office)
    for is_patient, expected in ((False, ("10s", "1min")), (True, ("0", "0"))):
        opened = open_office(settings, is_patient=is_patient)
        with opened.database.reading() as session:
            names = ("lock_timeout", "idle_in_transaction_session_timeout")
            assert tuple(session.scalar(text(f"SHOW {name}")) for name in names) == expected
        opened.database.dispose()


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_those_who_wait_to_write_leave_connections_to_readers(office: Office) -> None:
    opened = open_office(settings_for(office, GRIDMAP_WAIT_SECONDS="60"))
    with locked(office):
        writers = [
            threading.Thread(target=lambda n=n: write_something(opened, f"w{n}"), daemon=True)
            for n in range(60)
        ]
        for writer in writers:
            writer.start()
        assert until(lambda: opened.database.engine.pool.checkedout() == 1)  # type: ignore[attr-defined]
        assert count(replace(opened), Issue) == 0
    for writer in writers:
        writer.join(60)
    assert count(office, Meta) >= 60
    opened.database.dispose()
