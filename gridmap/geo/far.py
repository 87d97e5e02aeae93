"""The far level: what stands for the cells where each of them would be a few pixels wide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import shapely

from gridmap.domain.codes import ancestors

FEW_CELLS = 500
"""So many are drawn at every zoom: they cost nothing, and a small town is seen cell by cell at once."""
MOST_AREAS = 1_500
"""A far level has no more areas than this: else the level above them stands for the cells."""
NARROWEST_PX = 10.0
"""A cell is worth drawing from this width on."""
LEVELS = ("community", "street")
"""What may stand for cells, the finest first."""

_TILE_PX = 512
"""A tile is at least so wide on the screen, by our own map as by MapLibre."""
_LAYER_FIELD, _NAME_FIELD, _LENGTH_DELIMITED = 3, 1, 2
_FIXED_BYTES = {1: 8, 5: 4}


class Placed(Protocol):
    """An area with its place in the tree and its shape as WKB."""

    level: str
    path: str
    wkb: bytes


class Far(NamedTuple):
    """The level that stands for cells in tiles of zooms below `below`."""

    level: str
    below: int


def far_of(rows: Sequence[Placed], zooms: tuple[int, int]) -> Far | None:
    """What stands for the cells of `rows` from afar, in tiles of the zooms (first, last).

    The finest level that has every cell below one of its areas and no more than MOST_AREAS; it stands
    for them where the median cell would be narrower than NARROWEST_PX. None where there are only
    FEW_CELLS, no such level, or cells wide enough at the first zoom.
    """
    cells = [row for row in rows if row.level == "grid"]
    level = _level_above(rows, cells) if len(cells) > FEW_CELLS else None
    if level is None:
        return None
    boxes = shapely.bounds(shapely.from_wkb([cell.wkb for cell in cells]))
    width_px = float(np.median(boxes[:, 2] - boxes[:, 0])) / 360 * _TILE_PX
    first, last = zooms
    below = next((zoom for zoom in range(first, last) if width_px * 2**zoom >= NARROWEST_PX), last)
    return Far(level, below) if below > first else None


def _level_above(rows: Sequence[Placed], cells: Sequence[Placed]) -> str | None:
    number = Counter(row.level for row in rows)
    for level in LEVELS:
        paths = {row.path for row in rows if row.level == level}
        if number[level] <= MOST_AREAS and all(not paths.isdisjoint(ancestors(cell.path)) for cell in cells):
            return level
    return None


def without_layer(tile: bytes, name: str) -> bytes:
    """A vector tile (MVT 2.1, not packed) without its layer `name`; everything else byte by byte as it was."""
    wanted = name.encode()
    return b"".join(
        tile[begin:end]
        for field, begin, inside, end in _fields(tile, 0, len(tile))
        if field != _LAYER_FIELD or _name_of(tile, inside, end) != wanted
    )


def _name_of(tile: bytes, begin: int, end: int) -> bytes:
    for field, _, inside, after in _fields(tile, begin, end):
        if field == _NAME_FIELD:
            return tile[inside:after]
    return b""


def _fields(data: bytes, begin: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """The fields of a Protocol Buffers message: number, where it begins, where its content does, where it ends."""
    at = begin
    while at < end:
        start = at
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        inside = at
        if kind == _LENGTH_DELIMITED:
            length, inside = _varint(data, at)
            at = inside + length
        elif kind in _FIXED_BYTES:
            at += _FIXED_BYTES[kind]
        else:
            _, at = _varint(data, at)
        yield number, start, inside, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
