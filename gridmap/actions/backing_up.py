"""Save everything as of one moment into one file, while everybody goes on writing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from gridmap import __version__
from gridmap.actions.office import Office
from gridmap.db import copying, history, schema, stream
from gridmap.db.models import Area, Photo
from gridmap.errors import UnavailableError
from gridmap.files.archive import (
    CHUNK,
    ArchiveWriter,
    Manifest,
    Progress,
    TableEntry,
    photo_member,
    table_member,
    write_archive,
)
from gridmap.files.photos import path_of

_SOME_ROWS = 500


def silent(_stage: str, _done: int, _of: int) -> None:
    """Nobody looks on."""


@dataclass(frozen=True)
class Backup:
    """What was saved: where, the manifest, and the digest that stands for all of it."""

    file: Path
    manifest: Manifest
    digest: str

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing that ought to be there; a photo erased meanwhile ought not."""
        return set(self.manifest.missing.values()) <= {"erased"}

    def to_json(self) -> dict[str, Any]:
        """For people and machines: what was saved."""
        manifest = self.manifest
        return {
            "file": str(self.file),
            "bytes": self.file.stat().st_size,
            "digest": self.digest,
            "made_at": manifest.made_at.isoformat(),
            "head": manifest.head,
            "rows": {name: entry.rows for name, entry in manifest.tables.items()},
            "photos": manifest.photos,
            "missing": manifest.missing,
        }


def back_up(
    office: Office,
    target: Path,
    *,
    is_overwriting: bool = False,
    has_photos: bool = True,
    progress: Progress = silent,
) -> Backup:
    """Write all rows as of one moment, and every photo they name, to `target`, whole or not at all; changes nothing.

    Nobody has to wait: the rows are read in one snapshot, the photos after it, so that the file of
    every row is there unless it was erased meanwhile, which the manifest states. Keep the result as
    safe as the store: password hashes and digests of tokens are in it; the key of sessions is not.
    `progress` is told stage, done, of. Raises ConflictError `backup_exists`, UnavailableError, OSError.
    """
    now = office.clock()
    with write_archive(target, now, is_overwriting=is_overwriting) as archive:
        with office.database.snapshot() as session:
            _require_newest(session)
            rows = _Rows(session, archive, progress)
            rows.save()
            facts = _facts(session)
            digests = _photos_named(session) if has_photos else []
        photos = _Photos(office, archive, progress)
        photos.save(digests)
        manifest = Manifest(
            version=__version__,
            engine="spatialite" if office.database.is_sqlite else "postgis",
            made_at=now,
            tables=rows.saved,
            has_photos=has_photos,
            photos=photos.count,
            missing=photos.missing,
            members=archive.list_members(),
            **facts,
        )
        digest = archive.finish(manifest)
    return Backup(target, manifest, digest)


def _require_newest(session: Session) -> None:
    if schema.current_revision(session.connection()) != schema.newest_revision():
        raise UnavailableError("not_initialised")


def _facts(session: Session) -> dict[str, Any]:
    head = history.last_head(session)
    return {
        "schema": schema.newest_revision(),
        "districts": tuple(
            session.scalars(select(Area.district_code).distinct().order_by(Area.district_code))
        ),
        "head": head.digest if head else None,
        "stream": stream.latest(session),
    }


def _photos_named(session: Session) -> list[str]:
    query = select(Photo.digest).where(Photo.erased_at.is_(None)).distinct().order_by(Photo.digest)
    return list(session.scalars(query))


class _Rows:
    """The rows of all tables on their way into a backup."""

    def __init__(self, session: Session, archive: ArchiveWriter, progress: Progress) -> None:
        self._session, self._archive, self._progress = session, archive, progress
        self._done = 0
        self.saved: dict[str, TableEntry] = {}

    def save(self) -> None:
        tables = copying.copied_tables()
        self._of = sum(copying.count_rows(self._session, table.name) for table in tables)
        for table in tables:
            before = self._done
            self._archive.add(table_member(table.name), self._lines(table))
            self.saved[table.name] = TableEntry(copying.kinds_of(table), self._done - before)
            self._progress("backup_rows", self._done, self._of)

    def _lines(self, table: Table) -> Iterator[bytes]:
        for row in copying.rows_out(self._session, table):
            yield json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            self._done += 1
            if self._done % _SOME_ROWS == 0:
                self._progress("backup_rows", self._done, self._of)


@dataclass
class _Photos:
    """The photos on their way into a backup; what is not there goes to `missing` with the reason."""

    office: Office
    archive: ArchiveWriter
    progress: Progress
    count: int = 0
    missing: dict[str, str] = field(default_factory=dict)

    def save(self, digests: list[str]) -> None:
        for done, digest in enumerate(digests, start=1):
            self._save_one(digest)
            self.progress("backup_photos", done, len(digests))
        with self.office.database.reading() as session:
            named = set(_photos_named(session)) if self.missing else set()
        self.missing.update({digest: "erased" for digest in self.missing.keys() - named})

    def _save_one(self, digest: str) -> None:
        for is_thumbnail in (False, True):
            file = path_of(self.office.data_dir, digest, thumbnail=is_thumbnail)
            try:
                source = file.open("rb")
            except FileNotFoundError:
                self.missing.setdefault(digest, "thumbnail" if is_thumbnail else "missing")
                continue
            with source:
                chunks = iter(partial(source.read, CHUNK), b"")
                name = photo_member(digest, thumbnail=is_thumbnail)
                found = self.archive.add(name, chunks, is_packed=False)
            self.count += not is_thumbnail
            if not is_thumbnail and found != digest:
                self.missing[digest] = "changed"
