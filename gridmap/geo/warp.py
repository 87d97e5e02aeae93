"""Which pixels of a map drawn in a shifted datum lie under each tile of a true one."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from gridmap.geo.crs import Floats, from_wgs84_array

PARTS = 16
"""A tile is taken in so many pieces a side, and the shift as straight between their corners: GCJ-02 is off by at
most 0.03 pixels then and BD-09 by 0.16, at zooms 7 to 9, where a pixel is half a kilometre; from zoom 12 on by 0.02."""


class Underlay(NamedTuple):
    """What lies under a tile: the source's tiles of the same zoom, and where each corner of the pieces is on them.

    `columns` and `rows` are in order, from the west and the north, of a pyramid that goes on around the world;
    `points` (PARTS + 1, PARTS + 1, 2) are column and row of the corners, in tiles from the first one's corner.
    """

    columns: range
    rows: range
    points: Floats


def underlay(zoom: int, x: int, y: int, datum: str) -> Underlay:
    """Where the Web Mercator tile `zoom`/`x`/`y` of WGS84 lies in a map whose pyramid is drawn in `datum`.

    A map in GCJ-02 or BD-09 puts a place's shifted degrees where the true ones would stand (Web Mercator on a
    sphere); so each corner is turned into degrees, shifted, and put back. Outside China, and for
    wgs84 and cgcs2000, it is the tile itself. Raises InvalidInputError `datum_unknown`.
    """
    steps = np.arange(PARTS + 1) / PARTS
    column, row = np.meshgrid(x + steps, y + steps)
    side = float(1 << zoom)
    lon, lat = from_wgs84_array(*_degrees(column, row, zoom), datum)
    there = (lon + 180) / 360 * side
    down = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * side
    columns, rows = _reach(there), _reach(down)
    return Underlay(columns, rows, np.stack([there - columns.start, down - rows.start], axis=-1))


def reaches(box: tuple[float, float, float, float], zoom: int, x: int, y: int) -> bool:
    """Whether a tile has a part of a box (west, south, east, north, in degrees)."""
    (west, east), (north, south) = _degrees(np.array([x, x + 1.0]), np.array([y, y + 1.0]), zoom)
    return bool(west < box[2] and east > box[0] and south < box[3] and north > box[1])


def _degrees(column: Floats, row: Floats, zoom: int) -> tuple[Floats, Floats]:
    side = float(1 << zoom)
    return column / side * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * row / side))))


def _reach(tiles: Floats) -> range:
    """The whole tiles that coordinates in tiles lie in; what only touches the next one's edge does not reach it."""
    small = 1e-6
    return range(math.floor(tiles.min() + small), math.ceil(tiles.max() - small))
