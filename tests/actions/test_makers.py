"""What makers make ahead comes in order, and one that fails or dies takes the import with it, whole."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gridmap.actions import importing_issues
from gridmap.actions.makers import made_ahead, makers_here
from gridmap.actions.new_matters import NewMatters
from gridmap.actions.office import Office
from gridmap.db import first_load
from gridmap.errors import ConflictError, GridmapError, InvalidInputError, UnavailableError
from tests.actions.test_importing_issues import holds, row, state, take_in
from tests.db.looking import ask_sql

ABOUT_A_PIPE_FULL = 200_000


@pytest.fixture(autouse=True)
def forked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Every process that was forked; none outlives its test, not even as one that nobody asked how it ended."""
    found, fork = list[int](), os.fork

    def told() -> int:
        found.append(fork())
        return found[-1]

    monkeypatch.setattr(os, "fork", told)
    yield found
    for pid in found:
        with pytest.raises(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


def here(part: int) -> tuple[int, int, bytes]:
    return part, os.getpid(), bytes(ABOUT_A_PIPE_FULL)


@pytest.mark.parametrize("makers", [0, 1, 2, 3])
def test_what_is_made_comes_in_order_from_so_many_processes(makers: int) -> None:
    with made_ahead(here, range(8), makers) as made:
        found = [(part, pid) for part, pid, _ in made]
    assert [part for part, _ in found] == list(range(8))
    assert len({pid for _, pid in found}) == max(1, makers)
    assert (os.getpid() in {pid for _, pid in found}) == (makers == 0)


def test_a_maker_may_be_forked_beside_running_threads() -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    with made_ahead(here, range(4), 2) as made:
        assert [part for part, *_ in made] == [0, 1, 2, 3]
    ended.set()
    thread.join()


def fails(part: int) -> int:
    if part == 3:
        raise ConflictError("action_not_now", action="close")
    return part


def test_what_goes_wrong_in_a_maker_is_raised_as_what_it_is() -> None:
    taken = []
    with pytest.raises(ConflictError) as caught, made_ahead(fails, range(6), 2) as made:
        taken += made
    assert (caught.value.code, caught.value.details) == ("action_not_now", {"action": "close"})
    assert "in fails" in "".join(caught.value.__notes__)


class OddError(Exception):
    """An error that cannot be made anew from what it says."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def fails_oddly(part: int) -> int:
    raise OddError(part, 2)


def test_an_error_that_does_not_survive_the_way_is_named() -> None:
    with pytest.raises(RuntimeError, match="1 and 2"), made_ahead(fails_oddly, [1], 1) as made:
        next(made)


def dies(part: int) -> bytes:
    if part == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return bytes(ABOUT_A_PIPE_FULL)


def test_a_maker_that_is_killed_is_told_of() -> None:
    with pytest.raises(UnavailableError) as caught, made_ahead(dies, range(6), 2) as made:
        list(made)
    assert (caught.value.code, caught.value.details) == ("maker_lost", {"signal": signal.SIGKILL})


def test_makers_end_with_a_block_that_takes_nothing_more() -> None:
    with pytest.raises(InvalidInputError), made_ahead(here, range(100), 2) as made:
        next(made)
        raise InvalidInputError("elsewhere")


def waiting_writer(folder: Path) -> int:
    """A process whose maker writes its own id into `folder`, then goes on making what nobody takes."""
    pid = os.fork()
    if pid:
        return pid
    os.setpgid(0, 0)

    def named(part: int) -> bytes:
        (folder / "pid").write_text(str(os.getpid()))
        return bytes(ABOUT_A_PIPE_FULL)

    with made_ahead(named, range(1000), 2):
        time.sleep(60)
    os._exit(0)


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_makers_end_when_whoever_takes_is_killed(tmp_path: Path) -> None:
    taker = waiting_writer(tmp_path)
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    maker = int((tmp_path / "pid").read_text())
    os.kill(taker, signal.SIGKILL)
    os.waitpid(taker, 0)
    wait_until(lambda: not is_there(maker))


def test_there_is_room_for_some_makers() -> None:
    assert makers_here() in (0, 2)


# --- in an import

INDEXES = "SELECT indexdef FROM pg_indexes WHERE tablename IN ('issues', 'events', 'words') ORDER BY indexdef"


def stored(office: Office) -> list[int]:
    """How many rows are stored, but for the counters: numbers once given out stay so."""
    return state(office)[:-1]


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Rows that are taken in as very many are."""
    monkeypatch.setattr(importing_issues, "_MANY", 1)
    monkeypatch.setattr(first_load, "MANY", 1)
    monkeypatch.setattr(importing_issues, "_LOT", 5)
    return [row(f"n{n}", description="broken" if n % 3 else "") for n in range(40)]


def kill_maker(_made: NewMatters, _lot: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail_maker(_made: NewMatters, _lot: object) -> None:
    raise ConflictError("action_not_now", action="close")


only_postgis = pytest.mark.parametrize("engine", ["postgis"], indirect=True)
"""SQLite's matters are all made where they are stored."""


@only_postgis
@pytest.mark.parametrize(("ends", "code"), [(kill_maker, "maker_lost"), (fail_maker, "action_not_now")])
def test_a_maker_that_ends_early_leaves_nothing_of_the_import(
    office: Office, large: list[dict[str, str]], monkeypatch: pytest.MonkeyPatch, ends: object, code: str
) -> None:
    before, indexes = stored(office), ask_sql(office, INDEXES)
    with monkeypatch.context() as patched, pytest.raises(GridmapError) as caught:
        patched.setattr(NewMatters, "make", ends)
        take_in(office, *large, makers=2)
    assert caught.value.code == code
    assert (stored(office), ask_sql(office, INDEXES)) == (before, indexes)
    assert take_in(office, *large, makers=2).counts["new"] == len(large)


@only_postgis
def test_makers_and_the_one_door_of_this_process_number_alike(
    office: Office, large: list[dict[str, str]]
) -> None:
    take_in(office, *large[:20], makers=2)
    take_in(office, *large[20:], makers=0)
    found = ask_sql(office, "SELECT external_id, number FROM issues ORDER BY number")
    assert [one["id"] for one in large] == [external for external, _ in found]
    assert [int(number[-4:]) for _, number in found] == list(range(1, 41))
    assert holds(office)


@pytest.mark.parametrize(("engine", "forks"), [("postgis", 4), ("spatialite", 0)], indirect=["engine"])
def test_only_the_store_that_waits_for_rows_has_makers(
    office: Office, large: list[dict[str, str]], forked: list[int], forks: int
) -> None:
    take_in(office, *large, makers=2)
    take_in(office, *large, makers=0)
    assert len(forked) == forks  # two measure, two make


def test_few_matters_are_made_here(office: Office, forked: list[int]) -> None:
    take_in(office, row("one"), row("two"), makers=2)
    assert forked == []


def test_a_dry_run_by_makers_changes_nothing(office: Office, large: list[dict[str, str]]) -> None:
    before = state(office)
    assert take_in(office, *large, dry=True, makers=2).counts["new"] == len(large)
    assert state(office) == before
