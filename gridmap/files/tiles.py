"""Baked sets of tiles as files: where each version lies, one tile as it is stored, and who bakes here now."""

from __future__ import annotations

import fcntl
import json
import os
import re
import sqlite3
import threading
from collections import OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETS = ("areas", "buildings", "ground")
VERSION = r"[0-9a-f]{16}"
_NAME = re.compile(rf"(?P<name>[a-z]+)-(?P<version>{VERSION})\.mbtiles", re.ASCII)
_KEPT = 2
"""So many versions of a set are kept open: the newest, and that of pages which have not heard of it yet."""


def path_of(data_dir: Path, name: str, version: str) -> Path:
    """Where a version of a set lies."""
    return data_dir / "tiles" / f"{name}-{version}.mbtiles"


def parts_folder(data_dir: Path) -> Path:
    """Where files are written before they get their name; made where it is missing."""
    parts = data_dir / "tiles" / "parts"
    parts.mkdir(mode=0o700, parents=True, exist_ok=True)
    return parts


@contextmanager
def baking_alone(data_dir: Path, *, is_patient: bool) -> Iterator[bool]:
    """Bake into this folder while nobody else does: whether it is ours now; `is_patient` waits until it is.

    The kernel gives it back when the process ends, however it ends.
    """
    parts = parts_folder(data_dir)
    handle = os.open(parts / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if is_patient else fcntl.LOCK_NB))
        for left in parts.glob("*.*"):  # of somebody who was killed over it
            left.unlink(missing_ok=True)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)


def forget_others(data_dir: Path, name: str, kept: set[str]) -> int:
    """Delete all versions of a set but those in `kept`; how many went. Only for who bakes here alone."""
    found = [_NAME.fullmatch(file.name) for file in (data_dir / "tiles").glob(f"{name}-*.mbtiles")]
    gone = [one["version"] for one in found if one and one["name"] == name and one["version"] not in kept]
    for version in gone:
        path_of(data_dir, name, version).unlink(missing_ok=True)
    return len(gone)


class TileFile:
    """One version of a set, read by many threads: each borrows a connection and gives it back."""

    def __init__(self, file: Path) -> None:
        """Raises OSError where the file is not there."""
        self.file = file
        self._idle: deque[sqlite3.Connection] = deque()
        self._is_closed = False
        file.stat()
        with self._borrowed() as connection:
            facts = dict(connection.execute("SELECT name, value FROM metadata"))
        self.min_zoom, self.max_zoom = int(facts["minzoom"]), int(facts["maxzoom"])
        self.bounds = [float(number) for number in facts["bounds"].split(",")]
        self.vector_layers: list[dict[str, Any]] = json.loads(facts["json"])["vector_layers"]
        far = self._one("far", "SELECT level, below FROM far")
        self.far: tuple[str, int] | None = None if far is None else (str(far[0]), int(far[1]))
        """The level that stands for cells in tiles of zooms below a number; None where nothing does."""

    def tile(self, zoom: int, x: int, y: int, *, is_far: bool = False) -> bytes | None:
        """A tile as it is stored, gzipped; None where the set has nothing there. Rows count from the north.

        `is_far`: without cells, where another level stands for them at this zoom.
        """
        table = "far_tiles" if is_far and self.far is not None and zoom < self.far[1] else "tiles"
        asked = f"SELECT tile_data FROM {table} WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"  # noqa: S608  (our own words)
        with self._borrowed() as connection:
            found = connection.execute(asked, (zoom, x, (1 << zoom) - 1 - y)).fetchone()
        return None if found is None else bytes(found[0])

    def index(self, *, is_far: bool = False) -> bytes | None:
        """The gzipped JSON of all areas; None in a set that has none. `is_far`: of those drawn from afar, if others are."""
        found = self._one("far", "SELECT data FROM far") if is_far else None
        found = found or self._one("area_index", "SELECT data FROM area_index")
        return None if found is None else bytes(found[0])

    def _one(self, table: str, asked: str) -> Any:
        """The first row of a table that some sets have; None where there is none."""
        with self._borrowed() as connection:
            has_one = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            return connection.execute(asked).fetchone() if has_one else None

    @contextmanager
    def _borrowed(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.pop()
        except IndexError:
            # Nobody ever writes to a file that has its name: SQLite need not look for locks or journals.
            address = f"{self.file.absolute().as_uri()}?mode=ro&immutable=1"
            connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        yield connection
        if self._is_closed:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Let go of the file; who reads it now ends by itself."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()


class Shelf:
    """The files of a data directory that are open in this process, the last used versions of each set."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._open: dict[str, OrderedDict[str, TileFile]] = {name: OrderedDict() for name in SETS}
        self._lock = threading.Lock()

    def file(self, name: str, version: str) -> TileFile | None:
        """A version of the set `name`, one of SETS; None where it does not lie here."""
        known = self._open[name].get(version)
        if known is not None:
            return known
        try:
            opened = TileFile(path_of(self._data_dir, name, version))
        except FileNotFoundError:
            return None
        return self._keep(name, version, opened)

    def _keep(self, name: str, version: str, opened: TileFile) -> TileFile:
        with self._lock:
            here = self._open[name]
            if version in here:  # another thread was faster
                opened.close()
            else:
                here[version] = opened
                while len(here) > _KEPT:
                    here.popitem(last=False)[1].close()
            return here[version]

    def close(self) -> None:
        """Let go of all files."""
        with self._lock:
            for versions in self._open.values():
                while versions:
                    versions.popitem()[1].close()
