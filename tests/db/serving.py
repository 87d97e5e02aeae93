"""A real server of several processes for tests, and plain readers of its stream."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from gridmap.actions.office import Office
from tests import forking
from tests.conftest import settings_for

WORKERS = 2


@contextmanager
def serving(office: Office, port: int) -> Iterator[int]:
    """`gridmap serve` over the office on a port of this machine; the number of its process."""
    settings = settings_for(office)
    env = {
        **os.environ,
        "GRIDMAP_DATABASE_URL": settings.database_url,
        "GRIDMAP_SECRET_KEY": settings.secret_key,
    }
    env |= {"GRIDMAP_DATA_DIR": str(settings.data_dir), "GRIDMAP_WORKERS": str(WORKERS)}
    env["GRIDMAP_BACKGROUND"] = "no"
    env |= {"GRIDMAP_PORT": str(port), "GRIDMAP_HOST": "127.0.0.1", "GRIDMAP_STREAM_LIMIT": "40"}
    log = settings.data_dir / "server.log"
    process = forking.begin(["serve"], env, log)
    assert process.pid is not None
    try:
        _wait_until_up(process, process.pid, port, log)
        yield process.pid
    finally:
        os.kill(process.pid, signal.SIGQUIT)  # without waiting for streams that are open
        process.join(15)
        if process.exitcode is None:
            process.kill()
            process.join(15)


def _wait_until_up(process: BaseProcess, pid: int, port: int, log: Path) -> None:
    for _ in range(300):
        assert process.exitcode is None, log.read_text()
        try:
            if len(workers_of(pid)) == WORKERS and ask(port, "/healthz")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def workers_of(process: int) -> list[int]:
    """The processes that a server started."""
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def connect(port: int) -> http.client.HTTPConnection:
    """A connection that stays open."""
    return http.client.HTTPConnection("127.0.0.1", port, timeout=30)


def ask(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of one GET on a connection of its own."""
    connection = connect(port)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def post(
    connection: http.client.HTTPConnection, path: str, token: str, body: dict[str, Any]
) -> dict[str, Any]:
    """What a POST answers, 201 expected."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    said: dict[str, Any] = json.loads(answer.read())
    assert answer.status == 201, said
    return said


def worker_at(end: socket.socket, process: int) -> int | None:
    """Which of a server's processes holds the other end of an open connection."""
    local, remote = end.getsockname()[1], end.getpeername()[1]
    inode = None
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ends = [int(fields[n].split(":")[1], 16) for n in (1, 2)]
        if ends == [remote, local]:
            inode = fields[9]
    for worker in workers_of(process):
        for descriptor in Path(f"/proc/{worker}/fd").iterdir():
            if descriptor.is_symlink() and str(descriptor.readlink()) == f"socket:[{inode}]":
                return worker
    return None


class Page:
    """One reader of the stream over HTTP, in a thread of its own: every event as (id, name, data)."""

    def __init__(self, port: int, token: str, last: int | None = None) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.connection = connect(port)
        self.connection.request("GET", "/api/v1/stream", headers=headers)
        self.socket = self.connection.sock
        self._answer = self.connection.getresponse()
        assert self._answer.status == 200, self._answer.read()
        self.events: list[tuple[int, str, dict[str, Any]]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        fields: dict[str, str] = {}
        try:
            while line := self._answer.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    fields[name] = value
                elif "event" in fields:
                    self.events.append((int(fields["id"]), fields["event"], json.loads(fields["data"])))
                    fields = {}
        except (OSError, http.client.HTTPException, ValueError):
            pass  # the server went, or the test ended

    @property
    def numbers(self) -> list[int]:
        """The ids of what it was told, greetings left out."""
        return [number for number, name, _ in self.events if name not in ("ready", "reset")]

    def close(self) -> None:
        """Leave."""
        self.socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._answer.close()
        self.connection.close()
