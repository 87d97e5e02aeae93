"""A backup is of one moment while others go on writing, whole or not there, and states what is amiss."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gridmap.actions.auditing import audit, seal
from gridmap.actions.backing_up import back_up
from gridmap.actions.office import Office
from gridmap.actions.photographing import add_photo
from gridmap.actions.reporting import report
from gridmap.actions.restoring import check_backup, restore
from gridmap.db.models import Issue, Photo
from gridmap.errors import ConflictError, UnavailableError
from gridmap.files.photos import path_of
from tests.actions.lived_in import LAT, LON, Places, everything, live_in, writer
from tests.conftest import Clock, Templates, make_office, settings_for
from tests.db.looking import count, rows_of, run_sql
from tests.town import actor_named, report_at
from tests.web.asking import picture


@pytest.fixture
def places(
    templates: Templates, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Places]:
    made = Places(templates, tmp_path, clock, request)
    yield made
    made.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup is to be, in a folder of its own."""
    (tmp_path / "safe").mkdir()
    return tmp_path / "safe" / "b.zip"


def names(file: Path) -> list[str]:
    """What lies where the backup is to be."""
    return sorted(one.name for one in file.parent.iterdir())


def test_it_is_of_one_moment_and_holds_nobody_up(
    office: Office, clock: Clock, engine: str, places: Places, file: Path
) -> None:
    live_in(office, clock)
    before = everything(office)
    li = actor_named(office, "li")

    def write_on(stage: str, _done: int, _of: int) -> None:
        if stage == "backup_rows":
            report(office, li, report_at(LON, LAT, description="meanwhile"))
            seal(office)

    back_up(office, file, progress=write_on)
    assert count(office, Issue) > len(before["issues"]) + 10
    back = places.initialised(engine)
    assert restore(back, file).is_whole
    assert everything(back) == before


def test_somebody_who_reports_all_the_time_loses_nothing(
    office: Office, engine: str, places: Places, file: Path
) -> None:
    with writer(office) as numbers:
        while not numbers:
            pass
        saved = back_up(office, file)
        second = back_up(office, file.with_name("second.zip"))
    assert audit(office).issues == len(numbers)
    assert 0 < saved.manifest.tables["issues"].rows <= second.manifest.tables["issues"].rows <= len(numbers)
    back = places.initialised(engine)
    assert restore(back, file).is_whole
    assert [row.number for row in rows_of(back, Issue)] == numbers[: count(back, Issue)]


def test_the_file_is_its_owners_only_and_holds_no_key_of_sessions(office: Office, file: Path) -> None:
    settings = settings_for(office)
    (office.data_dir / "secret_key").write_text(settings.secret_key)
    saved = back_up(office, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert all(settings.secret_key.encode() not in archive.read(name) for name in archive.namelist())
        manifest = json.loads(archive.read("manifest.json"))
        listed = archive.read("members.sha256").decode().split()[1::2]
    assert (manifest["format"], manifest["schema"]) == (1, saved.manifest.schema)
    assert manifest["districts"] == ["990001"]
    assert {*listed, "manifest.json", "members.sha256"} == set(archive.namelist())


def test_a_file_that_is_there_is_replaced_only_when_told(office: Office, file: Path) -> None:
    file.write_text("precious")
    with pytest.raises(ConflictError, match="backup_exists"):
        back_up(office, file)
    assert file.read_text() == "precious"
    back_up(office, file, is_overwriting=True)
    assert check_backup(file)
    assert names(file) == [file.name]


def test_a_file_put_there_meanwhile_is_kept(office: Office, file: Path) -> None:
    with pytest.raises(ConflictError, match="backup_exists"):
        back_up(office, file, progress=lambda *_: file.write_text("precious") and None)
    assert file.read_text() == "precious"
    assert names(file) == [file.name]


def test_photos_that_are_amiss_are_stated(
    office: Office, clock: Clock, engine: str, places: Places, file: Path
) -> None:
    live_in(office, clock)
    li, number = actor_named(office, "li"), rows_of(office, Issue)[0].number
    add_photo(office, li, number, "p-3", picture(colour="green"))
    lost, changed, erased = (row.digest for row in rows_of(office, Photo))
    path_of(office.data_dir, lost).unlink()
    path_of(office.data_dir, changed).write_bytes(b"no longer it")

    def erase(stage: str, _done: int, _of: int) -> None:
        if stage == "backup_rows":
            path_of(office.data_dir, erased).unlink(missing_ok=True)
            run_sql(office, "UPDATE photos SET erased_at = taken_at WHERE digest = :digest", digest=erased)

    saved = back_up(office, file, progress=erase)
    assert saved.manifest.missing == {lost: "missing", changed: "changed", erased: "erased"}
    assert not saved.is_whole
    told = restore(places.initialised(engine), file)
    assert told.missing == {lost: "missing", changed: "changed", erased: "missing"}
    assert (told.photos, told.is_whole) == (0, False)


def test_only_an_erased_photo_is_not_amiss(
    office: Office, clock: Clock, engine: str, places: Places, file: Path
) -> None:
    live_in(office, clock)
    digest = rows_of(office, Photo)[0].digest

    def erase(stage: str, _done: int, _of: int) -> None:
        if stage == "backup_rows":
            path_of(office.data_dir, digest).unlink(missing_ok=True)
            run_sql(office, "UPDATE photos SET erased_at = taken_at WHERE digest = :digest", digest=digest)

    assert back_up(office, file, progress=erase).is_whole
    assert restore(places.initialised(engine), file).is_whole


def test_without_photos_those_in_the_data_directory_are_verified(
    office: Office, clock: Clock, engine: str, places: Places, file: Path
) -> None:
    live_in(office, clock)
    saved = back_up(office, file, has_photos=False)
    assert (saved.manifest.photos, saved.is_whole) == (0, True)
    back = places.initialised(engine)
    (office.data_dir / "photos").rename(back.data_dir / "photos")
    told = restore(back, file)
    assert (told.photos, told.is_whole) == (2, True)


@contextmanager
def disk_of(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_leaves_nothing(office: Office, clock: Clock, file: Path) -> None:
    live_in(office, clock)
    with pytest.raises(OSError), disk_of(9_000):
        back_up(office, file)
    assert names(file) == []
    assert back_up(office, file).is_whole


def test_a_store_that_is_not_up_to_date_is_not_saved(
    office: Office, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    monkeypatch.setattr("gridmap.db.schema.newest_revision", lambda: "9999")
    with pytest.raises(UnavailableError, match="not_initialised"):
        back_up(office, file)
    assert names(file) == []


def die_in(stage: str, act: Callable[..., object], url: str, folder: Path, file: Path) -> None:
    """Do it over a store of one's own, and be killed in the middle of a stage."""

    def die(now: str, done: int, _of: int) -> None:
        if now == stage and done:
            os.kill(os.getpid(), signal.SIGKILL)

    act(make_office(url, folder, Clock()), file, progress=die)


def killed(office: Office, file: Path, act: Callable[..., object], stage: str) -> None:
    """Have another process do it, and kill it there."""
    url = office.database.engine.url.render_as_string(hide_password=False)
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=die_in, args=(stage, act, url, office.data_dir, file))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def test_killed_in_the_middle_nothing_looks_whole(
    office: Office, clock: Clock, engine: str, places: Places, file: Path
) -> None:
    live_in(office, clock)
    killed(office, file, back_up, "backup_photos")
    assert [name.rsplit(".", 1)[1] for name in names(file)] == ["part"]
    back_up(office, file)
    back = places.initialised(engine)
    empty = everything(back)
    for stage in ("restore_photos", "restore_rows"):
        killed(back, file, restore, stage)
        assert everything(back) == empty
    assert restore(back, file).is_whole
    assert everything(back) == everything(office)
