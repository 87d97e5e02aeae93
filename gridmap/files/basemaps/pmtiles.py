"""PMTiles (version 3) of pictures: the directories that were read stay decoded, so that a tile is one look and one read."""

from __future__ import annotations

import os
import struct
import threading
import zlib
from bisect import bisect_right
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

_HEAD = struct.Struct("<7sB11Q6B4iB2i")
_TYPES = {0: "?", 1: "mvt", 2: "png", 3: "jpg", 4: "webp", 5: "avif"}
_PICTURES = {"png", "jpg", "webp"}
_PLAIN, _GZIP = 1, 2
_KEPT = 64
"""So many directories besides the root stay decoded: about half a megabyte each."""
_DEEPEST = 4
"""The root and at most three levels of leaves, as the specification allows."""
_LARGEST, _FARTHEST = 64_000_000, 1 << 62
"""Bytes of an unpacked directory, and of a file; more is no file of tiles."""


class PmTilesError(Exception):
    """Not what the specification says."""


class _Directory(NamedTuple):
    """Entries in order of their first tile: how many tiles share each (0: it is a leaf), where it lies, how long it is."""

    ids: list[int]
    runs: list[int]
    lengths: list[int]
    offsets: list[int]


class PmTiles:
    """A PMTiles archive on this machine's disk, read by many threads at once."""

    def __init__(self, file: Path) -> None:
        """Raises OSError, PmTilesError, or ValueError with the kind of tiles where they are no pictures."""
        self._handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            self._begin()
        except BaseException:
            self.close()
            raise

    def _begin(self) -> None:
        head = os.pread(self._handle, _HEAD.size, 0)
        if len(head) < _HEAD.size or head[:8] != b"PMTiles\x03":
            raise PmTilesError("PMTiles 3?")
        told = _HEAD.unpack(head)
        root, root_length, _, _, self._leaves, _, self._tiles = told[2:9]
        _, self._packing, _, kind, self.min_zoom, self.max_zoom = told[13:19]
        self.format = _TYPES.get(kind, "?")
        if self.format not in _PICTURES:
            raise ValueError(self.format)
        if self._packing not in (_PLAIN, _GZIP):
            raise PmTilesError("gzip?")
        self._root = self._read(root, root_length)
        self._kept: OrderedDict[int, _Directory] = OrderedDict()
        self._lock = threading.Lock()

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """One tile; None where it has none. Raises PmTilesError for a file that is damaged."""
        wanted, directory = tile_id(zoom, x, y), self._root
        for _ in range(_DEEPEST):
            at = bisect_right(directory.ids, wanted) - 1
            if at < 0:
                return None
            offset, length, run = directory.offsets[at], directory.lengths[at], directory.runs[at]
            if run:
                is_there = wanted < directory.ids[at] + run
                return self._bytes(self._tiles + offset, length) if is_there else None
            directory = self._leaf(self._leaves + offset, length)
        return None

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)

    def _leaf(self, offset: int, length: int) -> _Directory:
        with self._lock:
            if offset in self._kept:
                self._kept.move_to_end(offset)
                return self._kept[offset]
        found = self._read(offset, length)
        with self._lock:
            self._kept[offset] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _read(self, offset: int, length: int) -> _Directory:
        packed = self._bytes(offset, length)
        try:
            return _decoded(_unpacked(packed) if self._packing == _GZIP else packed)
        except (IndexError, zlib.error) as error:
            raise PmTilesError("directory?") from error

    def _bytes(self, offset: int, length: int) -> bytes:
        is_possible = 0 < length <= _LARGEST and 0 <= offset < _FARTHEST
        found = os.pread(self._handle, length, offset) if is_possible else b""
        if len(found) < length or not found:
            raise PmTilesError("too short")
        return found


def tile_id(zoom: int, x: int, y: int) -> int:
    """A tile's number: along the Hilbert curve of its zoom, after all tiles of the zooms above."""
    number = ((1 << (2 * zoom)) - 1) // 3
    for step in range(zoom - 1, -1, -1):
        side = 1 << step
        is_east, is_south = (1 if x & side else 0), (1 if y & side else 0)
        number += side * side * ((3 * is_east) ^ is_south)
        if not is_south:  # the curve goes through this quarter turned
            if is_east:
                x, y = side - 1 - (x & (side - 1)), side - 1 - (y & (side - 1))
            x, y = y, x
    return number


def _unpacked(packed: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    found = reader.decompress(packed, _LARGEST)
    if reader.unconsumed_tail:
        raise PmTilesError("too long")
    return found


def _decoded(data: bytes) -> _Directory:
    """Columns of numbers, each seven bits a byte: differences of ids, runs, lengths, offsets (0: right after the last)."""
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            numbers.append(value)
            value = shift = 0
    count = numbers[0]
    if len(numbers) < 1 + 4 * count:
        raise PmTilesError("directory?")
    steps, runs, lengths, places = (numbers[1 + n * count : 1 + (n + 1) * count] for n in range(4))
    ids: list[int] = []
    offsets: list[int] = []
    last = 0
    for n, (step, place) in enumerate(zip(steps, places, strict=True)):
        last += step
        ids.append(last)
        offsets.append(offsets[-1] + lengths[n - 1] if place == 0 and n else place - 1)
    return _Directory(ids, runs, lengths, offsets)
