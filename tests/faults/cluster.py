"""A throw-away PostgreSQL cluster that can be stopped and started, and whose disk can be full."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.conftest import VIRTUALENV, PostgresServer, free_port
from tests.faults.running import limit_files

_SCRIPT = """
cluster="$PGVERSION regress"
echo "READY $PGHOST $PGPORT $PGUSER $PGPASSWORD $(pg_conftool -s $cluster show data_directory)" >&3
while read -r what; do
    pg_ctlcluster $cluster $what </dev/null >/dev/null 2>&1
    echo "DONE $?" >&3
done
"""


class Cluster(PostgresServer):
    """By pg_virtualenv, as the others, but it obeys: lines on its standard input are given to pg_ctlcluster.

    Its log segments are 1 MB, so that a small bound on the size of files stops tables and not the log.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*VIRTUALENV, "-i", "--wal-segsize=1", "-o", "autovacuum=off", "bash", "-c", _SCRIPT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PGPORT": str(free_port())},
        )
        _, host, port, user, password, folder = self._line("READY").split()
        self._base = f"postgresql+psycopg://{user}:{password}@{host}:{port}"
        self._admin = create_engine(f"{self._base}/postgres", isolation_level="AUTOCOMMIT")
        self._made, self._folder, self.is_running = 0, Path(folder), True

    def _line(self, begin: str) -> str:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(begin):
                return line
        raise RuntimeError("the cluster's shell has ended")

    def _obey(self, *words: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        assert self._line("DONE").split() == ["DONE", "0"], words

    def stop(self, how: str = "fast") -> None:
        """End it: `fast` cuts connections off, `immediate` is a crash."""
        self._admin.dispose()
        self._obey("-m", how, "stop")
        self.is_running = False

    def start(self) -> None:
        """Start it; where it runs, nothing."""
        if not self.is_running:
            self._obey("start")
            self.is_running = True

    def end(self) -> None:
        """Be gone."""
        super().stop()

    def limit_files(self, size: int | None) -> None:
        """Let no process of it write beyond `size` bytes of a file (None: as it was)."""
        first = int((self._folder / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        for pid in (first, *map(int, children)):
            try:
                limit_files(pid, size)
            except (FileNotFoundError, subprocess.CalledProcessError):
                assert not Path(f"/proc/{pid}").exists()  # it had done what it was for

    def bloat(self, url: str) -> int:
        """Make the table of words larger than a log segment, all of it dead rows; its size in bytes."""
        engine = create_engine(url)
        rows = (
            "INSERT INTO words (district_code, issue_id, kind, text)"
            " SELECT '', (SELECT min(id) FROM issues), 'x', repeat('x', 1500) FROM generate_series(1, 1000)"
        )
        with engine.connect() as connection:
            connection.execute(text(rows))
            connection.rollback()
            size: int = connection.execute(text("SELECT pg_relation_size('words')")).scalar_one()
        engine.dispose()
        return size
