"""The background work beside a server: begun with it, again where it died, and gone with it however it ends."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from gridmap.actions.office import Office
from gridmap.cli import LESS
from gridmap.web import beside
from tests.db.listening import until
from tests.faults.running import Server, serving


def at_work(server: Server) -> list[int]:
    """The processes that work beside `server`, by what they were begun with."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            told = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if b"--beside" in words and f"GRIDMAP_PORT={server.port}".encode() in told:
            found.append(int(folder.name))
    return found


def niceness(process: int) -> int:
    return os.getpriority(os.PRIO_PROCESS, process)


@pytest.mark.parametrize("engine", ["spatialite"])
def test_one_process_works_beside_the_server_steps_back_comes_again_where_it_died_and_leaves_with_it(
    office: Office,
) -> None:
    with serving(office, background="yes") as server:
        assert until(lambda: len(at_work(server)) == 1)
        (first,) = at_work(server)
        assert until(lambda: niceness(first) == min(niceness(server.pid) + LESS, 19))
        os.kill(first, signal.SIGKILL)
        assert until(lambda: len(at_work(server)) == 1 and at_work(server) != [first], seconds=60)
        assert server.ask("/healthz").status == 200
        os.kill(server.pid, signal.SIGTERM)
        assert until(lambda: not at_work(server), seconds=beside.LEAVE_S + 20)


@pytest.mark.parametrize("engine", ["spatialite"])
def test_it_goes_with_the_server_also_where_that_is_killed(office: Office) -> None:
    with serving(office, background="yes") as server:
        assert until(lambda: len(at_work(server)) == 1)
        os.kill(server.pid, signal.SIGKILL)
        assert until(lambda: not at_work(server), seconds=60)


@pytest.mark.parametrize("engine", ["spatialite"])
def test_where_the_work_is_done_elsewhere_there_is_none(office: Office) -> None:
    with serving(office) as server:
        assert at_work(server) == []
