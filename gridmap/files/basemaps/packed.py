"""Base maps in one file on the server's disk, MBTiles or PMTiles, of pictures; read only, by many threads."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path
from typing import Protocol

from gridmap.errors import InvalidInputError
from gridmap.files.basemaps.pmtiles import PmTiles, PmTilesError

UNREADABLE = (PmTilesError, sqlite3.Error, OSError)
"""What reading a damaged file may raise."""
_PICTURES = ("png", "jpg", "jpeg", "webp")


class Packed(Protocol):
    """A file of tiles. `tile` answers a picture's bytes, or None where it has none; rows count from the north."""

    min_zoom: int
    max_zoom: int

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """One tile."""

    def close(self) -> None:
        """Let go of the file."""


class MbTiles:
    """An MBTiles file (1.3): a table of tiles whose rows count from the south."""

    def __init__(self, file: Path) -> None:
        """Raises sqlite3.Error, or ValueError with the format where it holds no pictures."""
        # It is not written to while it is served: SQLite need not look for locks.
        address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._lock = threading.Lock()
        facts = dict(self._connection.execute("SELECT name, value FROM metadata"))
        self.format = str(facts.get("format", "")).lower()
        if self.format not in _PICTURES:
            self.close()
            raise ValueError(self.format or "?")
        # One by one the index answers them; both at once would read all of it.
        bounds = "SELECT (SELECT MIN(zoom_level) FROM tiles), (SELECT MAX(zoom_level) FROM tiles)"
        found = self._connection.execute(bounds).fetchone()
        self.min_zoom, self.max_zoom = (int(number or 0) for number in found)

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """One tile."""
        asked = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        with self._lock:
            found = self._connection.execute(asked, (zoom, x, (1 << zoom) - 1 - y)).fetchone()
        return None if found is None else bytes(found[0])

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def open_packed(map_id: str, file: Path) -> Packed:
    """The tiles of a file, by its content.

    Raises InvalidInputError `base_map_file_unusable` for what is not there or neither of both, and
    `base_map_is_vector` where it holds vectors, or pictures of a kind that is not shown here.
    """
    try:
        with file.open("rb") as opened:
            head = opened.read(16)
        if head.startswith(b"PMTiles"):
            return PmTiles(file)
        if head.startswith(b"SQLite format 3"):
            return MbTiles(file)
        raise PmTilesError("MBTiles, PMTiles?")
    except UNREADABLE as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InvalidInputError("base_map_file_unusable", map=map_id, file=str(file), said=said) from None
    except ValueError as error:
        raise InvalidInputError("base_map_is_vector", map=map_id, file=str(file), format=str(error)) from None
