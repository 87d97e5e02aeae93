"""What locate measures with: the mass of the normal, distances to borders, boxes around points; each against another way."""

from __future__ import annotations

import itertools

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import ndtr
from scipy.stats import norm
from shapely import affinity

from gridmap.geo import locate as located
from gridmap.geo.borders import Border
from gridmap.geo.crs import LonLat
from gridmap.geo.locate import box_around, locate, normal_mass
from gridmap.geo.net import Net
from tests.geo.cells import at, box, cell, metres_to_border

CENTRE = at(2, 2)
GEOD = pyproj.Geod(ellps="WGS84")


# --- the mass of the normal


def test_a_half_plane_and_a_quadrant():
    assert normal_mass(shapely.box(0, -50, 50, 50)) == pytest.approx(0.5, abs=1e-12)
    assert normal_mass(shapely.box(0, 0, 50, 50)) == pytest.approx(0.25, abs=1e-12)
    assert normal_mass(shapely.Polygon([(0, 0), (50, 0), (50, 50)])) == pytest.approx(0.125, abs=1e-12)
    assert normal_mass(shapely.box(-50, -50, 50, 50)) == pytest.approx(1, abs=1e-12)
    assert normal_mass(shapely.box(50, 50, 60, 60)) == 0
    assert normal_mass(shapely.Polygon()) == 0


def test_the_95_percent_disc_that_an_accuracy_means():
    disc = shapely.Point(0, 0).buffer(located.SIGMAS_IN_ACCURACY, quad_segs=400)
    assert normal_mass(disc) == pytest.approx(0.95, abs=1e-5)
    place = locate(Net([cell("disc", _disc_of_metres(CENTRE, 100))]), CENTRE, 100)
    assert [c.share for c in place.candidates] == pytest.approx([0.95, 0.05], abs=1e-3)


def _disc_of_metres(centre: LonLat, radius_m: float) -> shapely.Polygon:
    ways = np.linspace(0, 360, 721)[:-1]
    start = np.full(720, centre.lon), np.full(720, centre.lat)
    lon, lat, _ = GEOD.fwd(*start, ways, np.full(720, radius_m))
    return shapely.Polygon(np.column_stack([lon, lat]))


EDGE = st.floats(-4, 4) | st.integers(-3, 3).map(float)


@given(x=st.tuples(EDGE, EDGE), y=st.tuples(EDGE, EDGE), turn=st.floats(0, 360))
def test_the_mass_of_a_rectangle_however_it_is_turned(x, y, turn):
    expected = abs((ndtr(x[1]) - ndtr(x[0])) * (ndtr(y[1]) - ndtr(y[0])))
    rectangle = affinity.rotate(shapely.box(min(x), min(y), max(x), max(y)), turn, origin=(0, 0))
    assert normal_mass(rectangle) == pytest.approx(expected, abs=1e-9)


THOUSANDTHS = st.integers(-4000, 4000).map(lambda n: n / 1000)
CORNERS = st.lists(st.tuples(THOUSANDTHS, THOUSANDTHS), min_size=3, max_size=6)


@given(corners=CORNERS)
@settings(max_examples=30, deadline=None)
def test_the_mass_of_a_convex_polygon_by_numerical_integration(corners):
    hull = shapely.MultiPoint(corners).convex_hull
    if hull.geom_type == "Polygon":
        assert normal_mass(hull) == pytest.approx(_integrated(hull), abs=1e-7)


def _integrated(convex: shapely.Polygon) -> float:
    """The mass by strips from west to east: the normal's height times what each strip has of the normal."""
    breaks = sorted({x for x, _ in convex.exterior.coords})
    low, high = convex.bounds[1] - 1, convex.bounds[3] + 1

    def strip(x: float) -> float:
        cut = convex.intersection(shapely.LineString([(x, low), (x, high)]))
        return 0.0 if cut.is_empty else norm.pdf(x) * (ndtr(cut.bounds[3]) - ndtr(cut.bounds[1]))

    return sum(quad(strip, a, b, epsabs=1e-9)[0] for a, b in itertools.pairwise(breaks))


@given(corners=CORNERS, cut=st.floats(-3, 3))
def test_the_mass_of_two_halves_is_the_mass_of_the_whole(corners, cut):
    hull = shapely.MultiPoint(corners).convex_hull
    west, east = shapely.box(-9, -9, cut, 9), shapely.box(cut, -9, 9, 9)
    halves = normal_mass(shapely.intersection(hull, west)) + normal_mass(shapely.intersection(hull, east))
    assert halves == pytest.approx(normal_mass(hull), abs=1e-9)


def test_the_mass_of_a_star_with_a_hole_by_lot():
    way, radius = np.linspace(0, 2 * np.pi, 15)[:-1], np.tile([2.5, 0.6], 7)
    star = shapely.Polygon(np.column_stack([radius * np.cos(way) + 0.4, radius * np.sin(way)]))
    shape = star.difference(shapely.box(0.2, -0.2, 0.6, 0.2))
    lots = np.random.default_rng(7).standard_normal((200_000, 2))
    assert normal_mass(shape) == pytest.approx(shapely.contains_xy(shape, lots).mean(), abs=0.005)


def test_the_direction_in_which_rings_were_drawn_does_not_matter():
    ring = shapely.box(-2, -2, 2, 2).difference(shapely.box(-1, -1, 1, 1))
    assert normal_mass(ring.reverse()) == normal_mass(ring) > 0


# --- distances


def border_distance_m(shape, point):
    return float(Border(shape).distances_m(np.array([point.lon]), np.array([point.lat]))[0])


@pytest.mark.parametrize(
    ("east", "north"), [(-1, 2), (2, -1), (9, 2), (2, 9), (-1, -1), (9, 9), (1.5, 2), (2, 0.5)]
)
def test_the_distance_to_a_straight_border_is_the_geodesic(east, north):
    point = at(east, north)
    square = box(0, 0, 8, 8)
    foot = shapely.get_coordinates(shapely.shortest_line(shapely.Point(point), square.boundary))[1]
    geodesic = GEOD.inv(*point, *foot)[2]
    assert border_distance_m(square, point) == pytest.approx(geodesic, rel=1e-3)


@pytest.mark.parametrize("lat", [0.0, 25.49, 53.5, 70.0])
@pytest.mark.parametrize(("way", "far_m"), [(20, 50), (110, 500), (200, 5_000), (290, 20_000)])
def test_distances_keep_to_a_thousandth_wherever_and_however_far(lat, way, far_m):
    square = shapely.box(103.8, lat, 103.81, lat + 0.01)
    lon, north, _ = GEOD.fwd(103.805, lat + 0.005, way, far_m)
    point = LonLat(lon, north)
    assert border_distance_m(square, point) == pytest.approx(metres_to_border(square, point), rel=1e-3)


@given(
    lon=st.floats(-170, 170),
    lat=st.floats(-80, 80),
    radius_m=st.floats(0.01, 50_000),
    way=st.floats(0, 360),
    part=st.floats(0, 1),
)
def test_the_box_holds_every_point_within_its_radius(lon, lat, radius_m, way, part):
    west, south, east, north = box_around(LonLat(lon, lat), radius_m)
    there_lon, there_lat, _ = GEOD.fwd(lon, lat, way, radius_m * part)
    assert west <= there_lon <= east
    assert south <= there_lat <= north
    # And it is no world: a search stays a search.
    assert north - south < 2.1 * radius_m / 110_000


@given(lon=st.floats(-170, 170), lat=st.floats(-80, 80), radius_m=st.floats(1, 50_000))
def test_the_box_reaches_as_far_as_its_radius_in_all_four_directions(lon, lat, radius_m):
    west, south, east, north = box_around(LonLat(lon, lat), radius_m)
    start = np.full(4, lon), np.full(4, lat)
    lons, lats, _ = GEOD.fwd(*start, [0, 90, 180, 270], np.full(4, radius_m))
    assert south <= lats[2] < lats[0] <= north
    assert west <= lons[3] < lons[1] <= east


@given(lat=st.floats(80, 90), radius_m=st.floats(0.01, 50_000))
@example(lat=89.4, radius_m=50_000)
@example(lat=89.95, radius_m=5_000)
@example(lat=89.99, radius_m=5_000)
def test_the_box_holds_every_point_within_its_radius_at_the_poles_too(lat, radius_m):
    west, south, east, north = box_around(LonLat(0, lat), radius_m)
    start, ways = (np.zeros(90), np.full(90, lat)), np.linspace(0, 356, 90)
    lons, lats, _ = GEOD.fwd(*start, ways, np.full(90, radius_m))
    assert west <= lons.min() < lons.max() <= east
    assert south <= lats.min() <= lats.max() <= north
    assert box_around(LonLat(0, -lat), radius_m) == (west, -north, east, -south)


def test_the_box_is_clipped_where_the_world_ends():
    assert box_around(LonLat(179.999, 0), 1000)[2] == 180
    assert box_around(LonLat(-179.999, 0), 1000)[0] == -180
    west, _, east, north = box_around(LonLat(0, 89.99), 5000)
    assert (west, east, north) == (-180, 180, 90)


@pytest.mark.parametrize("radius_m", [0, -1])
def test_a_box_of_no_radius_is_the_point(radius_m):
    assert box_around(LonLat(117.7, 39), radius_m) == (117.7, 39, 117.7, 39)
