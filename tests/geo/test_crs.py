"""Datums, axis order and sizes against published values and themselves."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import InvalidInputError
from gridmap.geo import crs

ONE_CM_IN_DEGREES = 1e-7

PLACES = {
    # name: (WGS84, GCJ-02, BD-09), longitude first
    "Shanghai": ((121.5272106, 31.1774276), (121.53154186, 31.17530398), (121.53801569, 31.18132861)),
    "Shenzhen": ((113.912316, 22.543847), (113.91717648, 22.54079613), (113.92368473, 22.54666744)),
    "Beijing": ((116.377817, 39.911954), (116.38404722, 39.91334546), (116.39045471, 39.91957555)),
    "Beijing 2": ((116.404, 39.915), (116.4102445, 39.91640428), (116.41662724, 39.92269955)),
    "Qilin": ((103.7941388, 25.4929994), (103.79616499, 25.48999997), (103.80259976, 25.49630749)),
    "TEDA": ((117.698, 39.033), (117.70425777, 39.0338962), (117.71069683, 39.04014217)),
}

QILIN, TEDA = (103.7941388, 25.4929994), (117.698, 39.033)
PROJECTED = [
    # EPSG, x (east), y (north), the place
    (4544, 378752.759, 2821216.156, QILIN),
    (4523, 35378752.759, 2821216.156, QILIN),
    (crs.WEB_MERCATOR, 11554310.679, 2936421.050, QILIN),
    (4548, 560437.446, 4322399.353, TEDA),
]

# A kilometre inside the box of the algorithm, at whose rim the shift jumps.
lons_in_china = st.floats(72.02, 137.82)
lats_in_china = st.floats(0.85, 55.81)


def metres_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    return pyproj.Geod(ellps="WGS84").inv(*a, *b)[2]


@pytest.mark.parametrize("place", PLACES)
def test_published_places_forward_and_back(place):
    wgs84, gcj02, bd09 = PLACES[place]
    for datum, shifted in (("gcj02", gcj02), ("bd09", bd09)):
        assert crs.from_wgs84(*wgs84, datum) == pytest.approx(shifted, rel=0, abs=ONE_CM_IN_DEGREES)
        assert crs.to_wgs84(*shifted, datum) == pytest.approx(wgs84, rel=0, abs=ONE_CM_IN_DEGREES)


@pytest.mark.parametrize(
    ("gcj02", "bd09"),
    [
        ((116.404, 39.915), (116.41036949, 39.92133699)),
        ((123.0, 45.0), (123.00636499, 45.00636899)),
    ],
)
def test_gcj02_to_bd09_through_wgs84(gcj02, bd09):
    assert crs.from_wgs84(*crs.to_wgs84(*gcj02, "gcj02"), "bd09") == pytest.approx(
        bd09, rel=0, abs=ONE_CM_IN_DEGREES
    )


def test_the_inverse_is_nearer_than_the_published_one():
    """The published inverse of (123, 45) stopped iterating 1.6 cm short; ours comes back to (123, 45)."""
    published = (122.99395597, 44.99804071)
    found = crs.to_wgs84(123, 45, "gcj02")
    assert metres_between(found, published) < 0.02
    assert crs.from_wgs84(*found, "gcj02") == pytest.approx((123, 45), rel=0, abs=1e-10)
    assert crs.from_wgs84(*published, "gcj02") != pytest.approx((123, 45), rel=0, abs=1e-8)


def test_what_the_map_vendor_serves_is_within_a_metre_of_the_algorithm():
    served_gcj02, served_bd09 = (103.7961697, 25.4900041), (103.8026045, 25.4963116)
    assert metres_between(crs.from_wgs84(*QILIN, "gcj02"), served_gcj02) < 1
    assert metres_between(crs.from_wgs84(*QILIN, "bd09"), served_bd09) < 1


@pytest.mark.parametrize(
    ("place", "to_gcj02_m", "on_to_bd09_m"), [(QILIN, 391, 955), (TEDA, 550, 891)], ids=["Qilin", "TEDA"]
)
def test_the_shifts_have_the_known_size(place, to_gcj02_m, on_to_bd09_m):
    gcj02, bd09 = crs.from_wgs84(*place, "gcj02"), crs.from_wgs84(*place, "bd09")
    assert metres_between(place, gcj02) == pytest.approx(to_gcj02_m, rel=0.005)
    assert metres_between(gcj02, bd09) == pytest.approx(on_to_bd09_m, rel=0.005)


@settings(max_examples=60, deadline=None)
@given(lon=lons_in_china, lat=lats_in_china, datum=st.sampled_from(crs.DATUMS))
def test_round_trips_end_within_a_centimetre(lon, lat, datum):
    there = crs.from_wgs84(lon, lat, datum)
    assert metres_between((lon, lat), crs.to_wgs84(*there, datum)) < 0.01
    back = crs.to_wgs84(lon, lat, datum)
    assert metres_between((lon, lat), crs.from_wgs84(*back, datum)) < 0.01


@pytest.mark.parametrize("datum", ["wgs84", "cgcs2000"])
def test_unshifted_datums_are_equal(datum):
    assert crs.to_wgs84(*TEDA, datum) == crs.LonLat(*TEDA)


@pytest.mark.parametrize("abroad", [(-118.24, 34.05), (71.9, 40.0), (138.0, 40.0), (110.0, 0.5), (0.0, 90.0)])
@pytest.mark.parametrize("datum", crs.DATUMS)
def test_nothing_is_shifted_outside_china(abroad, datum):
    assert crs.to_wgs84(*abroad, datum) == crs.LonLat(*abroad)
    assert crs.from_wgs84(*abroad, datum) == crs.LonLat(*abroad)


def test_arrays_and_numbers_get_the_same_answer():
    lon = np.array([QILIN[0], -118.24, np.nan, TEDA[0]])
    lat = np.array([QILIN[1], 34.05, 30.0, TEDA[1]])
    moved_lon, moved_lat = crs.to_wgs84_array(lon, lat, "bd09")
    for i in (0, 1, 3):
        assert crs.to_wgs84(lon[i], lat[i], "bd09") == (moved_lon[i], moved_lat[i])
    assert math.isnan(moved_lon[2])
    assert lon[0] == QILIN[0]


def test_an_unknown_datum_is_refused_with_the_choices():
    for convert in (crs.to_wgs84, crs.from_wgs84):
        with pytest.raises(InvalidInputError) as refused:
            convert(*QILIN, "beijing54")
        assert refused.value.code == "datum_unknown"
        assert refused.value.details == {"datum": "beijing54", "choices": list(crs.DATUMS)}


@pytest.mark.parametrize("fine", [(0, 0), (180, 90), (-180, -90), QILIN])
def test_places_on_earth_pass(fine):
    crs.check_lon_lat(*fine)


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (39.9, 116.4, "coordinates_swapped"),
        (25.5, -103.8, "coordinates_swapped"),
        (116.4, 116.4, "coordinates_invalid"),
        (39.9, 181.0, "coordinates_invalid"),
        (180.001, 10.0, "coordinates_invalid"),
        (500000.0, 4322399.0, "coordinates_invalid"),
    ],
)
def test_what_is_no_place_is_refused(lon, lat, code):
    with pytest.raises(InvalidInputError) as refused:
        crs.check_lon_lat(lon, lat)
    assert (refused.value.code, refused.value.details) == (code, {"lon": lon, "lat": lat})


@pytest.mark.parametrize("hole", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_and_shown_as_text(hole):
    for lon, lat in ((hole, 30.0), (110.0, hole)):
        with pytest.raises(InvalidInputError) as refused:
            crs.check_lon_lat(lon, lat)
        assert refused.value.code == "coordinates_invalid"
        assert str(hole) in refused.value.details.values()


@pytest.mark.parametrize("lat", [0.0, 25.5, 39.0, -60.0])
def test_metres_per_degree_against_geodesics(lat):
    per_lon, per_lat = crs.metres_per_degree(lat)
    assert per_lon * 1e-4 == pytest.approx(metres_between((110, lat), (110.0001, lat)), rel=1e-6)
    assert per_lat * 1e-4 == pytest.approx(metres_between((110, lat - 5e-5), (110, lat + 5e-5)), rel=1e-6)


def test_metres_per_degree_of_an_array():
    per_lon, per_lat = crs.metres_per_degree(np.array([0.0, 39.0]))
    assert (per_lon[1], per_lat[1]) == crs.metres_per_degree(39.0)


def square(west: float, south: float, size: float) -> shapely.Polygon:
    return shapely.box(west, south, west + size, south + size)


def test_area_of_a_whole_octant():
    """An eighth of the ellipsoid (total 510,065,621.724 km²), its edges being geodesics."""
    octant = shapely.Polygon([(0, 0), (90, 0), (0, 90)])
    assert crs.area_m2(octant) == pytest.approx(510_065_621.724e6 / 8, rel=1e-9)


def test_a_hole_counts_negative_whatever_way_it_runs():
    outer, hole = square(117, 39, 0.01), square(117.004, 39.004, 0.002)
    expected = crs.area_m2(outer) - crs.area_m2(hole)
    for shell in (outer.exterior.coords, outer.exterior.coords[::-1]):
        for ring in (hole.exterior.coords, hole.exterior.coords[::-1]):
            assert crs.area_m2(shapely.Polygon(shell, [ring])) == pytest.approx(expected, rel=1e-12)


def test_areas_one_for_each_geometry():
    one, other = square(117, 39, 0.01), square(118, 39, 0.01)
    mixed = shapely.GeometryCollection([shapely.MultiPolygon([one, other]), shapely.Point(0, 0)])
    areas = crs.areas_m2(np.array([None, one, shapely.Point(1, 1), mixed, shapely.Polygon()], dtype=object))
    assert areas == pytest.approx([0, areas[1], 0, 2 * areas[1], 0])
    assert areas[1] == pytest.approx(961_620, rel=1e-5)


@pytest.mark.parametrize(("epsg", "x", "y", "place"), PROJECTED)
def test_projected_vectors_read_east_first(epsg, x, y, place):
    declared = gpd.GeoSeries([shapely.Point(x, y)], crs=epsg)
    undeclared = gpd.GeoSeries([shapely.Point(x, y)])
    for found in (
        crs.to_wgs84_geometries(declared, None, "wgs84"),
        crs.to_wgs84_geometries(undeclared, epsg, "cgcs2000"),
    ):
        assert metres_between(found.iloc[0].coords[0], place) < 0.01
        assert found.crs == crs.WGS84


def test_the_given_system_overrules_the_declared_one():
    mislabelled = gpd.GeoSeries([shapely.Point(*QILIN)], crs=crs.WEB_MERCATOR)
    assert crs.to_wgs84_geometries(mislabelled, crs.CGCS2000, "cgcs2000").iloc[0].coords[0] == QILIN


def test_a_frame_keeps_its_columns_and_loses_z_and_shift():
    wgs84, gcj02, _ = PLACES["TEDA"]
    frame = gpd.GeoDataFrame(
        {"code": ["a", "b"]}, geometry=[shapely.Point(*gcj02, 7.0), None], crs=crs.WGS84, index=[5, 3]
    ).rename_geometry("shape")
    found = crs.to_wgs84_geometries(frame, None, "gcj02")
    assert found["code"].to_dict() == {5: "a", 3: "b"}
    assert found.geometry.name == "shape"
    assert found.geometry.loc[5].coords[0] == pytest.approx(wgs84, rel=0, abs=ONE_CM_IN_DEGREES)
    assert found.geometry.loc[3] is None
    assert frame.geometry.loc[5].has_z


def test_a_shifted_map_projection_is_unprojected_before_it_is_unshifted():
    wgs84, gcj02, _ = PLACES["Shanghai"]
    project = pyproj.Transformer.from_crs(crs.WGS84, crs.WEB_MERCATOR, always_xy=True).transform
    on_a_map = gpd.GeoSeries([shapely.Point(*project(*gcj02))], crs=crs.WEB_MERCATOR)
    assert metres_between(crs.to_wgs84_geometries(on_a_map, None, "gcj02").iloc[0].coords[0], wgs84) < 0.01


@pytest.mark.parametrize(
    ("epsg", "datum", "code"),
    [(None, "wgs84", "crs_missing"), (999999, "wgs84", "crs_unknown"), (crs.WGS84, "nad27", "datum_unknown")],
)
def test_open_questions_are_asked_not_guessed(epsg, datum, code):
    with pytest.raises(InvalidInputError) as refused:
        crs.to_wgs84_geometries(gpd.GeoSeries([shapely.Point(1, 1)]), epsg, datum)
    assert refused.value.code == code
