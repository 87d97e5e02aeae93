"""A whole net of cells in memory: a tree over one version of it, for many points at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.crs import Floats, LonLat
from gridmap.geo.locate import REACH, BBox, Candidate, Cell, Place, locate, nearest_of
from gridmap.geo.squares import Pairs, Squares, covering

MANY = 20_000
"""So many points pay for a raster."""
_SQUARES_PER_CELL, _MOST_SQUARES = 40, 4000
"""Squares each way for one cell each way: about every twentieth then has a border in it."""


Measure = Callable[[NDArray[np.int64], Floats, Floats], Floats]
"""What `Net.margins` does."""


@dataclass(frozen=True)
class Spots:
    """Where many points lie, side by side.

    `cell` is the position in the net's `cells` of the one cell that plainly has the point, -1 where more
    must be told: those stand in `places`, by the point's position. `margin_m` is NaN for them.
    """

    cell: NDArray[np.int64]
    margin_m: Floats
    places: dict[int, Place]


class Net:
    """All current cells with a tree over them; a CellSource, and the bulk form of `locate`.

    Building takes the time of sorting the bounding boxes; the raster for many points is built when
    many are asked for first. A Net is good for as long as its net's version.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = list(cells)
        self._shapes = np.array([c.geometry for c in self.cells], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    @cached_property
    def squares(self) -> Squares:
        """The raster over the cells. There is none over no cells."""
        side = int(np.clip(_SQUARES_PER_CELL * len(self.cells) ** 0.5, 64, _MOST_SQUARES))
        return Squares(self._tree, self._shapes, side)

    def within(self, bbox: BBox) -> list[Cell]:
        """All cells whose bounding box touches `bbox`."""
        return [self.cells[n] for n in self._tree.query(shapely.box(*bbox))]

    def nearest(self, lon_lat: LonLat) -> tuple[Cell | None, float | None]:
        """The nearest cell and the metres to its border."""
        return nearest_of(self.cells, lon_lat, self._bounds)

    @cached_property
    def _bounds(self) -> Floats:
        return np.asarray(shapely.bounds(self._shapes))

    def covering(self, lon: Floats, lat: Floats) -> Pairs:
        """Every pair of a WGS84 point and a cell that covers it (borders included), both by position."""
        is_worth_it = len(lon) >= MANY and len(self.cells) > 0
        if is_worth_it or "squares" in vars(self):
            return self.squares.covering(lon, lat)
        return covering(self._tree, self._shapes, lon, lat)

    def spot(self, lon: Floats, lat: Floats, accuracy_m: Floats, measure: Measure | None = None) -> Spots:
        """Where each WGS84 point lies; `accuracy_m` is NaN for points without one. The answers are those of `locate`.

        `measure` stands for `margins`, for whoever has it done elsewhere.
        """
        plain = self.plain(lon, lat)
        margin = (measure or self.margins)(plain, lon, lat)
        is_sharp = np.isnan(accuracy_m) | (accuracy_m == 0) | (margin > accuracy_m * REACH)
        plain[~is_sharp] = -1
        margin[plain < 0] = np.nan
        places = {
            int(n): locate(self, LonLat(float(lon[n]), float(lat[n])), _known(accuracy_m[n]))
            for n in np.flatnonzero(plain < 0)
        }
        return Spots(plain, margin, places)

    def locate_many(
        self, lon: Floats, lat: Floats, accuracy_m: Sequence[float | None] | None = None
    ) -> list[Place]:
        """`locate` for each point, with the same answers."""
        radii = np.full(len(lon), np.nan)
        if accuracy_m is not None:
            radii = np.array([np.nan if a is None else a for a in accuracy_m], dtype=float)
        spots = self.spot(lon, lat, radii)
        return [
            spots.places[n] if cell < 0 else self._inside(LonLat(x, y), cell, margin, _known(radius))
            for n, (cell, margin, x, y, radius) in enumerate(
                zip(
                    spots.cell.tolist(), spots.margin_m.tolist(), lon.tolist(), lat.tolist(), radii.tolist(),
                    strict=True,
                )
            )
        ]  # fmt: skip

    def _inside(self, where: LonLat, cell: int, margin: float, accuracy: float | None) -> Place:
        found = self.cells[cell]
        none = () if accuracy is None else (Candidate(None, 0.0),)
        return Place("inside", where, found, margin, (Candidate(found, 1.0), *none), "covered_by_one")

    def plain(self, lon: Floats, lat: Floats) -> NDArray[np.int64]:
        """For each point the one cell that covers it; -1 for none and for several."""
        point, cell = self.covering(lon, lat)
        is_single = (np.bincount(point, minlength=len(lon)) == 1)[point]
        plain = np.full(len(lon), -1, dtype=np.int64)
        plain[point[is_single]] = cell[is_single]
        return plain

    def margins(self, plain: NDArray[np.int64], lon: Floats, lat: Floats) -> Floats:
        """Metres from each point to the border of its cell, given by position; NaN where that is negative."""
        margins = np.full(len(lon), np.nan)
        for cell, at in _groups(plain):
            margins[at] = self.cells[cell].border.distances_m(lon[at], lat[at])
        return margins


def _groups(cells: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """Each cell with the positions of its points."""
    order = np.argsort(cells, kind="stable")
    order = order[np.searchsorted(cells[order], 0) :]
    ends = np.flatnonzero(np.diff(cells[order])) + 1
    for at in np.split(order, ends):
        if len(at):
            yield int(cells[at[0]]), at


def _known(accuracy_m: float) -> float | None:
    return None if np.isnan(accuracy_m) or accuracy_m == 0 else float(accuracy_m)
