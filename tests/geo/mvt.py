"""Reads vector tiles without any library of tiles: what tests hold the baked ones against (MVT specification 2.1)."""

from __future__ import annotations

import gzip
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely

POINT, LINE, POLYGON = 1, 2, 3


@dataclass(frozen=True)
class Feature:
    """A feature of a tile: its fields, its shape in the tile's own units (x to the east, y to the south)."""

    fields: dict[str, Any]
    shape: shapely.Geometry


@dataclass(frozen=True)
class Layer:
    """A layer of a tile, `extent` units wide."""

    extent: int
    features: list[Feature]


def read_tiles(file: Path, zoom: int) -> Iterator[tuple[int, int, dict[str, Layer]]]:
    """Column, row (counted from the north) and layers of every tile of a zoom."""
    with closing(sqlite3.connect(file)) as connection:
        asked = "SELECT tile_column, tile_row, tile_data FROM tiles WHERE zoom_level = ?"
        for x, y, data in connection.execute(asked, (zoom,)):
            yield x, (1 << zoom) - 1 - y, decode(data)


def decode(data: bytes) -> dict[str, Layer]:
    """The layers of a tile, gzipped or not, by name."""
    plain = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    return dict(_layer(part) for number, part in _fields(plain) if number == 3)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        if key & 7 == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        size, at = _varint(data, at) if key & 7 == 2 else ({1: 8, 5: 4}[key & 7], at)
        yield key >> 3, data[at : at + size]
        at += size


def _numbers(data: bytes) -> list[int]:
    at, found = 0, []
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _layer(data: bytes) -> tuple[str, Layer]:
    parts: dict[int, list[Any]] = {}
    for number, value in _fields(data):
        parts.setdefault(number, []).append(value)
    keys = [key.decode() for key in parts.get(3, [])]
    values = [_value(value) for value in parts.get(4, [])]
    features = [_feature(dict(_fields(one)), keys, values) for one in parts.get(2, [])]
    return parts[1][0].decode(), Layer(parts.get(5, [4096])[0], features)


def _value(data: bytes) -> Any:
    ((number, value),) = _fields(data)
    if number in (2, 3):
        return struct.unpack("<f" if number == 2 else "<d", value)[0]
    if number == 1:
        return value.decode()
    return {6: _signed, 7: bool}.get(number, int)(value)


def _signed(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _feature(parts: dict[int, Any], keys: list[str], values: list[Any]) -> Feature:
    tags = _numbers(parts.get(2, b""))
    fields = {keys[key]: values[value] for key, value in zip(tags[::2], tags[1::2], strict=True)}
    return Feature(fields, _shape(parts[3], _paths(_numbers(parts[4]))))


def _paths(commands: list[int]) -> list[list[tuple[int, int]]]:
    at = x = y = 0
    paths: list[list[tuple[int, int]]] = []
    while at < len(commands):
        order, times = commands[at] & 7, commands[at] >> 3
        at += 1
        for _ in range(times if order != 7 else 0):
            x, y = x + _signed(commands[at]), y + _signed(commands[at + 1])
            at += 2
            if order == 1:
                paths.append([])
            paths[-1].append((x, y))
    return paths


def _shape(kind: int, paths: list[list[tuple[int, int]]]) -> shapely.Geometry:
    if kind == POINT:
        return shapely.MultiPoint([path[0] for path in paths])
    if kind == LINE:
        return shapely.MultiLineString(paths)
    whole: list[tuple[Any, list[Any]]] = []
    for ring in map(shapely.LinearRing, paths):
        if ring.is_ccw:  # as numbers; with y to the south that is clockwise to the eye: an outer ring
            whole.append((ring, []))
        else:
            whole[-1][1].append(ring)
    return shapely.MultiPolygon([shapely.Polygon(shell, holes) for shell, holes in whole])
