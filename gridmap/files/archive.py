"""A backup as one file: a zip of manifest, rows and photos that is written whole or not at all.

Members: `manifest.json`; `members.sha256`, a line for each other member as `sha256sum -c` reads them;
`tables/NAME.jsonl`, a JSON array for each row; `photos/aa/bb/DIGEST.jpg` and `….small.jpg`. The
manifest names the digest of `members.sha256`, so that its own digest stands for the whole backup.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gridmap.errors import ConflictError

KIND, FORMAT = "gridmap-backup", 1
MANIFEST, MEMBERS = "manifest.json", "members.sha256"
TABLE = re.compile(r"tables/([a-z][a-z0-9_]{0,62})\.jsonl")
PHOTO = re.compile(r"photos/([0-9a-f]{2})/([0-9a-f]{2})/((?:\1\2)[0-9a-f]{60})(\.small)?\.jpg")
CHUNK = 1 << 20
Progress = Callable[[str, int, int], None]
"""Is told the stage, how much of it is done, and of how much."""
_WITHOUT_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


@dataclass(frozen=True)
class TableEntry:
    """A table in a backup: the kind of each column by name, in the order of the rows' values; how many rows."""

    columns: dict[str, str]
    rows: int


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    `schema` is the revision the rows belong to, `head` the digest of the newest seal (None: nothing
    sealed yet), `stream` the last number open pages were told; `has_photos` False: none was asked for.
    `missing` are the photos that a row names and that are not here as they ought to be, by digest with
    the reason: `missing`, `thumbnail` (only the small one), `changed` (saved as it is), `erased` (since).
    """

    version: str
    schema: str
    engine: str
    made_at: datetime
    districts: tuple[str, ...]
    tables: dict[str, TableEntry]
    head: str | None
    stream: int
    has_photos: bool
    photos: int
    missing: dict[str, str]
    members: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {"kind": KIND, "format": FORMAT, **asdict(self), "made_at": self.made_at.isoformat()}


def table_member(name: str) -> str:
    """Where the rows of a table lie."""
    return f"tables/{name}.jsonl"


def photo_member(digest: str, *, thumbnail: bool = False) -> str:
    """Where a photo lies: as in the data directory."""
    return f"photos/{digest[:2]}/{digest[2:4]}/{digest}{'.small' if thumbnail else ''}.jpg"


class ArchiveWriter:
    """Adds members to a backup, one after the other, with their digests."""

    def __init__(self, archive: zipfile.ZipFile, now: datetime) -> None:
        self._zip = archive
        self._moment = now.astimezone(UTC).timetuple()[:6]
        self._digests: dict[str, str] = {}

    def add(self, name: str, chunks: Iterable[bytes], *, is_packed: bool = True) -> str:
        """One member; `is_packed` where squeezing it is worth the time. The SHA-256, in hex, of what it holds."""
        digest = hashlib.sha256()
        info = zipfile.ZipInfo(name, self._moment)
        info.external_attr = 0o600 << 16
        info.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
        with self._zip.open(info, "w", force_zip64=True) as out:
            for chunk in chunks:
                digest.update(chunk)
                out.write(chunk)
        self._digests[name] = digest.hexdigest()
        return digest.hexdigest()

    def list_members(self) -> str:
        """Add the list of all members so far; its digest, for the manifest."""
        lines = (f"{digest}  {name}\n".encode() for name, digest in self._digests.items())
        return self.add(MEMBERS, lines)

    def finish(self, manifest: Manifest) -> str:
        """Add the manifest, last. Its digest: the one that stands for the whole backup."""
        text = json.dumps(manifest.to_json(), ensure_ascii=False, indent=1)
        return self.add(MANIFEST, [text.encode()])


@contextmanager
def write_archive(target: Path, now: datetime, *, is_overwriting: bool = False) -> Iterator[ArchiveWriter]:
    """A backup to be at `target`, readable by its owner only, once the block ends; nothing where it raises.

    Until then it is called `target.….part`, so several may be written at once. Raises ConflictError
    `backup_exists` where there is such a file already, and OSError.
    """
    if not is_overwriting and target.exists():
        raise ConflictError("backup_exists", file=target.name)
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "w+b") as out:
            # Level 4: rows shrink to a quarter, three times as fast as with the usual 6.
            with zipfile.ZipFile(out, "w", allowZip64=True, compresslevel=4) as archive:
                yield ArchiveWriter(archive, now)
            out.flush()
            os.fsync(out.fileno())
        _name(Path(part), target, is_overwriting=is_overwriting)
    finally:
        Path(part).unlink(missing_ok=True)


def _name(part: Path, target: Path, *, is_overwriting: bool) -> None:
    if is_overwriting:
        part.replace(target)
    else:
        _link(part, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _link(part: Path, target: Path) -> None:
    # A rename would replace what somebody else put there meanwhile; a link does not.
    try:
        os.link(part, target)
    except FileExistsError:
        raise ConflictError("backup_exists", file=target.name) from None
    except OSError as error:
        if error.errno not in _WITHOUT_LINKS:
            raise
        part.rename(target)
