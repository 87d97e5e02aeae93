"""A whole net of cells in memory: a tree over one version of it, for many points at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridmap.geo.crs import LonLat
from gridmap.geo.locate import BBox, Candidate, Cell, Place, border_distances_m, locate


class Net:
    """All current cells with a tree over them; a CellSource, and the bulk form of `locate`.

    Building takes the time of sorting the bounding boxes; a Net is good for as long as its net's version.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = list(cells)
        self._shapes = np.array([c.geometry for c in self.cells], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def within(self, bbox: BBox) -> list[Cell]:
        """All cells whose bounding box touches `bbox`."""
        return [self.cells[n] for n in self._tree.query(shapely.box(*bbox))]

    def locate_many(
        self, lon: np.ndarray, lat: np.ndarray, accuracy_m: Sequence[float | None] | None = None
    ) -> list[Place]:
        """`locate` for each point, with the same answers.

        Points that one cell plainly has go through arrays, the others (no cell, several, an
        accuracy) one by one.
        """
        places: list[Place | None] = [None] * len(lon)
        plain = np.array(
            [a is None for a in accuracy_m] if accuracy_m is not None else [True] * len(lon), dtype=bool
        )
        point, cell = self._tree.query(shapely.points(lon, lat), predicate="covered_by")
        single = (np.bincount(point, minlength=len(lon)) == 1) & plain
        keep = single[point]
        self._fill(places, point[keep], cell[keep], lon, lat)
        for n, place in enumerate(places):
            if place is None:
                accuracy = accuracy_m[n] if accuracy_m is not None else None
                places[n] = locate(self, LonLat(float(lon[n]), float(lat[n])), accuracy)
        return [place for place in places if place is not None]

    def _fill(
        self,
        places: list[Place | None],
        point: np.ndarray,
        cell: np.ndarray,
        lon: np.ndarray,
        lat: np.ndarray,
    ) -> None:
        order = np.argsort(cell, kind="stable")
        point, cell = point[order], cell[order]
        for rows in np.split(np.arange(len(cell)), np.flatnonzero(np.diff(cell)) + 1):
            if not len(rows):
                continue
            found = self.cells[cell[rows[0]]]
            at = point[rows]
            margins = border_distances_m(shapely.boundary(found.geometry), lon[at], lat[at])
            for n, margin in zip(at, margins, strict=True):
                where = LonLat(float(lon[n]), float(lat[n]))
                places[n] = Place(
                    "inside", where, found, float(margin), (Candidate(found, 1.0),), "covered_by_one"
                )
