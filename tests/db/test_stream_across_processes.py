"""Readers at several processes of a real server see every event once and in order, also after a restart."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from gridmap.actions.baking import bake_all
from gridmap.actions.office import Office
from tests.conftest import free_port
from tests.db.listening import Poller, until
from tests.db.serving import WORKERS, Page, connect, post, serving, worker_at
from tests.town import C1, CENTRES, RUBBISH, token_for

EACH = 12


def one_connection_per_worker(port: int, process: int, keep: ExitStack) -> list[http.client.HTTPConnection]:
    """Open connections until every process of the server holds one."""
    found: dict[int, http.client.HTTPConnection] = {}
    for _ in range(60):
        connection = keep.enter_context(closing(connect(port)))
        connection.request("GET", "/healthz")
        connection.getresponse().read()
        worker = worker_at(connection.sock, process)
        if worker is not None:
            found.setdefault(worker, connection)
        if len(found) == WORKERS:
            return list(found.values())
    raise AssertionError(f"only {len(found)} processes answer")


def one_page_per_worker(port: int, process: int, token: str, keep: ExitStack) -> list[Page]:
    """Open pages until every process of the server serves one."""
    found: dict[int | None, Page] = {}
    for _ in range(20):
        page = keep.enter_context(closing(Page(port, token)))
        found.setdefault(worker_at(page.socket, process), page)
        if len(found.keys() - {None}) == WORKERS:
            return [page for worker, page in found.items() if worker is not None]
    raise AssertionError(f"only {len(found)} processes serve streams")


def report_over(connection: http.client.HTTPConnection, token: str) -> None:
    lon, lat = CENTRES[C1]
    body = {"lon": lon, "lat": lat, "datum": "wgs84", "category": RUBBISH, "description": "x"}
    for _ in range(EACH):
        post(connection, "/api/v1/issues", token, body)


def of_matters(table: Poller) -> list[int]:
    """The numbers of the news about matters since it began: notices go in between, each to one account."""
    return [row.number for row in table.poll() if row.kind == "issue"]


def test_every_reader_at_every_process_sees_every_event_once(office: Office) -> None:
    bake_all(office)  # else the server would, and tell of it in between
    seat, li, port, table = token_for(office, "seat"), token_for(office, "li"), free_port(), Poller(office)
    with serving(office, port) as process, ExitStack() as keep:
        pages = one_page_per_worker(port, process, seat, keep)
        connections = one_connection_per_worker(port, process, keep)
        with ThreadPoolExecutor(WORKERS) as pool:
            list(pool.map(lambda connection: report_over(connection, li), connections))
        expected = of_matters(table)
        assert len(expected) == WORKERS * EACH
        assert until(lambda: all(len(page.numbers) >= len(expected) for page in pages))
        assert [page.numbers for page in pages] == [expected] * WORKERS
    half = expected[EACH - 1]
    with serving(office, port), ExitStack() as keep:
        again = [keep.enter_context(closing(Page(port, seat, last))) for last in (half, expected[-1])]
        report_over(keep.enter_context(closing(connect(port))), li)
        more = of_matters(table)[len(expected) :]
        assert len(more) == EACH
        assert until(
            lambda: all(len(page.numbers) >= EACH for page in again) and again[0].numbers[-1:] == more[-1:]
        )
        assert [page.numbers for page in again] == [expected[EACH:] + more, more]
        assert [page.events[0][1] for page in again] == ["ready", "ready"]
