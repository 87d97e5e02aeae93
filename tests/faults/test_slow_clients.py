"""Clients that dawdle, say nothing or vanish: each holds a place for a bounded time, and the others are served."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread

import pytest

from gridmap.actions.office import Office
from gridmap.web import slow
from gridmap.web.slow import Deadlines, PatienceWorker, _body_s
from tests.db.listening import until
from tests.faults.load import report_body
from tests.faults.running import Server, serving
from tests.town import token_for

REQUEST_S = 3
HEAD = b"POST /api/v1/issues HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


def opened(server: Server, keep: ExitStack, first: bytes = b"") -> socket.socket:
    line = keep.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=60))
    line.sendall(first)
    return line


@contextmanager
def dawdling(lines: list[socket.socket]) -> Iterator[None]:
    """A byte on every line now and then, for as long as it is taken."""
    stop = Event()

    def dawdle() -> None:
        while not stop.wait(0.5):
            for line in lines:
                with contextlib.suppress(OSError):
                    line.send(b"x")

    thread = Thread(target=dawdle, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(30)


def has_ended(line: socket.socket) -> bool:
    """Whether the server has hung up, whatever it said before."""
    line.setblocking(False)
    try:
        while line.recv(4096):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_six_hundred_who_dawdle_do_not_stop_the_others(office: Office) -> None:
    """The server has 56 threads in each of two processes: 160 requests that never end would hold them all."""
    token = token_for(office, "seat")
    with serving(office, request_seconds=REQUEST_S) as server, ExitStack() as keep:
        silent = [opened(server, keep) for _ in range(440)]
        slow = [opened(server, keep, HEAD) for _ in range(140)]
        slow += [opened(server, keep, HEAD + b"Content-Length: 1000\r\n\r\n{") for _ in range(20)]
        began = time.monotonic()
        with dawdling(slow):
            assert server.ask("/api/v1/issues", token, report_body()).status == 201
            assert time.monotonic() - began < 25
            assert until(lambda: all(has_ended(line) for line in slow), seconds=60)
            assert len(silent) == 440
        began = time.monotonic()
        assert server.ask("/healthz").status == 200
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_those_who_do_not_hang_up_stop_nobody_and_pieces_in_time_are_served(office: Office) -> None:
    with serving(office, request_seconds=REQUEST_S) as server, ExitStack() as keep:
        for _ in range(40):
            opened(server, keep, b"GET /api/openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        began = time.monotonic()
        assert [server.ask("/healthz").status for _ in range(4)] == [200] * 4
        assert time.monotonic() - began < 12
        line = opened(server, keep)
        for piece in (b"GET /heal", b"thz HTTP/1.1\r\n", b"Host: x\r\n", b"\r\n"):
            line.sendall(piece)
            time.sleep(0.2)
        assert line.recv(100).startswith(b"HTTP/1.1 200")


def test_a_connection_is_hung_up_on_at_its_time_and_not_before() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        deadlines = Deadlines()
        deadlines.set(ours, 60)
        deadlines.hang_up()
        assert not has_ended(theirs)
        deadlines.set(ours, 0)
        deadlines.clear(ours)
        deadlines.hang_up()
        assert not has_ended(theirs)
        deadlines.set(ours, 0)
        deadlines.hang_up()
        assert has_ended(theirs)
        deadlines.set(ours, 0)
        ours.close()
        deadlines.hang_up()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"CONTENT-LENGTH": "0"}, None),
        ({"CONTENT-LENGTH": "1"}, 0.0001),
        ({"CONTENT-LENGTH": "10000000"}, 1000.0),
        ({"TRANSFER-ENCODING": "chunked"}, 60.0),
    ],
)
def test_a_body_has_time_by_its_length(headers: dict[str, str], expected: float | None) -> None:
    assert _body_s(headers) == expected


@pytest.mark.parametrize(("held", "waits_s"), [(0, []), (2, [0.0006]), (500, [0.003])])
def test_a_process_with_connections_leaves_a_new_one_to_the_others_for_a_moment(
    held: int, waits_s: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    done = list[float | str]()
    monkeypatch.setattr(slow.time, "sleep", lambda seconds: done.append(pytest.approx(seconds)))
    monkeypatch.setattr(PatienceWorker.__base__, "accept", lambda _worker, listener: done.append(listener))
    worker = PatienceWorker.__new__(PatienceWorker)
    worker.nr_conns = held
    worker.accept("the door")
    assert done == [*waits_s, "the door"]
