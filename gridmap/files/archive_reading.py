"""Reading a backup: nothing is believed before it was checked, nothing is unpacked by the name it bears."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from gridmap.errors import FileUnreadableError
from gridmap.files.archive import (
    CHUNK,
    FORMAT,
    KIND,
    MANIFEST,
    MEMBERS,
    PHOTO,
    TABLE,
    Manifest,
    Progress,
    TableEntry,
    table_member,
)

MAX_RATIO = 200
"""How far rows shrink at most: what claims more is a bomb. Ours shrink to a quarter, at best a twentieth."""
MAX_MANIFEST_BYTES = 64 << 20
MAX_LINE_BYTES = 256 << 20
"""A row: the largest there is is an area, 48 bytes a vertex."""
_SLACK_BYTES = 1 << 20
_IS_ENCRYPTED = 0x1
_LINK = 0o120000
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError)


class Archive:
    """A backup whose shape was checked; `digest` is that of its manifest, in hex."""

    def __init__(self, file: Path, archive: zipfile.ZipFile) -> None:
        self.file = file
        self._zip = archive
        self._infos = _checked_members(file, archive)
        data = self._bytes(MANIFEST)
        self.digest = hashlib.sha256(data).hexdigest()
        self.manifest = _manifest(file, data)
        self._digests = self._listed()

    def photos(self) -> list[str]:
        """The members that are photos."""
        return [name for name in self._digests if PHOTO.fullmatch(name)]

    def photo_bytes(self) -> int:
        """How much all photos together take."""
        return sum(self._infos[name].file_size for name in self.photos())

    def rows(self, table: str) -> Iterator[list[Any]]:
        """The rows of a table, each the values of its columns. Raises FileUnreadableError."""
        width = len(self.manifest.tables[table].columns)
        for line in self._lines(table_member(table)):
            row = _parsed(self.file, table, line)
            if not isinstance(row, list) or len(row) != width:
                raise FileUnreadableError("backup_altered", file=self.file.name, member=table)
            yield row

    def chunks(self, name: str) -> Iterator[bytes]:
        """What a member holds, piece by piece. Raises FileUnreadableError `backup_altered`."""
        with self._open(name) as source:
            while chunk := source.read(CHUNK):
                yield chunk

    def verify(self, progress: Progress = lambda stage, done, of: None) -> None:
        """Hold every member against its digest; writes nothing. Raises FileUnreadableError `backup_altered`."""
        for done, (name, expected) in enumerate(self._digests.items(), start=1):
            digest = hashlib.sha256()
            for chunk in self.chunks(name):
                digest.update(chunk)
            if digest.hexdigest() != expected or not self._is_named_right(name, expected):
                raise FileUnreadableError("backup_altered", file=self.file.name, member=name)
            progress("check_backup", done, len(self._digests))

    def _is_named_right(self, name: str, digest: str) -> bool:
        """Whether a photo bears the name of its digest, but for one that no longer did when it was saved."""
        photo = PHOTO.fullmatch(name)
        return not photo or bool(photo[4]) or photo[3] in (digest, *self.manifest.missing)

    def _listed(self) -> dict[str, str]:
        """The digest of every member, and that these are all there are."""
        data = self._bytes(MEMBERS)
        if hashlib.sha256(data).hexdigest() != self.manifest.members:
            raise FileUnreadableError("backup_altered", file=self.file.name, member=MEMBERS)
        listed = {name: digest for digest, _, name in (x.partition("  ") for x in data.decode().splitlines())}
        tables = {table_member(name) for name in self.manifest.tables}
        here = self._infos.keys() - {MANIFEST, MEMBERS}
        if listed.keys() != here or tables != {name for name in here if TABLE.fullmatch(name)}:
            odd = min((listed.keys() ^ here) | (tables ^ {n for n in here if TABLE.fullmatch(n)}))
            raise FileUnreadableError("backup_altered", file=self.file.name, member=odd)
        return listed

    def _bytes(self, name: str) -> bytes:
        with self._open(name) as source:
            data = source.read(self._infos[name].file_size + 1)
        return data

    def _lines(self, name: str) -> Iterator[bytes]:
        with self._open(name) as source:
            while line := source.readline(MAX_LINE_BYTES):
                yield line

    @contextmanager
    def _open(self, name: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(self._infos[name]) as source:
                yield source
        except _DAMAGE as error:
            raise FileUnreadableError("backup_altered", file=self.file.name, member=name) from error


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """A backup, its shape and manifest checked; `verify` then checks all it holds.

    Raises FileUnreadableError: `file_missing`; `backup_unreadable` for what is no backup, or was cut off;
    `backup_newer` for what a newer gridmap made; `backup_unsafe` for members that belong in none, lead
    outside, overlap or are bombs; `backup_altered` where list and members differ.
    """
    if not file.is_file():
        raise FileUnreadableError("file_missing", file=file.name)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, UnicodeError, ValueError, NotImplementedError) as error:
        raise FileUnreadableError("backup_unreadable", file=file.name) from error
    with archive:
        yield Archive(file, archive)


def _checked_members(file: Path, archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    infos = {info.filename: info for info in archive.infolist()}
    for info in archive.infolist():
        if infos[info.filename] is not info or not _is_ours(info):
            raise FileUnreadableError("backup_unsafe", file=file.name, member=info.filename[:100])
    for name in (MANIFEST, MEMBERS):
        if name not in infos:
            raise FileUnreadableError("backup_unreadable", file=file.name)
    _check_sizes(file, list(infos.values()))
    return infos


def _is_ours(info: zipfile.ZipInfo) -> bool:
    name = info.filename
    is_known = name in (MANIFEST, MEMBERS) or TABLE.fullmatch(name) or PHOTO.fullmatch(name)
    is_link = (info.external_attr >> 16) & 0o170000 == _LINK
    return bool(is_known) and not is_link and not info.flag_bits & _IS_ENCRYPTED


def _check_sizes(file: Path, infos: list[zipfile.ZipInfo]) -> None:
    end = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        is_bomb = info.file_size > MAX_RATIO * info.compress_size + _SLACK_BYTES
        is_bomb |= info.filename == MANIFEST and info.file_size > MAX_MANIFEST_BYTES
        if is_bomb or info.header_offset < end:
            raise FileUnreadableError("backup_unsafe", file=file.name, member=info.filename)
        end = info.header_offset + info.compress_size
    if end > file.stat().st_size:
        raise FileUnreadableError("backup_unreadable", file=file.name)


def _manifest(file: Path, data: bytes) -> Manifest:
    try:
        said = json.loads(data)
        if said["kind"] != KIND:
            raise FileUnreadableError("backup_unreadable", file=file.name)
        if int(said["format"]) > FORMAT:
            raise FileUnreadableError("backup_newer", file=file.name, version=str(said["version"])[:40])
        return _filled(said)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileUnreadableError("backup_unreadable", file=file.name) from error


def _filled(said: dict[str, Any]) -> Manifest:
    tables = {
        str(name): TableEntry({str(c): str(k) for c, k in entry["columns"].items()}, int(entry["rows"]))
        for name, entry in said["tables"].items()
    }
    return Manifest(
        version=str(said["version"]),
        schema=str(said["schema"]),
        engine=str(said["engine"]),
        made_at=datetime.fromisoformat(said["made_at"]),
        districts=tuple(str(code) for code in said["districts"]),
        tables=tables,
        head=None if said["head"] is None else str(said["head"]),
        stream=int(said["stream"]),
        has_photos=bool(said["has_photos"]),
        photos=int(said["photos"]),
        missing={str(digest): str(why) for digest, why in said["missing"].items()},
        members=str(said["members"]),
    )


def _parsed(file: Path, table: str, line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise FileUnreadableError("backup_altered", file=file.name, member=table) from error


def unpack_photo(archive: Archive, name: str, data_dir: Path) -> None:
    """Put a photo where it belongs, replacing what lies there; on disk for good after `os.sync`. Raises OSError."""
    target = data_dir / name  # the names of photos were held against their pattern
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as out:
            for chunk in archive.chunks(name):
                out.write(chunk)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
