"""The flat ground the demo is drawn on: metres east and north, and their place on the globe."""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo import crs

WIDTH_M, HEIGHT_M = 7000.0, 5000.0
"""Roughly how far the drawing reaches east and north of its south-west corner (0, 0)."""

SNAP_M = 0.05
"""Everything that shares borders is noded on this grid first: borders that meet have the same vertices."""

_LON, _LAT = 103.80, 25.49
"""Longitude and latitude (WGS84, degrees) of the middle of the drawing."""

_DECIMALS = 8
"""About a millimetre: far finer than `SNAP_M`, so rounding never makes two vertices one."""

_MIDDLE_M = (WIDTH_M / 2, HEIGHT_M / 2)
_PER_LON_M, _PER_LAT_M = crs.metres_per_degree(_LAT)

Numbers = NDArray[np.float64]


def lon_lat(points_m: Numbers) -> Numbers:
    """Points of the drawing, (n, 2) metres, as longitude and latitude (WGS84), (n, 2) degrees.

    The mapping is affine, so what is straight, inside or touching on the drawing stays so; over its
    few kilometres a metre is a metre to one part in a thousand.
    """
    degrees = (points_m - _MIDDLE_M) / (_PER_LON_M, _PER_LAT_M) + (_LON, _LAT)
    return np.round(degrees, _DECIMALS)


def metres(points: Numbers) -> Numbers:
    """Points in WGS84, (n, 2) degrees, as metres of the drawing; the way back of `lon_lat`."""
    return (points - (_LON, _LAT)) * (_PER_LON_M, _PER_LAT_M) + _MIDDLE_M


def on_the_globe(shapes_m: Iterable[shapely.Geometry]) -> gpd.GeoSeries:
    """Shapes of the drawing in WGS84; vertices that were equal stay equal."""
    shapes = np.array(list(shapes_m), dtype=object)
    return gpd.GeoSeries(shapely.transform(shapes, lon_lat), crs=crs.WGS84)
