"""A disk that takes no more: reports are refused with a clear answer, reading goes on, and space is enough to go on.

The disk is a bound on the size of files, set on the running processes from outside and lifted again:
the writes fail in the kernel, as they do on a full one, and it needs no privilege.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from gridmap.actions.office import Office
from gridmap.db.engine import Database
from gridmap.db.models import Issue, Photo
from gridmap.errors import UnavailableError
from gridmap.files.photos import forget_parts, path_of, redraw, store
from gridmap.texts import catalogue
from tests.db.looking import count
from tests.faults.cluster import Cluster
from tests.faults.load import photo_body, report_body, send_photo
from tests.faults.running import Answer, Server, limit_files, serving
from tests.faults.wholeness import half_written
from tests.town import token_for
from tests.web.asking import picture


def reported(server: Server, token: str, **headers: str) -> Answer:
    """A report with words enough to need room."""
    body = report_body(description=secrets.token_hex(700))
    return server.ask("/api/v1/issues", token, body, **headers)


def fill(server: Server, token: str) -> None:
    """Report until nothing goes any more: each of the store's connections may know a page with room for one."""
    refusals = 0
    for _ in range(120):
        answer = reported(server, token)
        refusals = 0 if answer.status == 201 else refusals + 1
        if refusals == 16:
            return
    raise AssertionError("the disk is not full")


def refuses_in_both_languages(server: Server, token: str) -> None:
    for language in ("zh-CN", "en"):
        answer = reported(server, token, Accept_Language=language)
        assert (answer.status, answer.code) == (503, "storage_full")
        assert answer.body["error"]["message"] == catalogue(language)["error.storage_full"]
        assert int(answer.headers["Retry-After"]) > 0


def goes_through_a_full_disk(server: Server, office: Office, token: str) -> None:
    """From the first refusal until there is room again; the caller made it full, and makes room."""
    fill(server, token)
    refuses_in_both_languages(server, token)
    assert server.ask("/api/v1/issues", token).status == 200
    assert server.ask("/healthz").status == 200
    assert half_written(office) == []


def accepts_again(server: Server, office: Office, token: str, number: str) -> None:
    assert reported(server, token).status == 201
    assert send_photo(server, token, number, photo_body(2, "late")).status == 201
    assert (half_written(office), count(office, Photo)) == ([], 1)


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_a_full_disk_below_spatialite(office: Office) -> None:
    token = token_for(office, "seat")
    with serving(office) as server:
        number = reported(server, token).body["id"]
        server.limit_files((office.data_dir / "test.db-wal").stat().st_size + 40_000)
        goes_through_a_full_disk(server, office, token)
        server.limit_files(100_000)
        for side in (64, 1200):  # one that fits, whose row does not; one that is put aside while it comes
            answer = send_photo(server, token, number, photo_body(1, "early", side))
            assert (answer.status, answer.code) == (503, "storage_full")
        server.limit_files(None)
        accepts_again(server, office, token, number)
    assert list((office.data_dir / "photos").rglob("*.part")) == []
    assert "storage_full" in server.log.read_text()


def test_a_full_disk_below_postgis(own: Office, cluster: Cluster) -> None:
    token = token_for(own, "seat")
    with serving(own) as server:
        number = reported(server, token).body["id"]
        size = cluster.bloat(own.database.engine.url.render_as_string(hide_password=False))
        cluster.limit_files(size + 100)
        goes_through_a_full_disk(server, own, token)
        cluster.limit_files(None)
        accepts_again(server, own, token, number)
    assert "storage_full" in server.log.read_text()


def test_a_photo_the_disk_does_not_take_leaves_nothing(tmp_path: Path) -> None:
    photo = redraw(picture())
    limit_files(os.getpid(), 100)
    try:
        with pytest.raises(UnavailableError, match="storage_full"):
            store(tmp_path, photo)
    finally:
        limit_files(os.getpid(), None)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []
    store(tmp_path, photo)
    assert path_of(tmp_path, photo.digest).read_bytes() == photo.data


def test_a_photo_and_the_names_that_lead_to_it_are_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(Path(f"/proc/self/fd/{handle}").readlink()))
    photo = redraw(picture())
    store(tmp_path, photo)
    assert sum(file.suffix == ".part" for file in synced) == 2
    folder = path_of(tmp_path, photo.digest).parent
    assert synced[2:] == [folder, folder.parent, tmp_path / "photos", tmp_path]
    synced.clear()
    store(tmp_path, photo)  # another process may have made the names, and not yet kept them
    assert synced == [folder, folder.parent, tmp_path / "photos", tmp_path]


def test_what_was_left_of_a_photo_is_swept_when_it_is_old(tmp_path: Path) -> None:
    store(tmp_path, redraw(picture()))
    parts = tmp_path / "photos" / "parts"
    for name, age_s in (("old", 90_000), ("new", 10)):
        (parts / f"{name}.part").write_bytes(b"half")
        moment = (parts / f"{name}.part").stat().st_mtime - age_s
        os.utime(parts / f"{name}.part", (moment, moment))
    assert (forget_parts(tmp_path), [file.name for file in parts.iterdir()]) == (1, ["new.part"])
    assert forget_parts(tmp_path / "nowhere") == 0


@pytest.mark.parametrize("engine", ["spatialite"], indirect=True)
def test_sqlites_own_word_for_a_full_disk(office: Office) -> None:
    with pytest.raises(UnavailableError, match="storage_full"), office.database.writing() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count={pages}"))
        session.execute(text("CREATE TABLE large AS SELECT zeroblob(1000000) AS filler"))
    assert count(office, Issue) == 0


def test_a_damaged_file_says_so(tmp_path: Path) -> None:
    file = tmp_path / "damaged.db"
    file.write_bytes(b"no database at all" * 1000)
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(file).execute("SELECT 1 FROM sqlite_master")
    with (
        pytest.raises(UnavailableError, match="database_damaged"),
        Database(f"sqlite:///{file}").reading() as session,
    ):
        session.execute(text("SELECT 1 FROM sqlite_master"))
