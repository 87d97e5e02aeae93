"""Where a point lies: the cell, its margin, the cells it could have been, and the rule that decided.

One answer for both engines: candidates come from a spatial index (the database's, or a tree in
memory), everything else happens here. A cell has the point when its polygon covers it in the
lon/lat plane, borders included. Where several do, the smaller area wins, on equal area the lower code.

With an accuracy (the 95 % radius of the W3C Geolocation API) the true point is taken as normally
distributed around the measured one with σ = accuracy / 2.4477 (a circle of 2.4477 σ holds 95 % of a
circular bivariate normal). A cell's share is the chance that the true point is one this cell wins; the
shares of all cells and of “none” add up to 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import shapely
from scipy.special import owens_t
from shapely.geometry.base import BaseGeometry

from gridmap.errors import InvalidInputError
from gridmap.geo.borders import Border
from gridmap.geo.crs import Floats, LonLat, metres_per_degree

SIGMAS_IN_ACCURACY = 2.4477
REACH = 2.25
"""Cells farther than this many accuracies (5.5 σ) have a share under one in three million."""
AMBIGUOUS_SHARE = 0.1
MAX_ACCURACY_M = 5_000.0
"""A coarser fix is treated as one of this accuracy: it names no cell either way."""
MIN_ACCURACY_M = 0.001
"""A finer fix is treated as one of this accuracy: no border is drawn finer, and σ must not vanish."""
SHARE_DIGITS = 6
_NEAREST_STEPS_M = (300.0, 1_500.0, 7_500.0, 37_500.0, 200_000.0)
_SHORTEST_DEGREE_M = 110_574.0
"""Of latitude, at the equator."""
_WORLD = (-180.0, -90.0, 180.0, 90.0)

BBox = tuple[float, float, float, float]


@dataclass(frozen=True)
class Cell:
    """One version of a cell; `geometry` in lon/lat (WGS84), `area_m2` on the ellipsoid."""

    id: int
    code: str
    name: str
    version: int
    path: str
    area_m2: float
    geometry: BaseGeometry

    @property
    def rank(self) -> tuple[float, str]:
        """Orders cells that cover the same point: the first one wins."""
        return (self.area_m2, self.code)

    @cached_property
    def border(self) -> Border:
        """The cell's border to measure from, laid out at the first question."""
        return Border(self.geometry)


class CellSource(Protocol):
    """Anything with a spatial index over one net's current cells."""

    def within(self, bbox: BBox) -> Sequence[Cell]:
        """At least all cells whose bounding box touches `bbox` (lon/lat degrees)."""

    def nearest(self, lon_lat: LonLat) -> tuple[Cell | None, float | None]:
        """The nearest cell and the metres to its border, the lower code of two; (None, None) where there are none."""


@dataclass(frozen=True)
class Candidate:
    """A cell the point could be in; `cell` None is “none of them”. `is_overlap`: covers the point, did not win."""

    cell: Cell | None
    share: float
    is_overlap: bool = False


@dataclass(frozen=True)
class Place:
    """Where a point lies.

    `margin_m` is the distance to the nearest border of `cell`; `nearest` and `distance_m` name the
    nearest cell when it lies in none (None where there are no cells at all).
    """

    status: str
    lon_lat: LonLat
    cell: Cell | None
    margin_m: float | None
    candidates: tuple[Candidate, ...]
    rule: str
    nearest: Cell | None = None
    distance_m: float | None = None

    def left_open(self) -> Place:
        """The same while nobody has decided which of the candidates it is; the cell it lies in is the nearest."""
        return replace(self, cell=None, margin_m=None, rule="left_open", nearest=self.cell, distance_m=0.0)

    def to_json(self) -> dict[str, Any]:
        """The `why` of the outer contract."""
        return {
            "status": self.status,
            "cell": _cell_json(self.cell),
            "margin_m": None if self.margin_m is None else round(self.margin_m, 2),
            "candidates": [_candidate_json(c) for c in self.candidates],
            "rule": self.rule,
            "lon_lat_wgs84": [self.lon_lat.lon, self.lon_lat.lat],
            "nearest": None
            if self.nearest is None or self.distance_m is None
            else {
                "code": self.nearest.code,
                "name": self.nearest.name,
                "distance_m": round(self.distance_m, 2),
            },
        }


def _cell_json(cell: Cell | None) -> dict[str, Any] | None:
    return None if cell is None else {"code": cell.code, "name": cell.name, "version": cell.version}


def _candidate_json(candidate: Candidate) -> dict[str, Any]:
    cell = candidate.cell
    entry: dict[str, Any] = {"code": cell.code if cell else None, "name": cell.name if cell else None}
    entry["share"] = round(candidate.share, SHARE_DIGITS)
    if candidate.is_overlap:
        entry["overlap"] = True
    return entry


def check_accuracy(accuracy_m: float | None) -> float | None:
    """The accuracy as it counts: None where there is none (also for 0, which says nothing).

    Raises InvalidInputError `accuracy_invalid` for a negative, infinite or NaN one.
    """
    if accuracy_m is None or accuracy_m == 0:
        return None
    if not math.isfinite(accuracy_m) or accuracy_m < 0:
        raise InvalidInputError("accuracy_invalid", accuracy_m=str(accuracy_m))
    return min(max(accuracy_m, MIN_ACCURACY_M), MAX_ACCURACY_M)


def locate(source: CellSource, lon_lat: LonLat, accuracy_m: float | None = None) -> Place:
    """Where the WGS84 point `lon_lat` lies among the cells of `source`, with its 95 % radius if known."""
    accuracy = check_accuracy(accuracy_m)
    cells = source.within(box_around(lon_lat, (accuracy or 0.0) * REACH))
    point = shapely.points(lon_lat.lon, lon_lat.lat)
    covers = shapely.covers([c.geometry for c in cells], point)
    covering = sorted((c for c, covered in zip(cells, covers, strict=True) if covered), key=lambda c: c.rank)
    if not covering:
        return _uncovered(source, lon_lat, accuracy, cells)
    winner = covering[0]
    margin = margin_m(winner, lon_lat)
    candidates = _candidates(lon_lat, accuracy, cells, covering, margin)
    status = (
        "ambiguous" if any(c.share >= AMBIGUOUS_SHARE for c in candidates if c.cell != winner) else "inside"
    )
    rule = "covered_by_one" if len(covering) == 1 else "covered_by_several_smaller_area_wins"
    return Place(status, lon_lat, winner, margin, candidates, rule)


def smallest_covering(source: CellSource, lon_lat: LonLat) -> Cell | None:
    """The deepest, then smallest area of `source` that covers the point; None where none does."""
    point = shapely.points(lon_lat.lon, lon_lat.lat)
    found = [c for c in source.within(box_around(lon_lat, 0.0)) if shapely.covers(c.geometry, point)]
    return min(found, key=lambda c: (-c.path.count("/"), *c.rank), default=None)


def _uncovered(source: CellSource, lon_lat: LonLat, accuracy: float | None, cells: Sequence[Cell]) -> Place:
    nearest, distance = source.nearest(lon_lat)
    is_near = accuracy is not None and distance is not None and distance <= accuracy
    candidates = _candidates(lon_lat, accuracy, cells, [], None)
    status = "near" if is_near else "outside"
    return Place(status, lon_lat, None, None, candidates, "covered_by_none", nearest, distance)


def _candidates(
    lon_lat: LonLat,
    accuracy: float | None,
    cells: Sequence[Cell],
    covering: Sequence[Cell],
    margin: float | None,
) -> tuple[Candidate, ...]:
    losers = {cell.code for cell in covering[1:]}
    if accuracy is None:
        return tuple(
            Candidate(cell, 0.0 if cell.code in losers else 1.0, cell.code in losers) for cell in covering
        )
    if len(covering) == 1 and margin is not None and margin > accuracy * REACH:
        # Whoever else is near, the circle does not reach over this cell's border.
        return (Candidate(covering[0], 1.0), Candidate(None, 0.0))
    ranked = sorted(cells, key=lambda c: c.rank)
    shares = shares_of([c.geometry for c in ranked], lon_lat, accuracy)
    first = covering[0].code if covering else None
    found = [
        Candidate(cell, share, cell.code in losers)
        for cell, share in zip(ranked, shares, strict=True)
        if round(share, SHARE_DIGITS) > 0 or cell in covering
    ]
    found.sort(
        key=lambda c: (c.cell is None or c.cell.code != first, -c.share, c.cell.code if c.cell else "")
    )
    return (*found, Candidate(None, max(0.0, 1.0 - math.fsum(shares))))


def nearest_by_boxes(
    within: Callable[[BBox], Sequence[Cell]], lon_lat: LonLat
) -> tuple[Cell | None, float | None]:
    """`CellSource.nearest` for a source that answers boxes only.

    Searches boxes that grow: what is found within a box's half-width cannot be beaten from outside it.
    """
    for reach in _NEAREST_STEPS_M:
        cell, distance = nearest_of(within(box_around(lon_lat, reach)), lon_lat)
        if distance is not None and distance <= reach:
            return cell, distance
    return nearest_of(within(_WORLD), lon_lat)


def nearest_of(
    cells: Sequence[Cell], lon_lat: LonLat, bounds: Floats | None = None
) -> tuple[Cell | None, float | None]:
    """The nearest of `cells`, by distance and then by code; `bounds` are their bounding boxes, if at hand."""
    boxes = shapely.bounds([cell.geometry for cell in cells]) if bounds is None else bounds
    best: tuple[float, str, Cell] | None = None
    at_least = _metres_to_boxes(boxes.reshape(-1, 4), lon_lat)
    for n in np.argsort(at_least):
        if best is not None and at_least[n] > best[0]:
            break
        found = (margin_m(cells[n], lon_lat), cells[n].code, cells[n])
        best = found if best is None else min(best, found, key=lambda one: one[:2])
    return (best[2], best[0]) if best else (None, None)


def _metres_to_boxes(bounds: Floats, lon_lat: LonLat) -> Floats:
    """For each bounding box a distance that nothing in it is nearer than: to the box, measured short."""
    west, south, east, north = bounds.T
    across = np.maximum(0.0, np.maximum(west - lon_lat.lon, lon_lat.lon - east))
    up = np.maximum(0.0, np.maximum(south - lon_lat.lat, lon_lat.lat - north))
    # A degree of longitude is shortest at the end of what lies between that is nearer to a pole. The ends
    # of all boxes serve each of them: short enough, and far cheaper than those of its own.
    ends = (south.min(initial=lon_lat.lat), north.max(initial=lon_lat.lat))
    x_metres = min(metres_per_degree((lon_lat.lat + end) / 2)[0] for end in ends)
    shortest: Floats = np.hypot(across * x_metres, up * _SHORTEST_DEGREE_M) * (1 - 1e-9)
    return shortest


def margin_m(cell: Cell, lon_lat: LonLat) -> float:
    """Metres from the point to the cell's border, on either side of it (see `Border.distances_m`)."""
    return float(cell.border.distances_m(np.array([lon_lat.lon]), np.array([lon_lat.lat]))[0])


def box_around(lon_lat: LonLat, radius_m: float) -> BBox:
    """The lon/lat box that holds every point within `radius_m` metres (clipped at the poles and ±180°)."""
    if radius_m <= 0:
        return (lon_lat.lon, lon_lat.lat, lon_lat.lon, lon_lat.lat)
    y_scale = metres_per_degree(lon_lat.lat)[1]
    up = radius_m / y_scale * 1.01
    widest = abs(lon_lat.lat) + up
    # Around a pole every longitude is within the radius.
    side = radius_m / metres_per_degree(widest)[0] * 1.01 if widest < 90 else 360.0
    low_lon, low_lat = max(-180.0, lon_lat.lon - side), max(-90.0, lon_lat.lat - up)
    return (low_lon, low_lat, min(180.0, lon_lat.lon + side), min(90.0, lon_lat.lat + up))


def shares_of(geometries: Sequence[BaseGeometry], lon_lat: LonLat, accuracy_m: float) -> list[float]:
    """The chance, for each polygon in order of precedence, that the true point is one it wins.

    Where polygons overlap, an earlier one has the place: each counts without those before it.
    """
    scale = np.array(metres_per_degree(lon_lat.lat)) * SIGMAS_IN_ACCURACY / accuracy_m
    centre = np.array(lon_lat)
    scaled = [shapely.transform(g, lambda xy: (xy - centre) * scale) for g in geometries]
    return [normal_mass(_without(shape, scaled[:n])) for n, shape in enumerate(scaled)]


def _without(shape: BaseGeometry, earlier: Sequence[BaseGeometry]) -> BaseGeometry:
    overlapping = [e for e in earlier if shapely.intersects(e, shape) and not shapely.touches(e, shape)]
    return shapely.difference(shape, shapely.union_all(overlapping)) if overlapping else shape


def normal_mass(polygon: BaseGeometry) -> float:
    """The mass of the standard bivariate normal inside a polygon around the origin, exact to rounding.

    A polygon is the signed sum of the triangles between the origin and its edges. Seen from the
    origin, a triangle whose edge lies on a line at distance h has the mass
    Δφ/2π − (T(h, tan φ₂) − T(h, tan φ₁)), with φ the angle to the line's foot and T Owen's function
    (Owen 1956): its integrand is the normal's radial tail along the edge.
    """
    total = 0.0
    for part in shapely.get_parts(polygon):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        total += abs(_ring_mass(shapely.get_coordinates(part.exterior)))
        total -= sum(abs(_ring_mass(shapely.get_coordinates(hole))) for hole in part.interiors)
    return min(1.0, max(0.0, total))


def _ring_mass(xy: np.ndarray) -> float:
    start, edge = xy[:-1], np.diff(xy, axis=0)
    length = np.hypot(edge[:, 0], edge[:, 1])
    keep = length > 0
    start, edge, length = start[keep], edge[keep], length[keep]
    end = start + edge
    cross = start[:, 0] * end[:, 1] - start[:, 1] * end[:, 0]
    height = np.abs(cross) / length
    off_line = height > 1e-12  # an edge through the origin sweeps no area
    start, end, edge, length = start[off_line], end[off_line], edge[off_line], length[off_line]
    height, sign = height[off_line], np.sign(cross[off_line])
    along_start, along_end = (start * edge).sum(1) / length, (end * edge).sum(1) / length
    angle = np.arctan2(along_end, height) - np.arctan2(along_start, height)
    tail = owens_t(height, along_end / height) - owens_t(height, along_start / height)
    return float((sign * (angle / (2 * math.pi) - tail)).sum())
