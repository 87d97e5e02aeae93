"""Sequence numbers for the cells of one community: from west to east, then from north to south."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gridmap.domain.codes import level_of
from gridmap.errors import InvalidInputError

LARGEST_NUMBER = 999

# About a centimetre: cells of a grid lie exactly half a height apart only up to rounding.
_SLACK_DEGREES = 1e-7


def number_cells(cells: gpd.GeoDataFrame) -> pd.Series[str]:
    """Three digits for each cell of ONE community, "001" onwards, on the index of `cells` (lon/lat).

    The order is Beijing's (DB11, unit grids): inside a community west → east, then north → south. The
    standard means a regular grid; real cells are irregular, so rows are formed like this. A cell lies
    where its centroid lies. The northernmost cell not yet numbered opens a row; to the row belongs
    every cell less than half a median cell height (extent in latitude) south of it. Inside a row,
    west comes before east. On one and the same spot the further north and then the outline decide.

    The answer depends on the shapes alone, not on the order of the rows.
    Raises InvalidInputError `too_many_cells` (`count`, `limit`) above 999, and `geometry_missing`
    (`rows`, counted from 0) where a cell has no shape to go by.
    """
    shapes = cells.geometry.to_numpy()
    if len(shapes) > LARGEST_NUMBER:
        raise InvalidInputError("too_many_cells", count=len(shapes), limit=LARGEST_NUMBER)
    nowhere = np.flatnonzero(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    if len(nowhere):
        raise InvalidInputError("geometry_missing", rows=nowhere.tolist())
    numbers = np.empty(len(shapes), dtype=object)
    for number, position in enumerate(_reading_order(shapes), start=1):
        numbers[position] = f"{number:03d}"
    return pd.Series(numbers, index=cells.index, dtype="str", name="number")


def full_codes(community_code: str, cells: gpd.GeoDataFrame) -> pd.Series[str]:
    """The 15-digit codes (单元网格标识码) of the cells of the community: its 12 digits and `number_cells`.

    Raises InvalidInputError `code_invalid` where `community_code` is not 12 digits, else as `number_cells`.
    """
    if level_of(community_code) != "community":
        raise InvalidInputError("code_invalid", area_code=community_code)
    return (community_code + number_cells(cells)).rename("code")


def _reading_order(shapes: NDArray[np.object_]) -> list[int]:
    """The positions of the shapes in the order in which they are numbered."""
    if not len(shapes):
        return []
    outlines = shapely.normalize(shapes)
    lon, lat = shapely.get_coordinates(shapely.centroid(outlines)).T
    row = _rows(lat, shapely.bounds(shapes))
    outline = shapely.to_wkb(outlines)
    return sorted(range(len(shapes)), key=lambda at: (row[at], lon[at], -lat[at], outline[at]))


def _rows(lat: NDArray[np.float64], bounds: NDArray[np.float64]) -> NDArray[np.int64]:
    """The row of each centre, counted from the north."""
    reach = float(np.median(bounds[:, 3] - bounds[:, 1])) / 2 - _SLACK_DEGREES
    rows = np.zeros(len(lat), dtype=np.int64)
    row, opened_at = -1, np.inf
    for position in np.argsort(-lat, kind="stable"):
        if opened_at - lat[position] >= reach:
            row, opened_at = row + 1, lat[position]
        rows[position] = row
    return rows
