"""Bring a backup back into an empty store of either engine, and verify what came back."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gridmap.actions.auditing import AuditReport, audit
from gridmap.actions.backing_up import silent
from gridmap.actions.office import Office, Work
from gridmap.db import copying, schema
from gridmap.db.models import Photo
from gridmap.errors import ConflictError, FileUnreadableError, InvalidInputError, UnavailableError
from gridmap.files.archive import CHUNK, Manifest, Progress
from gridmap.files.archive_reading import Archive, open_archive, unpack_photo
from gridmap.files.photos import path_of


@dataclass(frozen=True)
class Restored:
    """What came back and what was verified.

    `rows` were counted in the store and are as many as in the backup. `photos` is how many of the rows'
    photos lie there with the right digest, `missing` those that do not, by digest with the reason.
    `is_head_same`: the newest seal is the one the backup names.
    """

    manifest: Manifest
    digest: str
    rows: Mapping[str, int]
    photos: int
    missing: Mapping[str, str]
    audit: AuditReport
    is_head_same: bool

    @property
    def is_whole(self) -> bool:
        """Whether all that was verified held; a photo erased while the backup ran is not amiss."""
        amiss = {self.manifest.missing.get(digest, why) for digest, why in self.missing.items()} - {"erased"}
        return self.is_head_same and not self.audit.faults and not amiss

    def to_json(self) -> dict[str, Any]:
        """For people and machines: what came back."""
        return {
            "digest": self.digest,
            "made_at": self.manifest.made_at.isoformat(),
            "rows": dict(self.rows),
            "photos": self.photos,
            "missing": dict(self.missing),
            "audit": asdict(self.audit),
            "is_head_same": self.is_head_same,
        }


def check_backup(
    file: Path, expected: str | None = None, progress: Progress = silent
) -> tuple[Manifest, str]:
    """Verify a backup without a store: its manifest, and its digest. Writes nothing.

    `expected` is the digest that was told when it was made. Raises FileUnreadableError (see
    `open_archive`), ConflictError `backup_not_expected`.
    """
    with open_archive(file) as archive:
        _check(archive, expected, progress)
        return archive.manifest, archive.digest


def restore(office: Office, file: Path, expected: str | None = None, progress: Progress = silent) -> Restored:
    """Bring everything of a backup into this empty store and data directory; commits.

    The whole file is verified before anything is written. All rows come in one transaction, after the
    photos: where it ends early, the store is as empty as before, and it can be run again. An older
    schema is filled as it was and then upgraded. Stop what serves this store before.

    Raises what `check_backup` raises, FileUnreadableError `backup_newer` for a schema this program does
    not know, ConflictError `restore_needs_empty`, InvalidInputError `backup_does_not_fit` where the store
    does not take the rows, UnavailableError, OSError.
    """
    with open_archive(file) as archive:
        _require_known(archive)
        _check(archive, expected, progress)
        _make_schema(office, archive.manifest.schema)
        _unpack_photos(office.data_dir, archive, progress)
        with office.work() as work:
            copying.require_empty(work.session)
            rows = _load(work, archive, progress)
        schema.upgrade(office.database)
        return _verified(office, archive, rows, progress)


def _require_known(archive: Archive) -> None:
    if archive.manifest.schema not in schema.revisions():
        version = archive.manifest.version
        raise FileUnreadableError("backup_newer", file=archive.file.name, version=version)


def _check(archive: Archive, expected: str | None, progress: Progress) -> None:
    if expected is not None and expected.strip().lower() != archive.digest:
        raise ConflictError("backup_not_expected", file=archive.file.name, digest=archive.digest)
    archive.verify(progress)


def _make_schema(office: Office, wanted: str) -> None:
    """The schema as the backup's rows know it. Raises ConflictError where somebody uses this store."""
    order = schema.revisions()
    with office.database.snapshot() as session:
        copying.require_empty(session)
        current = schema.current_revision(session.connection())
    if current is not None and current not in order:
        raise UnavailableError("not_initialised")
    if current is None or order.index(current) <= order.index(wanted):
        schema.upgrade(office.database, wanted)
    else:
        schema.downgrade(office.database, wanted)


def _unpack_photos(data_dir: Path, archive: Archive, progress: Progress) -> None:
    names = archive.photos()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    needed, free = archive.photo_bytes(), shutil.disk_usage(data_dir).free
    if needed > free:
        raise UnavailableError("disk_too_small", needed_mb=needed >> 20, free_mb=free >> 20)
    for done, name in enumerate(names, start=1):
        unpack_photo(archive, name, data_dir)
        progress("restore_photos", done, len(names))
    os.sync()  # before the rows that name them: once for all, not once for each


def _load(work: Work, archive: Archive, progress: Progress) -> dict[str, int]:
    tables, session = archive.manifest.tables, work.session
    copying.clear(session)
    of, done = sum(entry.rows for entry in tables.values()), 0
    for name, entry in tables.items():
        copying.check_columns(session, name, entry.columns)
        before = done
        for count in copying.rows_in(session, name, entry.columns, archive.rows(name)):
            done = before + count
            progress("restore_rows", done, of)
        if copying.count_rows(session, name) != entry.rows:
            raise InvalidInputError("backup_does_not_fit", table=name)
        copying.check_spatial_indexes(session, name, entry.columns)
    copying.check_references(session, tables)
    copying.settle(session, tables)
    copying.begin_stream(session, archive.manifest.stream, work.now)
    return {name: entry.rows for name, entry in tables.items()}


def _verified(office: Office, archive: Archive, rows: dict[str, int], progress: Progress) -> Restored:
    manifest = archive.manifest
    report = audit(office, lambda done: progress("audit", done, rows.get("issues", done)))
    with office.database.reading() as session:
        digests = _digests(session)
    missing = dict(_faults_of_photos(office.data_dir, digests, progress))
    return Restored(
        manifest=manifest,
        digest=archive.digest,
        rows=rows,
        photos=len(digests) - len(missing),
        missing=missing,
        audit=report,
        is_head_same=report.head == manifest.head,
    )


def _digests(session: Session) -> list[str]:
    return list(session.scalars(select(Photo.digest).where(Photo.erased_at.is_(None)).distinct()))


def _faults_of_photos(data_dir: Path, digests: list[str], progress: Progress) -> Iterator[tuple[str, str]]:
    for done, digest in enumerate(digests, start=1):
        file = path_of(data_dir, digest)
        if not file.is_file():
            yield digest, "missing"
        elif _digest_of(file) != digest:
            yield digest, "changed"
        elif not path_of(data_dir, digest, thumbnail=True).is_file():
            yield digest, "thumbnail"
        progress("check_photos", done, len(digests))


def _digest_of(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
