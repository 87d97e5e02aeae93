"""Where open matters lie close together: a density with a unit, its class breaks and filled isopleths."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import contourpy
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from gridmap.errors import InvalidInputError
from gridmap.geo.crs import metres_per_degree

Floats = NDArray[np.float64]
BBox = tuple[float, float, float, float]
"""West, south, east, north in degrees (WGS84)."""

CLASSES = 5
LARGEST_SIDE = 512

# A matter further off than this many bandwidths adds nothing: the tail beyond holds 0.03 % of it.
_REACH_BANDWIDTHS = 4.0
_FINEST_PLACES_PER_BANDWIDTH = 64
_BANDWIDTH_AT_ZOOM_14_M = 200.0
_FINEST_ZOOM, _COARSEST_ZOOM = 16, 7

# Of the density that a single matter makes: fainter ground is not coloured.
_FAINTEST = 0.1

# Steps of at most a third, all of them easy to say.
_READABLE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)


class Density(NamedTuple):
    """How many matters lie on a square kilometre (件/km²), on a lattice of places.

    `values[r, c]` is the density at (`lon[c]`, `lat[r]`), WGS84 degrees, from south-west to north-east;
    the outer places lie on the edge of the view. `place_km2[r]` is the ground that a place of row r
    stands for. `bandwidth_m` is the standard deviation of the kernel, `in_view` the sum of the weights
    inside the view, for the legend.
    """

    values: Floats
    lon: Floats
    lat: Floats
    place_km2: Floats
    bandwidth_m: float
    in_view: float


class Isopleth(NamedTuple):
    """The ground of one density class: `low` ≤ density < `high` in 件/km², None meaning without bound.

    `level` counts the classes from 0, the lowest. `geometry` is in WGS84 lon/lat.
    """

    level: int
    low: float
    high: float | None
    geometry: shapely.MultiPolygon


def bandwidth_for_zoom(zoom: float) -> float:
    """The bandwidth in metres that suits a web map at `zoom`.

    200 m at zoom 14, doubled with each step out and halved with each step in, so that the kernel is
    always about 25 pixels wide at China's latitudes. It stays at 50 m from zoom 16 on, finer than
    which a phone's position does not bear, and at 25.6 km below zoom 7.
    """
    step = min(max(round(zoom), _COARSEST_ZOOM), _FINEST_ZOOM)
    return _BANDWIDTH_AT_ZOOM_14_M * 2.0 ** (14 - step)


def grid_shape(bbox: BBox, bandwidth_m: float) -> tuple[int, int]:
    """Rows and columns for `density`: three places to a bandwidth, between 2 and LARGEST_SIDE a side."""
    west, south, east, north = _checked(bbox)
    per_lon, per_lat = metres_per_degree((south + north) / 2)
    sides_m = ((north - south) * per_lat, (east - west) * per_lon)
    rows, columns = (min(max(math.ceil(3 * side / bandwidth_m) + 1, 2), LARGEST_SIDE) for side in sides_m)
    return rows, columns


def density(
    lon: Floats, lat: Floats, weights: Floats | None, bbox: BBox, bandwidth_m: float, shape: tuple[int, int]
) -> Density:
    """The density of matters at `lon`, `lat` (WGS84) over the view `bbox`, on `shape` = rows, columns.

    Each matter's weight (None: each counts 1) is put on the places around it and spread with a Gaussian
    of `bandwidth_m`; summed over the plane, density times ground is the sum of the weights. Matters
    outside the view, up to four bandwidths off, count towards its edge. The kernel is round at the
    view's middle latitude; `shape` should leave at least two places to a bandwidth (`grid_shape`).
    Raises InvalidInputError `bbox_invalid`, also where the places lie closer than a 64th of a bandwidth:
    a view that small shows one value, and its margin would fill the memory.
    """
    west, south, east, north = _checked(bbox)
    rows, columns = shape
    step = ((north - south) / (rows - 1), (east - west) / (columns - 1))
    per_lon, per_lat = metres_per_degree((south + north) / 2)
    sigma = (bandwidth_m / per_lat / step[0], bandwidth_m / per_lon / step[1])
    if max(sigma) > _FINEST_PLACES_PER_BANDWIDTH:
        raise InvalidInputError("bbox_invalid", bbox=list(bbox))
    margin = [math.ceil(_REACH_BANDWIDTHS * side) for side in sigma]
    counts = _count(
        (lat - south) / step[0] + margin[0],
        (lon - west) / step[1] + margin[1],
        weights,
        (rows + 2 * margin[0], columns + 2 * margin[1]),
    )
    spread = ndimage.gaussian_filter(counts, sigma, mode="constant", truncate=_REACH_BANDWIDTHS)
    seen = spread[margin[0] : margin[0] + rows, margin[1] : margin[1] + columns]
    lats = np.linspace(south, north, rows)
    place_km2 = np.prod(metres_per_degree(lats), axis=0) * step[0] * step[1] / 1e6
    is_inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    in_view = float(np.count_nonzero(is_inside) if weights is None else weights[is_inside].sum())
    values = seen / place_km2[:, np.newaxis]
    return Density(values, np.linspace(west, east, columns), lats, place_km2, bandwidth_m, in_view)


def breaks(found: Density, classes: int = CLASSES) -> list[float]:
    """The lower bounds, in 件/km², of the `classes` classes that fit the view; [] where there is nothing.

    The matters decide, not the ground: below the lowest of five bounds lies the tenth of them with the
    least around them, above the highest the tenth with the most, between two bounds a fifth (with n
    classes: 1/2n at both ends, 1/n between). For one round heap that makes even steps up to its top.
    Each bound is then cut to a readable number (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 times a power of
    ten), and raised where it would not exceed the one before; so an even spread stays in the light
    classes instead of turning dark everywhere. No bound lies under a tenth of what a single matter of
    weight 1 makes where it lies: what spills in from beyond the edge does not colour an empty view.
    """
    order = np.argsort(found.values, axis=None)
    matters = np.cumsum((found.values * found.place_km2[:, np.newaxis]).ravel()[order])
    if matters[-1] <= 0:
        return []
    shares = (np.arange(classes) + 0.5) / classes
    at = np.searchsorted(matters, shares * matters[-1])
    one_alone = 1 / (2 * math.pi * (found.bandwidth_m / 1000) ** 2)
    steps = [_readable_step(_FAINTEST * one_alone) - 1]
    for bound in found.values.ravel()[order][at]:
        steps.append(max(_readable_step(float(bound)), steps[-1] + 1))
    return [_readable_number(step) for step in steps[1:]]


def isopleths(found: Density, bounds: Sequence[float]) -> list[Isopleth]:
    """The ground of each class between the rising `bounds` (of `breaks`), lowest first.

    Ground below the first bound belongs to no class and stays bare; a class without ground is left
    out. Between the places of the lattice the density is taken as linear. The surfaces are valid and
    do not overlap, and end at the edge of the view.
    """
    lines = contourpy.contour_generator(
        found.lon, found.lat, found.values, fill_type=contourpy.FillType.OuterOffset
    )
    above_all = 2 * max([float(found.values.max()), *bounds]) + 1
    classes = []
    for level, low in enumerate(bounds):
        high = bounds[level + 1] if level + 1 < len(bounds) else None
        # Places exactly on a bound belong above it; the filler takes them for below.
        lower, upper = (math.nextafter(bound, 0.0) for bound in (low, above_all if high is None else high))
        surface = _surface(*lines.filled(lower, upper))
        if not surface.is_empty:
            classes.append(Isopleth(level, low, high, surface))
    return classes


def _checked(bbox: BBox) -> BBox:
    west, south, east, north = bbox
    if not (-180 <= west < east <= 180 and -90 < south < north < 90):
        raise InvalidInputError("bbox_invalid", bbox=list(bbox))
    return bbox


def _count(row: Floats, column: Floats, weights: Floats | None, shape: tuple[int, int]) -> Floats:
    """The weights on a lattice, each shared among the four places around it so that none is moved.

    Matters off the lattice are left out.
    """
    is_near = (row >= 0) & (row < shape[0] - 1) & (column >= 0) & (column < shape[1] - 1)
    row, column = row[is_near], column[is_near]
    south, west = row.astype(np.int64), column.astype(np.int64)
    place, north, east = south * shape[1] + west, row - south, column - west
    weight = 1.0 if weights is None else weights[is_near]
    counts = np.zeros(shape[0] * shape[1])
    for step, share in (
        (0, (1 - north) * (1 - east)),
        (1, (1 - north) * east),
        (shape[1], north * (1 - east)),
        (shape[1] + 1, north * east),
    ):
        counts += np.bincount(place + step, weight * share, minlength=len(counts))
    return counts.reshape(shape)


def _readable_step(value: float) -> int:
    """The number, on the ladder of readable numbers, of the highest one that is not above `value`."""
    exponent = math.floor(math.log10(value))
    mantissa = value / 10.0**exponent * (1 + 1e-9)
    return exponent * len(_READABLE) + sum(step <= mantissa for step in _READABLE) - 1


def _readable_number(step: int) -> float:
    exponent, place = divmod(step, len(_READABLE))
    return round(_READABLE[place] * 10.0**exponent, max(0, 1 - exponent))


def _surface(points: Sequence[Floats], offsets: Sequence[NDArray[np.uint32]]) -> shapely.MultiPolygon:
    """The surface of outlines, each followed by its holes; touching ones are mended, lines dropped."""
    polygons = []
    for xy, ends in zip(points, offsets, strict=True):
        rings = [xy[start:end] for start, end in pairwise(ends)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    whole = shapely.MultiPolygon(polygons)
    parts = shapely.get_parts(shapely.get_parts([whole if whole.is_valid else shapely.make_valid(whole)]))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 0])
