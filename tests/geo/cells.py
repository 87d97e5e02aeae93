"""Small drawn nets for the tests of locate: squares in thousandths of a degree, told apart by their codes."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import pyproj
import shapely
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gridmap.geo.crs import LonLat, area_m2
from gridmap.geo.locate import BBox, Cell, margin_m

WEST, SOUTH = 117.7, 39.03
STEP = 0.001
"""A step is 86.5 m to the east and 111 m to the north here."""
STEPS = 12


def at(east: float, north: float) -> LonLat:
    """The place so many steps from the corner; the same step is the same number in every border."""
    return LonLat(WEST + east * STEP, SOUTH + north * STEP)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle given in steps."""
    return shapely.box(*at(west, south), *at(east, north))


def drawn(*corners: tuple[float, float]) -> shapely.Polygon:
    """A polygon given in steps."""
    return shapely.Polygon([at(*corner) for corner in corners])


def cell(code: str, geometry: BaseGeometry, path: str = "") -> Cell:
    """A cell as the store would hand it over."""
    return Cell(
        zlib.crc32(code.encode()), code, f"网格{code}", 1, path or f"{code}/", area_m2(geometry), geometry
    )


class EveryCell:
    """A source without any index: every cell, whatever is asked for."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = list(cells)

    def within(self, bbox: BBox) -> list[Cell]:
        """All of them."""
        return self.cells

    def nearest(self, lon_lat: LonLat) -> tuple[Cell | None, float | None]:
        """By measuring to each."""
        best = min(self.cells, key=lambda one: (margin_m(one, lon_lat), one.code), default=None)
        return (best, margin_m(best, lon_lat)) if best else (None, None)


def metres_to_border(geometry: BaseGeometry, lon_lat: LonLat) -> float:
    """Geodesic metres to the border, by a projection that keeps distances from its centre."""
    centred = f"+proj=aeqd +lon_0={lon_lat.lon!r} +lat_0={lon_lat.lat!r} +ellps=WGS84"
    project = pyproj.Transformer.from_crs("+proj=longlat +ellps=WGS84", centred, always_xy=True).transform
    border = shapely.segmentize(shapely.boundary(geometry), STEP / 10)
    flat = shapely.transform(border, lambda xy: np.column_stack(project(xy[:, 0], xy[:, 1])))
    return float(shapely.distance(flat, shapely.Point(0, 0)))


def drawn_shares(
    cells: Sequence[Cell], lon_lat: LonLat, accuracy_m: float, draws: int
) -> dict[str | None, float]:
    """The shares by lot: true points drawn around the measured one, each given to the cell that wins it."""
    geod, lots = pyproj.Geod(ellps="WGS84"), np.random.default_rng(20261120)
    # A 95 % radius is sqrt(-2 ln 0.05) standard deviations of a circular normal.
    radius = accuracy_m / np.sqrt(-2 * np.log(0.05)) * np.sqrt(-2 * np.log(1 - lots.random(draws)))
    start = np.full(draws, lon_lat.lon), np.full(draws, lon_lat.lat)
    lon, lat, _ = geod.fwd(*start, lots.uniform(0, 360, draws), radius)
    winner = np.full(draws, None, dtype=object)
    for one in sorted(cells, key=lambda c: (c.area_m2, c.code), reverse=True):
        winner[shapely.covers(one.geometry, shapely.points(lon, lat))] = one.code
    return {code: float((winner == code).mean()) for code in [None, *(one.code for one in cells)]}


def _sides(low: int, size: int) -> tuple[int, int]:
    return low, low + size


SIDE = st.builds(_sides, st.integers(0, STEPS - 1), st.integers(1, 6))
RECTANGLE = st.builds(lambda x, y: box(x[0], y[0], x[1], y[1]), SIDE, SIDE)
TRIANGLE = st.builds(lambda x, y: drawn((x[0], y[0]), (x[1], y[0]), (x[0], y[1])), SIDE, SIDE)
FRAME = st.builds(
    lambda x, y: box(x - 2, y - 2, x + 2, y + 2).difference(box(x - 1, y - 1, x + 1, y + 1)),
    st.integers(2, STEPS),
    st.integers(2, STEPS),
)
PAIR = st.builds(
    lambda x, y: shapely.MultiPolygon([box(x, y, x + 1, y + 1), box(x + 2, y, x + 3, y + 1)]),
    st.integers(0, STEPS),
    st.integers(0, STEPS),
)
NETS = st.lists(RECTANGLE | TRIANGLE | FRAME | PAIR, max_size=7).map(
    lambda shapes: [cell(f"{n:02d}", shape) for n, shape in enumerate(shapes)]
)
"""Nets of up to seven cells, overlapping, touching or far apart."""

ANYWHERE = st.builds(at, st.integers(-2, STEPS + 8), st.integers(-2, STEPS + 8)) | st.builds(
    at, st.floats(-3, STEPS + 9), st.floats(-3, STEPS + 9)
)
PART = st.sampled_from([0.0, 0.25, 0.5, 1.0]) | st.floats(0, 1)
ACCURACIES = st.floats(1, 3000) | st.sampled_from([1.0, 30.0, 100.0, 3000.0])


@st.composite
def places_about(draw: st.DrawFn, cells: Sequence[Cell]) -> LonLat:
    """A place somewhere, but mostly in the box of one of the cells: on corners and borders as often as not."""
    if not cells or draw(st.integers(0, 5)) == 0:
        return draw(ANYWHERE)
    degrees = draw(st.sampled_from(cells)).geometry.bounds
    west, south, east, north = (
        round((d - low) / STEP) for d, low in zip(degrees, (WEST, SOUTH) * 2, strict=True)
    )
    return at(west + draw(PART) * (east - west), south + draw(PART) * (north - south))


NETS_AND_PLACES = NETS.flatmap(lambda cells: st.tuples(st.just(cells), places_about(cells)))


def nets_and_many_places(least: int, most: int) -> st.SearchStrategy[tuple[list[Cell], list[LonLat]]]:
    """Nets, each with so many places."""
    return NETS.flatmap(
        lambda cells: st.tuples(st.just(cells), st.lists(places_about(cells), min_size=least, max_size=most))
    )
