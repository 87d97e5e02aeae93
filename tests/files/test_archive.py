"""A backup's file is read only where it is whole, ours, and just what was saved."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gridmap.errors import FileUnreadableError
from gridmap.files import archive_reading
from gridmap.files.archive import Manifest, TableEntry, photo_member, table_member, write_archive
from gridmap.files.archive_reading import open_archive, unpack_photo

NOW = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
PHOTO = b"what a camera saw"
DIGEST = hashlib.sha256(PHOTO).hexdigest()
ROWS = [[1, "一", None], [2, "two", 2.5]]
COLUMNS = {"id": "integer", "name": "text", "size": "number"}
SAID = Manifest("0.1.0", "0001", "postgis", NOW, ("990001",), {"things": TableEntry(COLUMNS, 2)}, None, 7, True, 1, {}, "")  # fmt: skip


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A small backup: one table of two rows, one photo."""
    lines = [json.dumps(row).encode() + b"\n" for row in ROWS]
    with write_archive(tmp_path / "b.zip", NOW) as archive:
        archive.add(table_member("things"), lines)
        archive.add(photo_member(DIGEST), [PHOTO], is_packed=False)
        archive.add(photo_member(DIGEST, thumbnail=True), [b"small"], is_packed=False)
        archive.finish(dataclasses.replace(SAID, members=archive.list_members()))
    return tmp_path / "b.zip"


def members(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as source:
        return {name: source.read(name) for name in source.namelist()}


def rewritten(file: Path, found: dict[str, bytes], *, is_listed: bool = False) -> Path:
    """The same file with other members; `is_listed`: by somebody who knows how lists and digests are made."""
    if is_listed:
        others = [name for name in found if name not in ("manifest.json", "members.sha256")]
        lines = [f"{hashlib.sha256(found[name]).hexdigest()}  {name}\n" for name in others]
        found["members.sha256"] = "".join(lines).encode()
        said = json.loads(found["manifest.json"])
        said["members"] = hashlib.sha256(found["members.sha256"]).hexdigest()
        found["manifest.json"] = json.dumps(said).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in found.items():
            target.writestr(name, data)
    return file


def verdict(file: Path) -> str:
    """Under which code a file is refused when it is read to its last byte; "" for not at all."""
    try:
        with open_archive(file) as archive:
            archive.verify()
            for table in archive.manifest.tables:
                list(archive.rows(table))
    except FileUnreadableError as error:
        return error.code
    return ""


def test_what_was_written_is_read(file: Path) -> None:
    told: list[tuple[str, int, int]] = []
    with open_archive(file) as archive:
        archive.verify(lambda *stage: told.append(stage))
        assert list(archive.rows("things")) == ROWS
        assert archive.manifest == dataclasses.replace(SAID, members=archive.manifest.members)
        assert archive.digest == hashlib.sha256(members(file)["manifest.json"]).hexdigest()
        assert archive.photo_bytes() == len(PHOTO) + len(b"small")
    assert told[-1] == ("check_backup", 3, 3)


def test_every_cut_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for size in (0, 1, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:size])
        assert verdict(file) == "backup_unreadable", size


def test_every_changed_byte_of_what_is_kept_is_noticed(file: Path) -> None:
    whole, kept = bytearray(file.read_bytes()), members(file)
    with zipfile.ZipFile(file) as source:
        spans = [(i.header_offset, i.compress_size) for i in source.infolist()]
    for header, size in spans:
        start = header + 30 + sum(struct.unpack_from("<HH", whole, header + 26))
        for place in {start, start + size // 2, start + size - 1}:
            changed = bytearray(whole)
            changed[place] ^= 0x55
            file.write_bytes(changed)
            found = verdict(file)  # "" for the bits that fill up the last byte of what was squeezed
            assert found in ("backup_altered", "backup_unreadable") or members(file) == kept, place


def edit(**changes: Any) -> Callable[[dict[str, bytes]], None]:
    """Somebody who edits the manifest."""
    return lambda found: found.update(
        {"manifest.json": json.dumps({**json.loads(found["manifest.json"]), **changes}).encode()}
    )


def put(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda found: found.update({name: data})


def drop(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda found: found.pop(name) and None


THINGS, SMALL = table_member("things"), photo_member(DIGEST, thumbnail=True)
CLUMSY = {
    "a row more": (put(THINGS, b'[1,"x",null]\n'), "backup_altered"),
    "another photo": (put(photo_member(DIGEST), b"another"), "backup_altered"),
    "a photo gone": (drop(SMALL), "backup_altered"),
    "a photo more": (put(photo_member("0" * 64), b"x"), "backup_altered"),
    "a table more": (put(table_member("others"), b""), "backup_altered"),
    "a table gone": (drop(THINGS), "backup_altered"),
    "no list": (drop("members.sha256"), "backup_unreadable"),
    "no manifest": (drop("manifest.json"), "backup_unreadable"),
    "no json": (put("manifest.json", b"{"), "backup_unreadable"),
    "a number": (put("manifest.json", b"7"), "backup_unreadable"),
    "nested": (put("manifest.json", b"[" * 100_000), "backup_unreadable"),
    "another kind": (edit(kind="gridlock"), "backup_unreadable"),
    "no moment": (edit(made_at="yesterday"), "backup_unreadable"),
    "no tables": (edit(tables=[]), "backup_unreadable"),
    "newer": (edit(format=2, tables="of another shape"), "backup_newer"),
}
CLEVER = {
    "no row": (put(THINGS, b"{}\n"), "backup_altered"),
    "too short a row": (put(THINGS, b"[1]\n"), "backup_altered"),
    "no json": (put(THINGS, b"[1,\n"), "backup_altered"),
    "a photo under another's name": (put(photo_member(DIGEST), b"another"), "backup_altered"),
    "outside": (put("../../etc/cron.d/x", b"x"), "backup_unsafe"),
    "absolute": (put("/etc/passwd", b"x"), "backup_unsafe"),
    "backslash": (put("photos\\..\\x.jpg", b"x"), "backup_unsafe"),
    "wrong folder": (put(f"photos/00/00/{DIGEST}.jpg", b"x"), "backup_unsafe"),
    "a folder": (put("photos/", b""), "backup_unsafe"),
    "a table of no name": (put("tables/..jsonl", b""), "backup_unsafe"),
    "bomb": (put(THINGS, b"\n" * 50_000_000), "backup_unsafe"),
}


@pytest.mark.parametrize("name", CLUMSY)
def test_what_somebody_edits_is_noticed(file: Path, name: str) -> None:
    found = members(file)
    CLUMSY[name][0](found)
    assert verdict(rewritten(file, found)) == CLUMSY[name][1]


@pytest.mark.parametrize("name", CLEVER)
def test_what_somebody_makes_up_does_no_harm(file: Path, name: str) -> None:
    found = members(file)
    CLEVER[name][0](found)
    assert verdict(rewritten(file, found, is_listed=True)) == CLEVER[name][1]


def test_a_link_is_refused(file: Path) -> None:
    info = zipfile.ZipInfo(photo_member("1" * 64))
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(file, "a") as target:
        target.writestr(info, "/etc/passwd")
    assert verdict(file) == "backup_unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "a") as target:
        target.writestr(THINGS, "[]")
    assert verdict(file) == "backup_unsafe"


def test_members_that_share_their_bytes_are_refused(file: Path) -> None:
    data = bytearray(file.read_bytes())
    entries = [i for i in range(len(data)) if data[i : i + 4] == b"PK\x01\x02"]
    for entry in entries:
        struct.pack_into("<L", data, entry + 42, 0)  # all begin where the first does
    file.write_bytes(data)
    assert verdict(file) == "backup_unsafe"


def test_a_locked_member_is_refused(file: Path) -> None:
    data = bytearray(file.read_bytes())
    entry = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, entry + 8, 0x1)
    file.write_bytes(data)
    assert verdict(file) == "backup_unsafe"


def test_a_row_without_an_end_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_reading, "MAX_LINE_BYTES", 10)
    assert verdict(file) == "backup_altered"


def test_what_is_no_backup_at_all_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (tmp_path / "y.zip").write_text("no zip")
    assert {verdict(tmp_path / name) for name in ("x.zip", "y.zip")} == {"backup_unreadable"}
    assert verdict(tmp_path / "none.zip") == verdict(tmp_path) == "file_missing"


def test_a_photo_replaces_a_broken_one_and_leaves_no_part(file: Path, tmp_path: Path) -> None:
    target = tmp_path / "data" / photo_member(DIGEST)
    target.parent.mkdir(parents=True)
    target.write_bytes(b"broken")
    with open_archive(file) as archive:
        for name in archive.photos():
            unpack_photo(archive, name, tmp_path / "data")
    assert target.read_bytes() == PHOTO
    assert len(list(target.parent.iterdir())) == 2
