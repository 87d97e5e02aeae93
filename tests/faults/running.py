"""A real server that tests may kill, starve and start again, and ways to ask it."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from gridmap.actions.office import Office
from tests import forking
from tests.conftest import free_port, settings_for
from tests.db.listening import until
from tests.db.serving import workers_of

WORKERS = 2
PRIVATE = "only the reporter's business"
"""Stands in every description."""


def environment(office: Office, **more: object) -> dict[str, str]:
    """What `gridmap` is told in its environment to work on this office."""
    settings = settings_for(office)
    env = {**os.environ, "GRIDMAP_DATABASE_URL": settings.database_url, "LANG": "C.UTF-8"}
    env |= {"GRIDMAP_SECRET_KEY": settings.secret_key, "GRIDMAP_DATA_DIR": str(settings.data_dir)}
    env["GRIDMAP_BACKGROUND"] = "no"  # a process more for each server, where nothing is asked of it
    env |= {"GRIDMAP_WORKERS": str(WORKERS), "GRIDMAP_STREAM_LIMIT": "40", "GRIDMAP_WRITES_PER_MINUTE": "0"}
    return env | {f"GRIDMAP_{name.upper()}": str(value) for name, value in more.items()}


@dataclass(frozen=True)
class Answer:
    """What came back: status, body (JSON where it is), headers."""

    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str:
        """The error's code; the one shape is held to here."""
        assert set(self.body) == {"error"}, self.body
        assert set(self.body["error"]) == {"code", "message", "details"}
        assert self.body["error"]["message"]
        return str(self.body["error"]["code"])


@dataclass
class Server:
    """`gridmap serve` in a process group of its own."""

    office: Office
    settings: dict[str, object] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: BaseProcess | None = None

    @property
    def log(self) -> Path:
        """Where it writes what happens."""
        return self.office.data_dir / "server.log"

    @property
    def pid(self) -> int:
        """The process that watches over the others."""
        assert self.process is not None
        assert self.process.pid is not None
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        return workers_of(self.pid)

    def start(self, *, healthy: bool = True) -> None:
        """Start it; back when every process answers (`healthy`: with its store)."""
        env = environment(self.office, port=self.port, host="127.0.0.1", **self.settings)
        self.process = forking.begin(["serve"], env, self.log)
        assert until(lambda: self._is_up(healthy=healthy), seconds=60), self.log.read_text()

    def _is_up(self, *, healthy: bool) -> bool:
        assert self.process is not None
        assert self.process.exitcode is None, self.log.read_text()
        try:
            if len(self.workers) != WORKERS:
                return False
            return self.ask("/healthz").status == 200 if healthy else bool(self.ask("/api/openapi.json"))
        except (OSError, http.client.HTTPException):
            return False

    def kill(self) -> None:
        """kill -9 of the whole group; back when its first process is gone. Gone already, nothing happens."""
        if self.process is not None and self.process.exitcode is None:
            os.killpg(self.pid, signal.SIGKILL)
            self.process.join(30)

    def limit_files(self, size: int | None) -> None:
        """Let none of its files grow beyond `size` bytes (None: as it was): a disk that takes no more."""
        for pid in (self.pid, *self.workers):
            limit_files(pid, size)

    def ask(
        self, path: str, token: str | None = None, body: Any = None, *, timeout: float = 60, **headers: str
    ) -> Answer:
        """One request on a connection of its own: GET, or POST where there is a body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            return ask_on(connection, path, token, body, **headers)
        finally:
            connection.close()


def ask_on(
    connection: http.client.HTTPConnection, path: str, token: str | None, body: Any = None, **headers: str
) -> Answer:
    """One request on a connection; `body` is a JSON value, or bytes with their Content_Type."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        sent["Authorization"] = f"Bearer {token}"
    if body is not None and not isinstance(body, bytes):
        body, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
    connection.request("GET" if body is None else "POST", path, body, sent)
    got = connection.getresponse()
    data = got.read()
    is_json = (got.headers.get_content_type()) == "application/json"
    return Answer(got.status, json.loads(data) if is_json else data, dict(got.headers.items()))


def limit_files(pid: int, size: int | None) -> None:
    """Bound the size of files that a process writes; the hard limit stays, so that it can be undone.

    Asked for by the process's own user: root may be root in name only.
    """
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    wanted = hard if size is None else size
    soft = "unlimited" if wanted == resource.RLIM_INFINITY else str(wanted)
    command = ["prlimit", f"--pid={pid}", f"--fsize={soft}:"]
    owner = Path(f"/proc/{pid}").stat()
    if owner.st_uid == os.geteuid():
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
    else:
        subprocess.run(command, check=True, user=owner.st_uid, group=owner.st_gid, extra_groups=[])


@contextmanager
def serving(office: Office, *, healthy: bool = True, **settings: object) -> Iterator[Server]:
    """A server over the office, gone at the end; its log holds no fault that nobody foresaw, and no secret."""
    server = Server(office, settings)
    server.start(healthy=healthy)
    try:
        yield server
    finally:
        server.kill()
    said = server.log.read_text()
    assert "unexpected fault" not in said, said
    secrets = [PRIVATE, "only-for-tests", office.database.engine.url.password]
    assert [word for word in secrets if word and word in said] == [], said


def run(office: Office, *words: str, **settings: object) -> subprocess.CompletedProcess[str]:
    """One command to its end."""
    return forking.done(words, environment(office, **settings), office.data_dir)
