"""Where households are: standing buildings that say how many they hold, as columns in memory."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gridmap.db.models import Building
from gridmap.domain.codes import is_below
from gridmap.domain.scope import Scope


class Households(NamedTuple):
    """For each building with households: WGS84 degrees, how many, and the number of its path among `paths`."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    number: NDArray[np.float64]
    path: NDArray[np.int64]
    paths: list[str]

    def inside(self, scope: Scope) -> Households:
        """Those in the areas of a scope: how many live elsewhere is not the reader's business."""
        if scope.is_everything:
            return self
        means = np.fromiter(
            (any(is_below(path, root) for root in scope.paths) for path in self.paths), np.bool_
        )
        kept = means[self.path] if len(means) else np.zeros(0, np.bool_)
        return Households(self.lon[kept], self.lat[kept], self.number[kept], self.path[kept], self.paths)

    def by_path(self) -> dict[str, float]:
        """How many there are at each path."""
        summed = np.bincount(self.path, self.number, len(self.paths))
        return {path: float(number) for path, number in zip(self.paths, summed, strict=True)}


def read_households(session: Session) -> Households:
    """All of them, as they stand now."""
    point: Any = Building.point
    asked = select(func.ST_X(point), func.ST_Y(point), Building.households, Building.path)
    rows = session.execute(asked.where(Building.valid_to.is_(None), Building.households > 0)).all()
    if not rows:
        nothing = np.zeros(0)
        return Households(nothing, nothing, nothing, np.zeros(0, np.int64), [])
    lon, lat, number, path = zip(*rows, strict=True)
    paths, at = np.unique(np.array(path, object), return_inverse=True)
    return Households(np.array(lon), np.array(lat), np.array(number, float), at, paths.tolist())
