"""What does not fit is refused before anything is written, and older and newer schemas find each other."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from sqlalchemy import inspect

from gridmap.actions import restoring
from gridmap.actions.backing_up import back_up
from gridmap.actions.office import Office
from gridmap.actions.restoring import check_backup, restore
from gridmap.db import schema
from gridmap.db.models import Photo
from gridmap.errors import (
    ConflictError,
    FileUnreadableError,
    GridmapError,
    InvalidInputError,
    UnavailableError,
)
from tests.actions.lived_in import Places, everything, live_in
from tests.conftest import Clock, Templates
from tests.db.looking import ask_sql, rows_of, run_sql
from tests.files.test_archive import members, rewritten


@pytest.fixture
def places(
    templates: Templates, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Places]:
    made = Places(templates, tmp_path, clock, request)
    yield made
    made.close()


@pytest.fixture
def file(office: Office, clock: Clock, tmp_path: Path) -> Path:
    """A backup of the town that was lived in."""
    live_in(office, clock)
    return back_up(office, tmp_path / "b.zip").file


def refused(office: Office, file: Path, *more: Any) -> GridmapError:
    """Why a backup is not restored; the store is then as it was, and has no photos."""
    before = everything(office)
    with pytest.raises(GridmapError) as caught:
        restore(office, file, *more)
    assert everything(office) == before
    return caught.value


def test_a_store_in_use_is_left_in_peace(office: Office, file: Path) -> None:
    error = refused(office, file)
    assert (type(error), error.code) == (ConflictError, "restore_needs_empty")
    assert {"areas", "issues", "accounts"} <= set(error.details["tables"].split(", "))


def test_another_backup_than_the_one_expected_is_refused(engine: str, places: Places, file: Path) -> None:
    back, digest = places.initialised(engine), check_backup(file)[1]
    assert refused(back, file, "f" * 64).code == "backup_not_expected"
    assert restore(back, file, f" {digest.upper()}\n").is_whole


def test_an_altered_one_is_refused_before_anything_is_written(
    engine: str, places: Places, file: Path
) -> None:
    found = members(file)
    found["tables/words.jsonl"] = found["tables/words.jsonl"].replace(b"on my way", b"on my bay")
    back = places.initialised(engine)
    error = refused(back, rewritten(file, found))
    assert (type(error), error.code) == (FileUnreadableError, "backup_altered")
    assert not (back.data_dir / "photos").exists()


WRONG_ROWS = {
    "areas": (b'"AQ', b'"??'),  # no WKB any more
    "events": (b"[1,", b"[2,"),  # a key twice
    "accounts": (b"+00:00", b" o'clock"),  # no moment
    "photos": (b'[1,"990001",1,', b'[1,"990001",999,'),  # of a matter that is not there
    "words": (b'[1,"990001",1,', b'[1,"990001",999,'),
}


@pytest.mark.parametrize("table", WRONG_ROWS)
def test_rows_that_do_not_fit_leave_the_store_empty(
    engine: str, places: Places, file: Path, table: str
) -> None:
    found = members(file)
    name = f"tables/{table}.jsonl"
    assert WRONG_ROWS[table][0] in found[name]
    found[name] = found[name].replace(*WRONG_ROWS[table])
    back = places.initialised(engine)
    error = refused(back, rewritten(file, found, is_listed=True))
    assert (type(error), error.code, error.details) == (
        InvalidInputError,
        "backup_does_not_fit",
        {"table": table},
    )


WRONG_ENTRIES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a column of another name": lambda entry: entry["columns"].update(boss=entry["columns"].pop("chief")),
    "a column of no kind": lambda entry: entry["columns"].update(chief="sound"),
    "a row too many": lambda entry: entry.update(rows=3),
}


@pytest.mark.parametrize("name", WRONG_ENTRIES)
def test_columns_and_counts_that_do_not_fit_are_refused(
    engine: str, places: Places, file: Path, name: str
) -> None:
    found = members(file)
    said = json.loads(found["manifest.json"])
    WRONG_ENTRIES[name](said["tables"]["buildings"])
    found["manifest.json"] = json.dumps(said).encode()
    assert refused(places.initialised(engine), rewritten(file, found)).code == "backup_does_not_fit"


def test_a_disk_that_fills_up_leaves_the_store_empty(
    engine: str, places: Places, file: Path, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = places.initialised(engine)
    empty = everything(back)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(restoring, "unpack_photo", full)
        with pytest.raises(OSError, match="No space"):
            restore(back, file)
    assert everything(back) == empty
    assert restore(back, file).is_whole


def test_photos_for_which_there_is_no_room_are_not_begun(
    engine: str, places: Places, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(file.parent)._replace(free=1000)
    monkeypatch.setattr(restoring.shutil, "disk_usage", lambda _folder: usage)
    error = refused(places.initialised(engine), file)
    assert (type(error), error.code) == (UnavailableError, "disk_too_small")


LATER = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999", {head!r}
def upgrade():
    op.create_table("moods", sa.Column("name", sa.String(9), primary_key=True))
    op.create_index("words_kind", "words", ["kind"])
def downgrade():
    op.drop_index("words_kind", "words")
    op.drop_table("moods")
"""


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A gridmap whose schema is one revision further."""
    scripts = tmp_path / "migrations"
    shutil.copytree(Path(schema.__file__).with_name("migrations"), scripts)
    (scripts / "versions" / "9999_later.py").write_text(LATER.format(head=schema.newest_revision()))

    def config(connection: Any) -> Config:
        made = Config()
        made.set_main_option("script_location", str(scripts))
        made.set_main_option("path_separator", "os")
        made.attributes["connection"] = connection
        return made

    with monkeypatch.context() as patched:
        patched.setattr(schema, "_config", config)
        yield patched


def tables(office: Office) -> set[str]:
    with office.database.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


@pytest.mark.parametrize("is_initialised", [False, True])
def test_an_older_backup_is_filled_in_as_it_was_and_upgraded(
    office: Office, engine: str, places: Places, file: Path, later: object, is_initialised: bool
) -> None:
    back = places.bare(engine)
    if is_initialised:
        schema.upgrade(back.database)
    assert restore(back, file).is_whole
    assert everything(back) == everything(office)
    assert "moods" in tables(back)
    assert ask_sql(back, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_newer_schema_is_refused(
    office: Office, engine: str, places: Places, file: Path, later: pytest.MonkeyPatch
) -> None:
    schema.upgrade(office.database)
    back_up(office, file, is_overwriting=True)
    later.undo()
    back = places.bare(engine)
    with pytest.raises(FileUnreadableError, match="backup_newer"):
        restore(back, file)
    assert "areas" not in tables(back)


def test_a_broken_history_comes_back_as_it_was_and_is_told(
    office: Office, engine: str, places: Places, file: Path
) -> None:
    run_sql(office, "UPDATE words SET text = 'other' WHERE text = 'on my way'")
    back_up(office, file, is_overwriting=True)
    told = restore(places.initialised(engine), file)
    assert [fault.kind for fault in told.audit.faults] == ["words_changed"]
    assert (told.is_head_same, told.is_whole, len(rows_of(office, Photo))) == (True, False, told.photos)
