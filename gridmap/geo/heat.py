"""Where open matters lie close together: a density with a unit, its class breaks and filled isopleths."""

from __future__ import annotations

import math
from bisect import bisect_right
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

# Easy to say, steps of a third or so; between 1 and 10 whole numbers only.
_EASY, _BELOW_TEN = (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 2, 3, 4, 5, 6, 8)
READABLE = (
    *(float(f"{step}e{e}") for e in range(-4, 0) for step in _EASY),
    *(float(step) for step in _BELOW_TEN),
    *(float(f"{step}e{e}") for e in range(1, 9) for step in _EASY),
)
"""The numbers that may bound a class, rising."""

FEWEST_HOUSEHOLDS = 30
"""Where the kernel takes in fewer, a rate would say more about chance than about the place: it is not told."""


class Density(NamedTuple):
    """How many matters lie on a square kilometre (件/km²), or come to 1,000 households, on a lattice of places.

    `values[r, c]` is the density at (`lon[c]`, `lat[r]`), WGS84 degrees, from south-west to north-east;
    the outer places lie on the edge of the view; 0 where a rate cannot be told. `place_km2[r]` is the
    ground that a place of row r stands for. `bandwidth_m` is the standard deviation of the kernel,
    `in_view` the sum of the weights inside the view, for the legend. `matters[r, c]` are the matters that
    a place stands for. `faintest` is what is not coloured.
    """

    values: Floats
    lon: Floats
    lat: Floats
    place_km2: Floats
    bandwidth_m: float
    in_view: float
    matters: Floats
    faintest: float


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
    return Density(
        values=seen / place_km2[:, np.newaxis],
        lon=np.linspace(west, east, columns),
        lat=lats,
        place_km2=place_km2,
        bandwidth_m=bandwidth_m,
        in_view=float(np.count_nonzero(is_inside) if weights is None else weights[is_inside].sum()),
        matters=seen,
        faintest=_FAINTEST / (2 * math.pi * (bandwidth_m / 1000) ** 2),
    )


def per_thousand(matters: Density, households: Density) -> Density:
    """Open matters to 1,000 households: the ratio of two densities with one kernel on one lattice.

    Where the kernel takes in fewer than FEWEST_HOUSEHOLDS there is no rate (0, so no class): a Gaussian
    of standard deviation σ averages over 4πσ², the ground at which 1/∫K² puts it (Wand & Jones, Kernel
    Smoothing, 1995).
    """
    kernel_km2 = 4 * math.pi * (matters.bandwidth_m / 1000) ** 2
    # What only spills in from far off colours nothing here either.
    is_told = (households.values * kernel_km2 >= FEWEST_HOUSEHOLDS) & (matters.values >= matters.faintest)
    rate = np.divide(1000 * matters.values, households.values, out=np.zeros(is_told.shape), where=is_told)
    return matters._replace(values=rate, matters=np.where(is_told, matters.matters, 0.0), faintest=0.0)


def value_at(found: Density, lon: Floats, lat: Floats) -> Floats:
    """The value at the place nearest to each point (WGS84); for points outside the view that at its edge."""
    view = (found.lon[0], found.lat[0], found.lon[-1], found.lat[-1])
    return found.values.ravel()[_places(lon, lat, view, found.values.shape)]


def breaks(found: Density, classes: int = CLASSES) -> list[float]:
    """The lower bounds, in the unit of `found`, of the `classes` classes that fit the view; [] where there is nothing.

    Quantiles by the matters, not by the ground: below the lowest of five bounds lies the tenth of them
    with the least around them, above the highest the tenth with the most, between two bounds a fifth
    (with n classes: 1/2n at both ends, 1/n between). For one round heap that makes even steps up to its
    top. Each bound is then cut to a number that reads well (READABLE), and raised where it would not
    exceed the one before; so an even spread stays in the light classes instead of turning dark
    everywhere. No bound lies under a tenth of what a single matter of weight 1 makes where it lies:
    what spills in from beyond the edge does not colour an empty view.
    """
    order = np.argsort(found.values, axis=None)
    matters = np.cumsum(found.matters.ravel()[order])
    if matters[-1] <= 0:
        return []
    shares = (np.arange(classes) + 0.5) / classes
    bounds = found.values.ravel()[order][np.searchsorted(matters, shares * matters[-1])]
    steps = [bisect_right(READABLE, found.faintest * (1 + 1e-9)) - 2]
    for bound in bounds:
        steps.append(max(bisect_right(READABLE, float(bound) * (1 + 1e-9)) - 1, steps[-1] + 1, 0))
    return [READABLE[min(step, len(READABLE) - classes + n)] for n, step in enumerate(steps[1:])]


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


def _places(lon: Floats, lat: Floats, view: BBox, shape: tuple[int, int]) -> NDArray[np.int64]:
    """The place nearest to each point, as a position in the flattened lattice."""
    west, south, east, north = view
    row = np.clip((lat - south) / (north - south), 0, 1) * (shape[0] - 1)
    column = np.clip((lon - west) / (east - west), 0, 1) * (shape[1] - 1)
    return row.round().astype(np.int64) * shape[1] + column.round().astype(np.int64)


def _count(row: Floats, column: Floats, weights: Floats | None, shape: tuple[int, int]) -> Floats:
    """The weights on a lattice, each shared among the four places around it so that none is moved.

    Matters off the lattice are left out.
    """
    is_near = (row >= 0) & (row < shape[0] - 1) & (column >= 0) & (column < shape[1] - 1)
    row, column = row[is_near], column[is_near]
    south, west = row.astype(np.int64), column.astype(np.int64)
    place, north, east = south * shape[1] + west, row - south, column - west
    upper = north if weights is None else north * weights[is_near]
    lower = 1 - north if weights is None else weights[is_near] - upper
    counts = np.zeros(shape[0] * shape[1])
    for step, side in ((0, lower), (shape[1], upper)):
        on_the_east = side * east
        counts += np.bincount(place + step, side - on_the_east, minlength=len(counts))
        counts += np.bincount(place + (step + 1), on_the_east, minlength=len(counts))
    return counts.reshape(shape)


def _surface(points: Sequence[Floats], offsets: Sequence[NDArray[np.uint32]]) -> shapely.MultiPolygon:
    """The surface of outlines, each followed by its holes; touching ones are mended, lines dropped."""
    polygons = []
    for xy, ends in zip(points, offsets, strict=True):
        rings = [xy[start:end] for start, end in pairwise(ends)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    whole = shapely.MultiPolygon(polygons)
    parts = shapely.get_parts(shapely.get_parts([whole if whole.is_valid else shapely.make_valid(whole)]))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 0])
