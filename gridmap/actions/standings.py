"""Where the matters of a file stand, side by side: most lie plainly in one cell, only the others are told in full."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gridmap.actions.importing import Progress
from gridmap.actions.placing import LoadedGround, Standing
from gridmap.files.matters import Matters
from gridmap.geo.crs import to_wgs84_array
from gridmap.geo.locate import Cell

_AT_ONCE = 1_000_000
"""Those of one cell are measured together, so the more at once, the cheaper; progress is told in between."""


class Stood(NamedTuple):
    """Where some matters stand, side by side: path, district, cell (None: triage), metres to the cell's border.

    `told` is the whole standing of a matter that does not plainly lie in one cell; None for one that does.
    """

    path: list[str]
    district_code: list[str]
    cell: list[Cell | None]
    margin_m: list[float]
    told: list[Standing | None]


class Standings:
    """Where some rows of a file stand among the areas of `ground`.

    `lon` and `lat` are the WGS84 of all rows. `progress` is told the rows located so far.
    """

    def __init__(
        self, ground: LoadedGround, matters: Matters, datum: str, rows: Sequence[int], progress: Progress
    ) -> None:
        self._ground, self._accuracy_m = ground, matters.accuracy_m
        self.lon, self.lat = to_wgs84_array(matters.lon, matters.lat, datum)
        self._cell = np.full(len(matters), -1, dtype=np.int64)
        self._margin_m = np.full(len(matters), np.nan)
        self._told: dict[int, Standing] = {}
        wanted = np.asarray(rows, dtype=np.int64)
        radii = np.array([np.nan if a is None else a for a in matters.accuracy_m], dtype=float)
        for start in range(0, len(wanted), _AT_ONCE):
            at = wanted[start : start + _AT_ONCE]
            spots = ground.cells.spot(self.lon[at], self.lat[at], radii[at])
            self._cell[at], self._margin_m[at] = spots.cell, spots.margin_m
            self._told |= {int(at[n]): ground.standing(place) for n, place in spots.places.items()}
            progress("locate", start + len(at), len(wanted))
        cells = {int(n): ground.cells.cells[n] for n in np.unique(self._cell) if n >= 0}
        self._plain = {n: (cell.path, ground.district_code(cell.path), cell) for n, cell in cells.items()}

    def paths(self) -> set[str]:
        """The paths that matters stand at, but for those that stand nowhere."""
        return {path for path, _, _ in self._plain.values()} | {
            told.path for told in self._told.values() if told.path
        }

    def in_triage(self, rows: Sequence[int]) -> int:
        """How many of some matters have no cell."""
        without = {row for row, told in self._told.items() if told.place.cell is None}
        return len(without.intersection(rows))

    def of(self, rows: Sequence[int]) -> Stood:
        """Where some matters stand, at least one."""
        told = list(map(self._told.get, rows))
        found = [
            self._plain[cell] if whole is None else (whole.path, whole.district_code, whole.place.cell)
            for cell, whole in zip(self._cell[rows].tolist(), told, strict=True)
        ]
        path, district_code, cell = map(list, zip(*found, strict=True))
        return Stood(path, district_code, cell, self._margin_m[rows].tolist(), told)

    def whole(self, row: int) -> Standing:
        """Where one matter stands, told in full."""
        told = self._told.get(row)
        if told is not None:
            return told
        at = slice(row, row + 1)
        place = self._ground.cells.locate_many(self.lon[at], self.lat[at], [self._accuracy_m[row]])[0]
        stood = self.of([row])
        return Standing(place, stood.path[0], stood.district_code[0])
