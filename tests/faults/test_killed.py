"""kill -9 under load: what was acknowledged is there once, nothing is half written, the rest goes on."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from gridmap.actions.office import Office
from gridmap.db.models import ImportRow, Issue
from tests import forking
from tests.db.listening import until
from tests.db.looking import ask_sql, count
from tests.faults.load import Phones
from tests.faults.running import Server, environment, run, serving
from tests.faults.wholeness import broken_promises, half_written
from tests.town import C1, CENTRES, RUBBISH, token_for

ROUNDS, EACH = 2, 10


def one_process_killed(server: Server, phones: Phones) -> None:
    """kill -9 of one process at work: the other goes on, and a new one takes its place."""
    victim, other = server.workers
    with phones:
        assert until(lambda: len(phones.promised) > 5)
        os.kill(victim, signal.SIGKILL)
        done = len(phones.promised)
        assert until(lambda: len(phones.promised) > done + 5)
        assert until(lambda: len(server.workers) == 2 and victim not in server.workers)
    assert other in server.workers


def all_killed(server: Server, phones: Phones, rounds: int, each: int) -> None:
    """So many times: work until so many more reports are acknowledged, then kill -9 of everything."""
    for _ in range(rounds):
        enough = len(phones.promised) + each
        with phones:
            assert until(lambda: len(phones.promised) >= enough, seconds=90), phones.refused  # noqa: B023
            server.kill()
        server.start()


def test_what_was_acknowledged_outlives_killing_the_server(office: Office) -> None:
    with serving(office) as server:
        phones = Phones(server, token_for(office, "seat"))
        one_process_killed(server, phones)
        all_killed(server, phones, ROUNDS, EACH)
        assert broken_promises(office, phones) + half_written(office) == []
        phones.send_again()
        assert broken_promises(office, phones) + half_written(office) == []
        assert (count(office, Issue), phones.refused) == (len(phones.sent), {})
    assert run(office, "audit").returncode == 0


ROWS = 5000


def file_of_matters(folder: Path) -> Path:
    """A table of matters, large enough to be met in the middle."""
    lon, lat = CENTRES[C1]
    file = folder / "matters.csv"
    rows = [
        f"{n},{lon + n % 90 / 1e5},{lat},{RUBBISH},2026-11-0{n % 9 + 1}T08:00:00+08:00,words {n}"
        for n in range(ROWS)
    ]
    file.write_text("\n".join(["id,lon,lat,category,created,words", *rows]), encoding="utf-8")
    return file


def import_words(file: Path) -> list[str]:
    fields = {"id": "id", "lon": "lon", "lat": "lat", "category": "category", "created": "created"}
    options = [word for name, column in fields.items() for word in (f"--{name}", column)]
    return ["import", "issues", str(file), *options]


def is_storing(office: Office) -> bool:
    """Whether an import that is not committed yet is in the middle of storing, its matters before their events."""
    if office.database.is_sqlite:
        log = office.data_dir / "test.db-wal"
        return log.exists() and log.stat().st_size > 3_000_000
    return int(ask_sql(office, "SELECT pg_relation_size('events')")[0][0]) > 500_000


def test_an_import_killed_in_the_middle_leaves_nothing(office: Office, tmp_path: Path) -> None:
    file, before = file_of_matters(tmp_path), count(office, ImportRow)
    ran = forking.begin(import_words(file), environment(office), tmp_path / "said")
    assert until(lambda: is_storing(office), seconds=60)
    ran.kill()
    ran.join(30)
    assert ran.exitcode == -signal.SIGKILL
    assert (count(office, Issue), count(office, ImportRow), half_written(office)) == (0, before, [])
    again = run(office, *import_words(file))
    assert (again.returncode, count(office, Issue)) == (0, ROWS), again.stderr
    assert half_written(office) == []
