"""How a process of the server shares its threads out: who is slow or gone holds one for a bounded time, new ones spread."""

from __future__ import annotations

import select
import socket
import threading
import time
from contextlib import suppress
from typing import Any

from gunicorn.workers import gthread

LOOK_S = 0.5
SILENT_S = 0.2
"""A connection that says nothing goes back to the one thread that waits for all of them."""
BODY_BYTES_PER_S = 10_000
"""Slower than the slowest mobile network a photo is worth sending over."""
PART_S = 2.0
"""How long to wait for the other side to hang up after a last answer (RFC 9112, section 9.6)."""
UNTOLD_BODY_S = 60.0
"""For a body that does not say how long it is, beyond the time its headers had."""
AT_ONCE_MS = 20
"""How long a thread waits on a connection for another request before it hands it back."""
UNHEARD_MS = 30_000
"""After so long without a sign that what was sent arrived, the other side is not there."""

YIELD_S, YIELDS = 0.0003, 10
"""How long a process leaves a new connection to the others for each that it has, and for how many at most."""


class Deadlines:
    """When each connection that is still sending has to be done; one thread hangs up on the others."""

    def __init__(self) -> None:
        self._ends: dict[Any, float] = {}
        self._changed = threading.Lock()

    def start(self) -> None:
        """Begin to look."""
        threading.Thread(target=self._look, name="gridmap-deadlines", daemon=True).start()

    def set(self, connection: socket.socket, within_s: float) -> None:
        """Have `connection` be done in that many seconds from now."""
        with self._changed:
            self._ends[connection] = time.monotonic() + within_s

    def clear(self, connection: socket.socket) -> None:
        """It is done."""
        with self._changed:
            self._ends.pop(connection, None)

    def _look(self) -> None:
        while True:
            time.sleep(LOOK_S)
            self.hang_up()

    def hang_up(self) -> None:
        """End every connection whose time has passed: whoever reads from it finds its end."""
        now = time.monotonic()
        with self._changed:
            late = [connection for connection, end in self._ends.items() if end <= now]
            for connection in late:
                del self._ends[connection]
        for connection in late:
            with suppress(OSError):  # it has gone by itself
                connection.shutdown(socket.SHUT_RDWR)


class PatienceWorker(gthread.ThreadWorker):  # type: ignore[misc]
    """gunicorn's threads, with an end to how long a request may take to come."""

    request_s = 20.0

    @classmethod
    def within(cls, request_s: float) -> type[PatienceWorker]:
        """The worker for a time in which headers must have come; a body has it too, and a second for each 10 kB."""
        return type("PatienceWorker", (cls,), {"request_s": float(request_s)})

    def init_process(self) -> None:
        """Run in the new process until it ends."""
        gthread.DEFAULT_WORKER_DATA_TIMEOUT = SILENT_S
        self._deadlines = Deadlines()
        self._deadlines.start()
        super().init_process()

    def accept(self, listener: Any) -> None:
        """Take a new connection, unless a process with fewer does: else the first to wake has all, and the others rest."""
        if self.nr_conns:
            time.sleep(YIELD_S * min(self.nr_conns, YIELDS))
        super().accept(listener)

    def handle(self, conn: Any) -> Any:
        """One request on a connection, in a thread."""
        connection = conn.sock
        if not conn.initialized:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNHEARD_MS)
        self._deadlines.set(connection, self.request_s)
        try:
            stays = super().handle(conn)
            while stays is True and self.alive and _says_more(conn.sock):
                self._deadlines.set(conn.sock, self.request_s)
                stays = super().handle(conn)
            if not stays:
                _part(conn.sock)
            return stays
        finally:
            self._deadlines.clear(connection)
            self._deadlines.clear(conn.sock)  # another one where it was wrapped for TLS meanwhile

    def handle_request(self, req: Any, conn: Any) -> Any:
        """One request whose headers have come."""
        body_s = _body_s({name.upper(): value for name, value in req.headers})
        if body_s is None:
            self._deadlines.clear(conn.sock)
        else:
            self._deadlines.set(conn.sock, self.request_s + body_s)
        return super().handle_request(req, conn)


def _says_more(connection: socket.socket) -> bool:
    """Whether the next request follows at once: then its thread takes it too, and nobody has to be woken for it."""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(AT_ONCE_MS))


def _part(connection: socket.socket) -> None:
    """Let the last answer arrive before the connection is closed.

    gunicorn does it too, but in the one thread that accepts: a few who do not hang up would stop all.
    """
    end = time.monotonic() + PART_S
    with suppress(OSError):  # it has gone, or says nothing
        connection.shutdown(socket.SHUT_WR)
        while (left := end - time.monotonic()) > 0:
            connection.settimeout(left)
            if not connection.recv(4096):
                break
    with suppress(OSError):  # so that gunicorn does not wait once more
        connection.shutdown(socket.SHUT_RD)


def _body_s(headers: dict[str, str]) -> float | None:
    """How long a body may take; None where none comes."""
    if "TRANSFER-ENCODING" in headers:
        return UNTOLD_BODY_S
    length = int(headers.get("CONTENT-LENGTH", "0"))
    return length / BODY_BYTES_PER_S if length else None
