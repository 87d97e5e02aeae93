"""Where on earth a pair of numbers lies: SRIDs, datums, axis order, metres and areas."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, overload

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from gridmap.errors import InvalidInputError

WGS84 = 4326
CGCS2000 = 4490
WEB_MERCATOR = 3857

DATUMS = ("wgs84", "gcj02", "bd09", "cgcs2000")
"""What a coordinate may be sent in.

cgcs2000 counts as equal to wgs84: both are tied to the ITRF, their ellipsoids differ by 0.1 mm at the
pole, and what plate motion adds since epoch 2000 stays under a metre, less than any phone can tell.
"""

Floats = NDArray[np.float64]
Shift = Callable[[Floats, Floats], tuple[Floats, Floats]]
Frame = TypeVar("Frame", gpd.GeoSeries, gpd.GeoDataFrame)

_GEOD = pyproj.Geod(ellps="WGS84")
_WGS84_A_M = 6378137.0
_WGS84_E2 = 0.0066943799901413165

# The public GCJ-02 algorithm: Krasovsky's ellipsoid, and the box outside which nothing is shifted.
_GCJ_A_M = 6378245.0
_GCJ_E2 = 0.00669342162296594323
_GCJ_BOX = (72.004, 0.8293, 137.8347, 55.8271)

# Each round leaves about a fiftieth of the error before it, beginning with at most 0.02 degrees: seven
# reach the end of a float64. A fixed number makes an answer independent of its neighbours in the array.
_INVERSION_ROUNDS = 7


class Zone(NamedTuple):
    """A Gauss-Krüger zone (高斯投影带) of CGCS2000, in metres: `width_deg` 3 or 6, central meridian in degrees.

    With `is_prefixed` eastings begin with the number of the zone (35 500 000 on the meridian of zone 35).
    """

    epsg: int
    number: int
    width_deg: int
    meridian: int
    is_prefixed: bool


def _zones(first_epsg: int, numbers: range, width_deg: int, *, is_prefixed: bool) -> list[Zone]:
    middle = 0 if width_deg == 3 else 3
    return [
        Zone(first_epsg + at, number, width_deg, number * width_deg - middle, is_prefixed)
        for at, number in enumerate(numbers)
    ]


# Numbers and order as in the EPSG registry: three-degree zones 25 to 45, six-degree zones 13 to 23.
ZONES = (
    *_zones(4513, range(25, 46), 3, is_prefixed=True),
    *_zones(4534, range(25, 46), 3, is_prefixed=False),
    *_zones(4491, range(13, 24), 6, is_prefixed=True),
    *_zones(4502, range(13, 24), 6, is_prefixed=False),
)


class LonLat(NamedTuple):
    """A place in degrees, longitude first. The datum is WGS84 unless a name says otherwise."""

    lon: float
    lat: float


def check_datum(datum: str) -> None:
    """Raise InvalidInputError `datum_unknown` unless `datum` is one of DATUMS."""
    if datum not in DATUMS:
        raise InvalidInputError("datum_unknown", datum=datum, choices=list(DATUMS))


def check_lon_lat(lon: float, lat: float) -> None:
    """Raise unless the pair can be a place on earth, in degrees.

    InvalidInputError `coordinates_swapped` where it can only be one the other way round, else
    `coordinates_invalid` (not finite, or beyond ±180 / ±90); both carry `lon` and `lat` as sent
    (what is not finite as text, since JSON has no number for it).
    """
    if abs(lon) <= 180 and abs(lat) <= 90:
        return
    is_swapped = abs(lon) <= 90 < abs(lat) <= 180
    shown = {
        name: value if math.isfinite(value) else str(value) for name, value in (("lon", lon), ("lat", lat))
    }
    raise InvalidInputError("coordinates_swapped" if is_swapped else "coordinates_invalid", **shown)


def to_wgs84(lon: float, lat: float, datum: str) -> LonLat:
    """The place in WGS84 of a coordinate given in `datum`, one of DATUMS.

    Formulas, box and limits as `to_wgs84_array`. The range is not checked: see `check_lon_lat`.
    Raises InvalidInputError `datum_unknown`.
    """
    if datum not in _SHIFTS:
        check_datum(datum)
        return LonLat(float(lon), float(lat))
    lons, lats = to_wgs84_array(np.array([lon], dtype=float), np.array([lat], dtype=float), datum)
    return LonLat(float(lons[0]), float(lats[0]))


def from_wgs84(lon: float, lat: float, datum: str) -> LonLat:
    """The coordinate in `datum`, one of DATUMS, of a place in WGS84; the way back of `to_wgs84`."""
    lons, lats = from_wgs84_array(np.array([lon], dtype=float), np.array([lat], dtype=float), datum)
    return LonLat(float(lons[0]), float(lats[0]))


def to_wgs84_array(lon: Floats, lat: Floats, datum: str) -> tuple[Floats, Floats]:
    """Places in WGS84 of coordinates given in `datum`: two new arrays of the shape of `lon` and `lat`.

    GCJ-02 and BD-09 have no closed inverse; the forward shift is undone by fixed-point iteration, far
    below a millimetre. A coordinate outside the algorithm's box around China is not shifted, nor is a
    NaN. On the rim of that box the shift jumps, so within a kilometre of it (open sea, or abroad) no
    way back exists. The published algorithm itself lies within a metre of what the map vendors serve.
    Raises InvalidInputError `datum_unknown`.
    """
    return _shift_inside_box(lon, lat, datum, _invert)


def from_wgs84_array(lon: Floats, lat: Floats, datum: str) -> tuple[Floats, Floats]:
    """Coordinates in `datum` of places in WGS84; the way back of `to_wgs84_array`, same terms."""
    return _shift_inside_box(lon, lat, datum, lambda shift, x, y: shift(x, y))


@overload
def metres_per_degree(lat: float) -> tuple[float, float]: ...
@overload
def metres_per_degree(lat: Floats) -> tuple[Floats, Floats]: ...
def metres_per_degree(lat: Any) -> Any:
    """Metres per degree of longitude and metres per degree of latitude at latitude `lat` (degrees).

    On the WGS84 ellipsoid: prime vertical N = a / √(1 − e² sin²φ), meridian radius
    M = a (1 − e²) / (1 − e² sin²φ)^1.5; a degree is N cosφ · π/180 and M · π/180
    (Snyder, Map Projections: A Working Manual, USGS 1395, equations 4-18 to 4-20).
    A number gives numbers, an array gives arrays.
    """
    phi = np.radians(lat)
    w2 = 1 - _WGS84_E2 * np.sin(phi) ** 2
    per_lon = np.radians(_WGS84_A_M / np.sqrt(w2) * np.cos(phi))
    per_lat = np.radians(_WGS84_A_M * (1 - _WGS84_E2) / w2**1.5)
    return (float(per_lon), float(per_lat)) if np.ndim(lat) == 0 else (per_lon, per_lat)


def distance_m(one: LonLat, other: LonLat) -> float:
    """Metres between two places in WGS84 along the ellipsoid (Karney 2013, Algorithms for geodesics)."""
    return float(_GEOD.inv(one[0], one[1], other[0], other[1])[2])


def area_m2(geometry: shapely.Geometry | None) -> float:
    """Area on the WGS84 ellipsoid of a lon/lat geometry; terms as `areas_m2`."""
    return float(areas_m2(np.array([geometry], dtype=object))[0])


def areas_m2(geometries: NDArray[np.object_]) -> Floats:
    """Areas in m² on the WGS84 ellipsoid of lon/lat geometries, one for each, edges being geodesics.

    Holes are subtracted; the direction in which rings were drawn does not matter. What has no
    surface (points, lines, empty, None) has the area 0. (Karney 2013, Algorithms for geodesics.)
    """
    polygons, owner = _polygons(geometries)
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    is_hole = np.diff(ring_owner, prepend=-1) == 0
    sizes = np.array([_ring_area_m2(ring) for ring in rings], dtype=float)
    areas = np.zeros(len(geometries))
    np.add.at(areas, owner[ring_owner], np.where(is_hole, -sizes, sizes))
    return areas


def to_wgs84_geometries(frame: Frame, epsg: int | None, datum: str) -> Frame:
    """A copy of `frame` in two-dimensional WGS84 lon/lat, missing geometries staying missing.

    `epsg` is the coordinate system that the numbers really are in and overrules what the frame
    declares; None means what it declares. Whatever axis order that system prescribes, the numbers are
    read as x (east), y (north), as files hold them. `datum` then undoes a GCJ-02 or BD-09 shift at
    each vertex. Numbers that are lon/lat already pass as they are, also when out of range.
    Raises InvalidInputError `crs_missing` (neither given nor declared: nothing is guessed),
    `crs_unknown`, `datum_unknown`.
    """
    check_datum(datum)
    series = frame.geometry
    source = known_crs(series.crs if epsg is None else epsg)
    if not any(source.equals(known_crs(lon_lat), ignore_axis_order=True) for lon_lat in (WGS84, CGCS2000)):
        transformer = pyproj.Transformer.from_crs(source, known_crs(WGS84), always_xy=True)
        series = _map_vertices(series, transformer.transform)
    if datum in _SHIFTS:
        series = _map_vertices(series, lambda x, y: to_wgs84_array(x, y, datum))
    flat = gpd.GeoSeries(shapely.force_2d(series.to_numpy()), index=frame.index, crs=WGS84)
    if isinstance(frame, gpd.GeoSeries):
        return flat.rename(frame.name)
    return frame.set_geometry(flat.rename(series.name))


def known_crs(named: Any) -> pyproj.CRS:
    """The coordinate system meant by an EPSG number, or by what a file declares.

    Raises InvalidInputError `crs_missing` (None), `crs_unknown` (no such number), `crs_not_on_earth` (a
    local drawing system, heights only, or metres from the centre of the earth).
    """
    if named is None:
        raise InvalidInputError("crs_missing")
    try:
        crs = pyproj.CRS.from_user_input(named)
    except pyproj.exceptions.CRSError as error:
        raise InvalidInputError("crs_unknown", epsg=named) from error
    if not (crs.is_geographic or crs.is_projected):
        raise InvalidInputError("crs_not_on_earth", name=crs.name)
    return crs


def lon_lat_in(crs: pyproj.CRS, x: float, y: float) -> LonLat | None:
    """Where the numbers x (east), y (north) of `crs` lie, in degrees of its own datum; None for nowhere on earth.

    Good to tell one system from another (datums lie up to some hundred metres apart), not to store.
    """
    lon, lat = (x, y) if crs.is_geographic else pyproj.Proj(crs)(x, y, inverse=True)
    return LonLat(lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def _map_vertices(series: Any, move: Shift) -> Any:
    def moved(xy: Floats) -> Floats:
        return np.column_stack(move(xy[:, 0], xy[:, 1]))

    return gpd.GeoSeries(
        shapely.transform(shapely.force_2d(series.to_numpy()), moved), index=series.index, name=series.name
    )


def _polygons(whole: NDArray[np.object_]) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Every Polygon in `whole` (collections opened, twice for a collection of multipolygons) and its owner."""
    parts, owner = shapely.get_parts(whole, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    is_polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    return parts[is_polygon], owner[inner][is_polygon]


def _ring_area_m2(ring: shapely.LinearRing) -> float:
    lon, lat = shapely.get_coordinates(ring).T
    return abs(float(_GEOD.polygon_area_perimeter(lon, lat)[0]))


def _shift_inside_box(
    lon: Floats, lat: Floats, datum: str, run: Callable[[Shift, Floats, Floats], tuple[Floats, Floats]]
) -> tuple[Floats, Floats]:
    check_datum(datum)
    moved_lon, moved_lat = np.array(lon, dtype=float), np.array(lat, dtype=float)
    if datum in _SHIFTS:
        west, south, east, north = _GCJ_BOX
        box = (moved_lon >= west) & (moved_lon <= east) & (moved_lat >= south) & (moved_lat <= north)
        moved_lon[box], moved_lat[box] = run(_SHIFTS[datum], moved_lon[box], moved_lat[box])
    return moved_lon, moved_lat


def _invert(shift: Shift, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    guess_lon, guess_lat = lon, lat
    for _ in range(_INVERSION_ROUNDS):
        there_lon, there_lat = shift(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + (lon - there_lon), guess_lat + (lat - there_lat)
    return guess_lon, guess_lat


def _wgs84_to_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """The shift as published: a polynomial and waves in metres, laid on Krasovsky's ellipsoid."""
    x, y = lon - 105.0, lat - 35.0
    root, common = np.sqrt(np.abs(x)), _waves(x, (20.0, 6.0), (20.0, 2.0))
    north_m = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north_m += _waves(y, (20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30))
    east_m = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east_m += _waves(x, (20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30))
    phi = np.radians(lat)
    w2 = 1 - _GCJ_E2 * np.sin(phi) ** 2
    east = np.degrees(east_m / (_GCJ_A_M / np.sqrt(w2) * np.cos(phi)))
    north = np.degrees(north_m / (_GCJ_A_M * (1 - _GCJ_E2) / w2**1.5))
    return lon + east, lat + north


def _waves(value: Floats, *amplitude_and_frequency: tuple[float, float]) -> Floats:
    total = np.zeros_like(value)
    for amplitude, frequency in amplitude_and_frequency:
        total += amplitude * 2 / 3 * np.sin(frequency * np.pi * value)
    return total


def _wgs84_to_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02, then Baidu's own wobble of radius and angle, and an offset."""
    x, y = _wgs84_to_gcj02(lon, lat)
    beat = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * beat)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * beat)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


_SHIFTS: dict[str, Shift] = {"gcj02": _wgs84_to_gcj02, "bd09": _wgs84_to_bd09}
