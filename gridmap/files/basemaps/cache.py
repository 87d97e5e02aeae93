"""Tiles fetched from elsewhere, kept on disk for a while: as old and as much as the operator allows."""

from __future__ import annotations

import logging
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

log = logging.getLogger(__name__)

_SWEEP_AT = 20
"""The folder is looked through after each twentieth of what may be kept was written."""
_LEFT = 0.8
"""So much of it is left where it was more: several processes write into one folder, and none knows of the others."""
_DAY_S = 86_400.0


class Cache:
    """Bytes by name in a folder; nothing at all where `days` is 0. A full disk makes it forgetful, never faulty."""

    def __init__(self, folder: Path, days: int, megabytes: int) -> None:
        self._folder, self._age_s, self._most = folder, days * _DAY_S, megabytes * 1_000_000
        self._written = self._most  # the first tile written has the folder looked through
        self._lock = threading.Lock()

    def get(self, name: str) -> bytes | None:
        """What was kept under `name` and is young enough; None for nothing."""
        file = self._folder / name
        try:
            is_young = self._age_s and time.time() - file.stat().st_mtime < self._age_s
            return file.read_bytes() if is_young else None
        except OSError:
            return None

    def put(self, name: str, data: bytes) -> None:
        """Keep it, whole or not at all."""
        if not self._age_s:
            return
        file = self._folder / name
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=file.parent, suffix=".part")
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(part).replace(file)
        except OSError as error:
            log.warning("a tile of a base map cannot be kept: %s", error.strerror)
            return
        with self._lock:
            self._written += len(data)
            is_due = self._written * _SWEEP_AT >= self._most
            self._written = 0 if is_due else self._written
        if is_due:
            self.sweep()

    def sweep(self) -> int:
        """Delete what is too old, then, where there is too much, the oldest; how many files went."""
        found = sorted(self._files(), key=lambda one: one[0])
        total, now, gone = sum(size for _, size, _ in found), time.time(), 0
        most = self._most if total <= self._most else self._most * _LEFT
        for changed, size, file in found:
            if now - changed < self._age_s and total <= most:
                break
            file.unlink(missing_ok=True)
            total, gone = total - size, gone + 1
        return gone

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """When each file was written, how much of the disk it takes, where it is."""
        for folder, _, names in os.walk(self._folder):
            for name in names:
                file = Path(folder) / name
                with suppress(FileNotFoundError):  # another process was faster
                    stat = file.stat()
                    yield stat.st_mtime, max(stat.st_blocks * 512, stat.st_size), file
