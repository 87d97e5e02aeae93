"""Faults for longer: many kills and restarts under load, and a small disk that is really full."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridmap.actions.office import Office
from gridmap.db.models import Issue
from tests.conftest import Clock, Templates, make_office
from tests.db.looking import count
from tests.faults.cluster import Cluster
from tests.faults.conftest import cluster, own, town_on_cluster  # noqa: F401  (fixtures)
from tests.faults.load import Phones
from tests.faults.running import run, serving
from tests.faults.test_full_disk import accepts_again, goes_through_a_full_disk, reported
from tests.faults.test_killed import all_killed, one_process_killed
from tests.faults.test_restarted import stopped_meanwhile
from tests.faults.wholeness import broken_promises, half_written
from tests.town import token_for

ROUNDS, EACH = 12, 60


@pytest.mark.timeout(1800)
def test_many_kills(office: Office) -> None:
    with serving(office) as server:
        phones = Phones(server, token_for(office, "seat"), phones=8)
        for _ in range(ROUNDS // 2):
            one_process_killed(server, phones)
            all_killed(server, phones, 2, EACH)
            assert broken_promises(office, phones) + half_written(office) == []
        phones.send_again()
        assert broken_promises(office, phones) + half_written(office) == []
        assert count(office, Issue) == len(phones.sent)
    assert run(office, "audit").returncode == 0


@pytest.mark.timeout(1800)
def test_many_crashes_of_the_database(own: Office, cluster: Cluster) -> None:  # noqa: F811
    with serving(own) as server:
        phones = Phones(server, token_for(own, "seat"), phones=8)
        for n in range(ROUNDS):
            stopped_meanwhile(cluster, server, phones, ("fast", "immediate")[n % 2])
        phones.send_again()
        assert {code for _, code in phones.refused} == {"database_gone"}
    assert broken_promises(own, phones) + half_written(own) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 MB. Mounting needs root, which long runs have."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", folder], check=True)
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_small_disk_that_is_really_full(small_disk: Path, templates: Templates, clock: Clock) -> None:
    url = templates.copy("spatialite", True, small_disk)
    office = make_office(url, small_disk, clock)
    token, filler = token_for(office, "seat"), small_disk / "filler"
    with serving(office) as server:
        number = reported(server, token).body["id"]
        with filler.open("wb") as out, pytest.raises(OSError, match="No space left"):
            while True:
                out.write(bytes(65536))
                out.flush()
        goes_through_a_full_disk(server, office, token)
        filler.unlink()
        accepts_again(server, office, token, number)
    office.database.dispose()
