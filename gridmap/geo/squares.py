"""Which polygons cover a point, answered by a raster: a square that no border enters has one answer for all of it.

The raster lies over all polygons. Squares that a border enters are marked. The others hang together
in patches, and no border separates two points of a patch: one point of it answers for all. Points in
marked squares are held against the polygons themselves, so every answer is exact.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from gridmap.geo.crs import Floats

Rows = NDArray[np.int64]
Shapes = NDArray[np.object_]

_MARKED = 0
"""The patch of squares that a border enters."""
_NONE, _ASK = -1, -2
"""Instead of a polygon: no polygon covers it; the polygons themselves must be asked."""
_SLACK = 1e-6
"""In squares: what is so close to a side counts as on both of its sides, whatever rounding did."""


class Pairs(NamedTuple):
    """Who covers whom: `point[n]` is covered by `cell[n]`, both by position; points in order, cells too."""

    point: Rows
    cell: Rows


def covering(tree: shapely.STRtree, shapes: Shapes, lon: Floats, lat: Floats) -> Pairs:
    """Every pair of a point and a polygon that covers it (borders included), asked of the polygons themselves."""
    point, cell = tree.query(shapely.points(lon, lat))
    # A polygon's own index stays in the processor's cache when its points come one after another.
    grouped = np.argsort(cell, kind="stable")
    point, cell = point[grouped], cell[grouped]
    is_covered = shapely.intersects_xy(shapes[cell], lon[point], lat[point])
    point, cell = point[is_covered], cell[is_covered]
    order = np.argsort(point, kind="stable")
    return Pairs(point[order], cell[order])


class Squares:
    """A raster over polygons (lon/lat, at least one); `side` is how many squares it has at most each way."""

    def __init__(self, tree: shapely.STRtree, shapes: Shapes, side: int) -> None:
        self._tree, self._shapes = tree, shapes
        west, south, east, north = shapely.total_bounds(shapes)
        self._corner = np.array([west, south])
        self._side = side
        extent = np.maximum(np.array([east - west, north - south]), 1e-9)
        self._per_degree = side / (extent * (1 + 1e-9))
        patches, count = ndimage.label(~self._marked())
        self._patches: NDArray[np.int32] = patches.ravel()
        self._answers = self._answered(count)

    def covering(self, lon: Floats, lat: Floats) -> Pairs:
        """Every pair of a point and a polygon that covers it, borders included."""
        answer = self._answers[self._patch_of(lon, lat)]
        unsure = np.flatnonzero(answer == _ASK)
        exact = covering(self._tree, self._shapes, lon[unsure], lat[unsure])
        count = (answer >= 0).astype(np.int64)
        count[unsure] = np.bincount(exact.point, minlength=len(unsure))
        cell = np.repeat(answer, count)
        cell[cell == _ASK] = exact.cell
        return Pairs(np.repeat(np.arange(len(lon)), count), cell)

    def _patch_of(self, lon: Floats, lat: Floats) -> NDArray[np.int32]:
        """The patch each point lies in; the last one, which nothing covers, for points beside the raster."""
        across = (lon - self._corner[0]) * self._per_degree[0]
        up = (lat - self._corner[1]) * self._per_degree[1]
        # NaN is on no side of anything: it is beside the raster, too.
        is_on = (across >= 0) & (across < self._side) & (up >= 0) & (up < self._side)
        if not is_on.all():
            across, up = np.where(is_on, across, 0), np.where(is_on, up, 0)
        square = up.astype(np.int32) * np.int32(self._side) + across.astype(np.int32)
        patch: NDArray[np.int32] = self._patches[square]
        patch[~is_on] = len(self._answers) - 1
        return patch

    def _marked(self) -> NDArray[np.bool_]:
        """The squares that a border enters or touches: rows of columns."""
        xy, ring = shapely.get_coordinates(
            shapely.get_rings(shapely.get_parts(self._shapes)), return_index=True
        )
        xy = (xy - self._corner) * self._per_degree
        joined = ring[1:] == ring[:-1]
        start, end = xy[:-1][joined], xy[1:][joined]
        turned = start[:, 0] > end[:, 0]
        start[turned], end[turned] = end[turned], start[turned]
        edge, column = _spread(start[:, 0], end[:, 0], self._side)
        low, high = self._heights(start[edge], end[edge], column)
        strip, row = _spread(low, high, self._side)
        marked = np.zeros((self._side, self._side), dtype=bool)
        marked[row, column[strip]] = True
        return marked

    @staticmethod
    def _heights(start: Any, end: Any, column: Rows) -> tuple[Floats, Floats]:
        """Between which heights each edge runs inside its column."""
        width = end[:, 0] - start[:, 0]
        slope = np.divide(end[:, 1] - start[:, 1], width, out=np.zeros_like(width), where=width > _SLACK)
        low_x = np.maximum(start[:, 0], column - _SLACK)
        high_x = np.minimum(end[:, 0], column + 1 + _SLACK)
        first = start[:, 1] + slope * (low_x - start[:, 0])
        last = start[:, 1] + slope * (high_x - start[:, 0])
        steep = width <= _SLACK
        first, last = np.where(steep, start[:, 1], first), np.where(steep, end[:, 1], last)
        return np.minimum(first, last), np.maximum(first, last)

    def _answered(self, patches: int) -> NDArray[np.int64]:
        """For each patch the one polygon that covers it, _NONE or _ASK; one more stands for the ground beside."""
        sample = np.zeros(patches + 1, dtype=np.int32)
        sample[self._patches] = np.arange(len(self._patches), dtype=np.int32)
        middle = np.column_stack([sample % self._side, sample // self._side]) + 0.5
        lon, lat = (middle / self._per_degree + self._corner).T
        found = covering(self._tree, self._shapes, lon, lat)
        number = np.bincount(found.point, minlength=patches + 1)
        answers = np.full(patches + 2, _NONE, dtype=np.int64)
        answers[found.point] = found.cell
        answers[:-1][number > 1] = _ASK
        answers[_MARKED] = _ASK
        return answers


def _spread(low: Floats, high: Floats, count: int) -> tuple[Rows, Rows]:
    """For ranges of numbers: (which range, which whole step it reaches into), one entry each, steps below `count`."""
    first = np.clip(np.floor(low - _SLACK).astype(np.int64), 0, count - 1)
    last = np.clip(np.floor(high + _SLACK).astype(np.int64), 0, count - 1)
    length = last - first + 1
    owner = np.repeat(np.arange(len(low)), length)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    return owner, first[owner] + offset
