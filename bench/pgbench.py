"""The rate pgbench reaches with the statements of reports, recorded from the application in this process."""

from __future__ import annotations

import cProfile
import os
import pstats
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from bench.offices import settings
from bench.replay import Recorded, recording, write_scripts
from bench.run import Bench
from gridmap.app import create_app

SCRIPTS = 16
"""So many recorded reports pgbench draws from: more would have it spend its time preparing statements."""
_WARMING = 8
"""So many reports first fill what the process keeps in memory."""
WANTED = _WARMING + 2 * SCRIPTS
_PROFILED = 300


@dataclass(frozen=True)
class Rate:
    """Reports a second, and how much of a processor pgbench itself took."""

    per_s: float
    cpu_share: float


def record(
    bench: Bench, template: str, reports: Sequence[tuple[str, dict[str, Any]]]
) -> tuple[list[Path], int]:
    """Scripts for pgbench out of `reports` (token, body), and how many statements one of them sends."""
    url = bench.cluster.create("recorded", template)
    with _application(url, bench.data_dir) as client:
        found = [_record_one(client, token, body) for token, body in reports][_WARMING:]
        if bench.is_profiled:
            _profile(bench, client, reports)
    with bench.cluster.connect() as connection:
        scripts = write_scripts(found, connection, bench.work, SCRIPTS)
    bench.cluster.drop("recorded")
    return scripts, len(found[0].statements)


@contextmanager
def _application(url: str, folder: Path) -> Iterator[FlaskClient]:
    app = create_app(settings(url, folder))
    yield app.test_client()
    parts = app.extensions["gridmap"]
    parts.live.stop()
    parts.office.database.dispose()


def _record_one(client: FlaskClient, token: str, body: dict[str, Any]) -> Recorded:
    client_id = str(uuid.uuid4())
    with recording() as statements:
        number = _send(client, token, {**body, "client_id": client_id})
    return Recorded(list(statements), client_id, number).without_pings()


def _send(client: FlaskClient, token: str, body: dict[str, Any]) -> str:
    """The number a report got. Raises RuntimeError with the answer where it is not 201."""
    answer = client.post("/api/v1/issues", json=body, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code != 201:
        raise RuntimeError(answer.get_data(as_text=True))
    return str(answer.get_json()["properties"]["number"])


def _profile(bench: Bench, client: FlaskClient, reports: Sequence[tuple[str, dict[str, Any]]]) -> None:
    """Write where the time of reports goes inside one process; no network, nothing else beside it."""
    with cProfile.Profile() as profile:
        for n in range(_PROFILED):
            _send(client, *reports[n % len(reports)])
    bench.results.mkdir(parents=True, exist_ok=True)
    file = bench.results / "post.prof"
    profile.dump_stats(file)
    with file.with_suffix(".txt").open("w") as out:
        for order in ("tottime", "cumulative"):
            pstats.Stats(profile, stream=out).strip_dirs().sort_stats(order).print_stats(50)
    print(f"  where the time of {_PROFILED} reports went: {file.with_suffix('.txt')}", file=sys.stderr)


def run(bench: Bench, name: str, scripts: Sequence[Path]) -> Rate:
    """What pgbench reaches on the database `name`. Raises RuntimeError where a statement fails."""
    files = [word for script in scripts for word in ("-f", str(script))]
    seconds, clients = str(max(1, round(bench.size.seconds))), str(bench.size.connections)
    command = ["pgbench", "-n", "-M", "prepared", "-c", clients, "-j", "2", "-T", seconds, *files, name]
    before = os.times()
    done = subprocess.run(
        command, env=bench.cluster.environ(name), capture_output=True, text=True, check=False
    )
    after = os.times()
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or "aborted" in done.stderr or found is None:
        raise RuntimeError(done.stderr[-3000:])
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Rate(float(found[1]), cpu / (after.elapsed - before.elapsed))
