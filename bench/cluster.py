"""A throw-away PostgreSQL that keeps its promises: fsync on, memory as a sensible operator sets it."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

_POSTGIS = "SELECT default_version FROM pg_available_extensions WHERE name = 'postgis'"


def memory_mb() -> int:
    """The machine's memory."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def settings() -> dict[str, str]:
    """What the cluster is told: durable, a quarter of the memory as buffers, the rest as PostgreSQL's manual advises."""
    memory = memory_mb()
    return {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "shared_buffers": f"{memory // 4}MB",
        "effective_cache_size": f"{memory * 3 // 5}MB",
        "maintenance_work_mem": f"{min(1024, memory // 16)}MB",
        "work_mem": "32MB",
        "max_wal_size": "8GB",
        "random_page_cost": "1.1",
        "max_connections": "200",
        "ssl": "off",  # all of it stays on this machine
    }


def free_port() -> int:
    """A TCP port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Cluster:
    """A running cluster: where it is and as whom to come in."""

    host: str
    port: int
    user: str
    password: str

    def environ(self, name: str = "postgres") -> dict[str, str]:
        """The environment in which psql and pgbench find the database `name`."""
        mine = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        return {**os.environ, **mine, "PGPASSWORD": self.password, "PGDATABASE": name}

    def url(self, name: str) -> str:
        """The database `name` as gridmap is told of it."""
        return f"postgresql+psycopg://{self.user}:{self.password}@{self.host}:{self.port}/{name}"

    def connect(self, name: str = "postgres") -> psycopg.Connection:
        """A connection that commits each statement."""
        return psycopg.connect(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=name,
            autocommit=True,
        )

    def run(self, *statements: str, name: str = "postgres") -> None:
        """Run statements one by one."""
        with self.connect(name) as connection:
            for statement in statements:
                connection.execute(statement)

    def create(self, name: str, template: str = "template1") -> str:
        """A new database (an old one of that name goes), a copy of `template`; its URL. All is on disk then."""
        self.run(
            f"DROP DATABASE IF EXISTS {name} WITH (FORCE)",
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY",
            "CHECKPOINT",
        )
        return self.url(name)

    def drop(self, name: str) -> None:
        """End a database."""
        self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def shown(self) -> dict[str, str]:
        """The version and the settings as the server itself tells them."""
        with self.connect() as connection:
            asked = {"version": "SHOW server_version", "postgis": _POSTGIS}
            asked |= {name: f"SHOW {name}" for name in settings()}
            return {
                name: (connection.execute(query).fetchone() or ("?",))[0] for name, query in asked.items()
            }


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A cluster by Debian's pg_virtualenv, on disk, gone at the end. Raises RuntimeError where it would not keep data safe."""
    options = [part for name, value in settings().items() for part in ("-o", f"{name}={value}")]
    script = 'echo "READY $PGHOST $PGPORT $PGUSER $PGPASSWORD" >&3; exec cat'
    # What pg_virtualenv says itself when it tidies up is for nobody: where we are gone, that would stop it half way.
    begin = 'exec 3>&1 >/dev/null; exec pg_virtualenv -t "$@"'
    process = subprocess.Popen(
        ["sh", "-c", begin, "sh", *options, "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # Not /tmp, which may be memory: writing there is fast and keeps nothing.
        env={**os.environ, "PGPORT": str(free_port()), "TMPDIR": "/var/tmp"},
    )
    try:
        found = _announced(process)
        if found.shown()["fsync"] != "on":
            raise RuntimeError("the cluster runs without fsync")
        yield found
    finally:
        process.communicate("")
        process.wait(60)


def _announced(process: subprocess.Popen[str]) -> Cluster:
    for line in process.stdout or ():
        if line.startswith("READY"):
            _, host, port, user, password = line.split()
            return Cluster(host, int(port), user, password)
    raise RuntimeError("pg_virtualenv did not start a cluster")


def psql(environ: Mapping[str, str], script: str, folder: Path) -> str:
    """Run a script of SQL as psql does, from `folder`; what it prints. Raises RuntimeError with what went wrong."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
        input=script,
        text=True,
        capture_output=True,
        check=False,
        env=dict(environ),
        cwd=folder,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout
