"""Surfaces in lon/lat: their parts, their size in square metres, and whether they are more than a drawing error."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray

from gridmap.geo.crs import areas_m2, metres_per_degree

AREA_FLOOR_M2 = 1.0
SLIVER_WIDTH_M = 1.0

Shapes = NDArray[np.object_]
Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


def worth_telling(shapes: Shapes) -> Rows:
    """Which surfaces are larger than the floor; measured roughly first, since most are nothing at all."""
    candidates = np.flatnonzero(shapely.area(in_metres(shapes)) > AREA_FLOOR_M2 / 2)
    return candidates[areas_m2(shapes[candidates]) > AREA_FLOOR_M2]


def is_sliver(shapes: Shapes) -> Mask:
    """Whether a surface is nowhere wider than SLIVER_WIDTH_M: shrunk by half of that, nothing is left.

    No surface is larger than its perimeter times half its greatest width, so the costly
    shrinking is spared for all whose area says that they are wider.
    """
    flat = in_metres(shapes)
    found: Mask = shapely.area(flat) <= shapely.length(flat) * SLIVER_WIDTH_M
    found[found] = shapely.is_empty(shapely.buffer(flat[found], -SLIVER_WIDTH_M / 2))
    return found


def in_metres(shapes: Shapes) -> Shapes:
    """Copies scaled from degrees to metres, each at the latitude of its own middle."""
    if not len(shapes):
        return shapes
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bounds = shapely.bounds(shapes)
    scale = np.column_stack(metres_per_degree((bounds[:, 1] + bounds[:, 3]) / 2))
    return np.asarray(shapely.set_coordinates(shapes.copy(), xy * scale[owner]))


def area_of(shape: shapely.Geometry) -> float:
    """Its size in m² on the ellipsoid, to a hundredth."""
    return round(float(areas_m2(array_of([shape]))[0]), 2)


def parts_of(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """The polygons in a geometry, opened down to two levels; lines and points are left out."""
    parts = shapely.get_parts(shapely.get_parts([shape]))
    return [part for part in parts if part.geom_type == "Polygon"]


def surface_of(shape: shapely.Geometry) -> shapely.Geometry:
    """The polygons in a geometry as one Polygon or MultiPolygon."""
    parts = parts_of(shape)
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def filled(shape: shapely.Geometry) -> shapely.Geometry:
    """The surface without its holes."""
    return shapely.union_all([shapely.Polygon(part.exterior) for part in parts_of(shape)])


def array_of(shapes: Iterable[shapely.Geometry]) -> Shapes:
    """An object array, also of none: numpy would take an empty list for floats."""
    listed = list(shapes)
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found
