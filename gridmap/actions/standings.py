"""Where the matters of a file stand, side by side: most lie plainly in one cell, only the others are told in full."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridmap.actions.importing import Progress
from gridmap.actions.makers import made_ahead
from gridmap.actions.placing import LoadedGround, Standing
from gridmap.files.matters import Matters
from gridmap.geo.crs import Floats, to_wgs84_array
from gridmap.geo.locate import Cell
from gridmap.geo.net import Net

Rows = NDArray[np.int64]
_AT_ONCE = 1_000_000
"""So many are located between two words of progress."""


class Spot(NamedTuple):
    """What matters have in common that stand at one place of the net; no cell: triage."""

    path: str
    district_code: str
    cell: Cell | None


class Standings:
    """Where some rows of a file stand among the areas of `ground`.

    `lon` and `lat` are the WGS84 of all rows; `at` is, for each of those asked about, the position of its
    spot in `spots`; `margin_m` are its metres to the cell's border. `told` is the whole standing of those
    that do not plainly lie in one cell; for them the margin is NaN. `progress` is told the rows located so far; up to `makers` forked processes measure.
    """

    def __init__(
        self,
        ground: LoadedGround,
        matters: Matters,
        datum: str,
        rows: Rows,
        progress: Progress,
        makers: int = 0,
    ) -> None:
        self._ground, self._accuracy_m = ground, matters.accuracy_m
        self.lon, self.lat = to_wgs84_array(matters.lon, matters.lat, datum)
        cell = np.full(len(matters), -1, dtype=np.int64)
        self.margin_m = np.full(len(matters), np.nan)
        self.told: dict[int, Standing] = {}
        for start in range(0, len(rows), _AT_ONCE):
            at = rows[start : start + _AT_ONCE]
            spots = ground.cells.spot(
                self.lon[at], self.lat[at], matters.accuracy_m[at], partial(_measured, ground.cells, makers)
            )
            cell[at], self.margin_m[at] = spots.cell, spots.margin_m
            self.told |= {int(at[n]): ground.standing(place) for n, place in spots.places.items()}
            progress("locate", start + len(at), len(rows))
        self.spots, self.at = self._spots(cell)

    def _spots(self, cell: np.ndarray) -> tuple[list[Spot], np.ndarray]:
        """The spots there are, and that of each row by its position."""
        ground, numbers = self._ground, np.unique(cell)
        cells = [ground.cells.cells[n] for n in numbers[numbers >= 0].tolist()]
        spots = [Spot(one.path, ground.district_code(one.path), one) for one in cells]
        at = np.searchsorted(numbers[numbers >= 0], cell)
        known: dict[tuple[str, int | None], int] = {}
        for row, standing in self.told.items():
            key = (standing.path, standing.cell_id)
            if key not in known:
                known[key] = len(spots)
                spots.append(Spot(standing.path, standing.district_code, standing.place.cell))
            at[row] = known[key]
        return spots, at

    def paths(self) -> set[str]:
        """The paths that matters stand at, but for those that stand nowhere."""
        return {spot.path for spot in self.spots if spot.path}

    def in_triage(self, rows: Rows) -> int:
        """How many of some matters have no cell."""
        without = [row for row, told in self.told.items() if told.place.cell is None]
        return int(np.isin(without, rows).sum())

    def district_codes(self) -> tuple[list[str], np.ndarray]:
        """The districts that matters stand in, and that of each row by its position."""
        codes = [spot.district_code for spot in self.spots]
        found = sorted(set(codes))
        of_spot = np.array([found.index(code) for code in codes] or [0], dtype=np.int64)
        return found, of_spot[np.minimum(self.at, len(of_spot) - 1)]

    def district_of(self, row: int) -> str:
        """The district one matter stands in."""
        spot: Spot = self.spots[self.at[row]]
        return spot.district_code

    def whole(self, row: int) -> Standing:
        """Where one matter stands, told in full."""
        told = self.told.get(row)
        if told is not None:
            return told
        at = slice(row, row + 1)
        place = self._ground.cells.locate_many(self.lon[at], self.lat[at], [_known(self._accuracy_m[row])])[0]
        spot = self.spots[self.at[row]]
        return Standing(place, spot.path, spot.district_code)


def _measured(net: Net, makers: int, cell: Rows, lon: Floats, lat: Floats) -> Floats:
    """`Net.margins`, each maker measuring in some of the cells."""
    margins = np.empty(len(cell))
    parts = np.array_split(np.argsort(cell, kind="stable"), max(1, makers))
    with made_ahead(lambda at: net.margins(cell[at], lon[at], lat[at]), parts, makers) as found:
        for at, some in zip(parts, found, strict=True):
            margins[at] = some
    return margins


def _known(accuracy_m: float) -> float | None:
    return None if np.isnan(accuracy_m) else float(accuracy_m)
