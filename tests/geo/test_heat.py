"""Density keeps its sum and its unit; its classes fit the view; its surfaces do not lie on each other."""

from __future__ import annotations

from itertools import combinations, pairwise

import mapclassify
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import InvalidInputError
from gridmap.geo import crs, heat

VIEW = (117.60, 39.00, 117.80, 39.15)
MIDDLE = (117.70, 39.075)
PER_LON, PER_LAT = crs.metres_per_degree(MIDDLE[1])
BANDWIDTH_M = 400.0
SHAPE = heat.grid_shape(VIEW, BANDWIDTH_M)

# Five bandwidths and more inside the view, so that nothing is spread over its edge.
inner_lons, inner_lats = st.floats(117.63, 117.77), st.floats(39.02, 39.13)
matters = st.lists(st.tuples(inner_lons, inner_lats, st.floats(0.5, 9)), min_size=1, max_size=40)


def density_of(points, weights=None, view=VIEW) -> heat.Density:
    lon, lat = np.array(points, dtype=float).reshape(-1, 2).T
    given_weights = None if weights is None else np.array(weights, dtype=float)
    return heat.density(lon, lat, given_weights, view, BANDWIDTH_M, heat.grid_shape(view, BANDWIDTH_M))


def integral(found: heat.Density) -> float:
    return float((found.values * found.place_km2[:, np.newaxis]).sum())


def heaps(*sizes: int) -> list[tuple[float, float]]:
    """Heaps of so many matters each, side by side from west to east."""
    random = np.random.default_rng(3)
    at = np.linspace(117.63, 117.77, len(sizes))
    return [
        (lon + dx, MIDDLE[1] + dy)
        for lon, size in zip(at, sizes, strict=True)
        for dx, dy in random.normal(0, 0.003, (size, 2))
    ]


def classes_of(found: heat.Density) -> np.ndarray:
    """How many places of the lattice lie in each class, the bare one first."""
    return np.bincount(np.digitize(found.values.ravel(), heat.breaks(found)), minlength=heat.CLASSES + 1)


def test_a_single_matter_integrates_to_one():
    assert integral(density_of([MIDDLE])) == pytest.approx(1, rel=1e-9)


def test_a_single_matter_is_a_gaussian_per_square_kilometre():
    found = density_of([MIDDLE])
    on_top = 1 / (2 * np.pi * (BANDWIDTH_M / 1000) ** 2)
    assert found.values.max() == pytest.approx(on_top, rel=0.03)
    row, column = np.unravel_index(found.values.argmax(), SHAPE)
    assert abs(found.lon[column] - MIDDLE[0]) * PER_LON < BANDWIDTH_M / 3
    assert abs(found.lat[row] - MIDDLE[1]) * PER_LAT < BANDWIDTH_M / 3


def test_the_kernel_is_as_wide_east_as_north():
    found = density_of([MIDDLE])
    offset = 1.5 * BANDWIDTH_M
    middle_row, middle_column = np.abs(found.lat - MIDDLE[1]).argmin(), np.abs(found.lon - MIDDLE[0]).argmin()
    east = np.interp(MIDDLE[0] + offset / PER_LON, found.lon, found.values[middle_row])
    north = np.interp(MIDDLE[1] + offset / PER_LAT, found.lat, found.values[:, middle_column])
    assert east == pytest.approx(north, rel=0.05)
    assert east == pytest.approx(found.values.max() * np.exp(-(1.5**2) / 2), rel=0.05)


def test_a_matter_between_two_places_is_moved_to_neither():
    found = density_of([(MIDDLE[0] + 0.0003, MIDDLE[1] - 0.0004)])
    weight = found.values * found.place_km2[:, np.newaxis]
    assert (weight.sum(axis=0) @ found.lon) == pytest.approx(MIDDLE[0] + 0.0003, abs=1e-6)
    assert (weight.sum(axis=1) @ found.lat) == pytest.approx(MIDDLE[1] - 0.0004, abs=1e-6)


@settings(max_examples=30, deadline=None)
@given(given_matters=matters)
def test_the_integral_is_the_sum_of_the_weights(given_matters):
    weights = [weight for _, _, weight in given_matters]
    found = density_of([matter[:2] for matter in given_matters], weights)
    assert integral(found) == pytest.approx(sum(weights), rel=1e-6)
    assert found.in_view == pytest.approx(sum(weights))


def test_matters_outside_the_view_count_towards_its_edge():
    half = (VIEW[0], VIEW[1], MIDDLE[0], VIEW[3])
    beyond = (MIDDLE[0] + BANDWIDTH_M / PER_LON, MIDDLE[1])
    far_beyond = (MIDDLE[0] + 6 * BANDWIDTH_M / PER_LON, MIDDLE[1])
    found = density_of([beyond, far_beyond], view=half)
    on_top = 1 / (2 * np.pi * (BANDWIDTH_M / 1000) ** 2)
    assert found.values[:, -1].max() == pytest.approx(on_top * np.exp(-0.5), rel=0.15)
    assert found.in_view == 0


def test_a_matter_too_far_off_adds_nothing():
    assert density_of([(VIEW[2] + 5 * BANDWIDTH_M / PER_LON, MIDDLE[1]), (np.nan, 39)]).values.max() == 0


def test_the_lattice_reaches_from_edge_to_edge():
    found = density_of([MIDDLE])
    assert found.values.shape == SHAPE == (len(found.lat), len(found.lon))
    assert (found.lon[0], found.lat[0], found.lon[-1], found.lat[-1]) == VIEW
    assert (np.diff(found.lat) * PER_LAT).max() <= BANDWIDTH_M / 3 * 1.001


def test_nothing_gives_no_classes_and_no_surfaces():
    found = density_of([])
    assert found.values.max() == 0
    assert heat.breaks(found) == []
    assert heat.isopleths(found, []) == []
    assert heat.isopleths(found, [1.0, 2.0]) == []


@pytest.mark.parametrize(
    "view", [(117.8, 39, 117.6, 39.1), (117, 39, 117, 40), (110, 30, 190, 40), (0, -90, 1, 1)]
)
def test_a_view_that_is_none_is_refused(view):
    with pytest.raises(InvalidInputError) as refused:
        density_of([MIDDLE], view=view)
    assert (refused.value.code, refused.value.details) == ("bbox_invalid", {"bbox": list(view)})


def test_a_view_of_a_hands_breadth_is_refused_before_it_fills_the_memory():
    with pytest.raises(InvalidInputError) as refused:
        density_of([MIDDLE], view=(*MIDDLE, MIDDLE[0] + 1e-6, MIDDLE[1] + 1e-6))
    assert refused.value.code == "bbox_invalid"


@pytest.mark.parametrize(
    ("zoom", "bandwidth_m"),
    [(14, 200), (13, 400), (13.4, 400), (15, 100), (16, 50), (19, 50), (7, 25600), (2, 25600)],
)
def test_the_bandwidth_halves_with_each_zoom(zoom, bandwidth_m):
    assert heat.bandwidth_for_zoom(zoom) == bandwidth_m


def test_one_heap_is_cut_in_even_readable_steps():
    found = density_of([MIDDLE] * 100)
    shares = np.array(heat.breaks(found)) / found.values.max()
    assert (shares <= np.array([0.1, 0.3, 0.5, 0.7, 0.9]) * 1.1).all()
    assert (shares >= np.array([0.1, 0.3, 0.5, 0.7, 0.9]) * 0.7).all()


@pytest.mark.parametrize("sizes", [(1,), (300, 100, 30, 10), (5, 5, 5, 5), (2000, 3, 3, 3), (40_000, 20_000)])
def test_no_class_is_empty_and_none_takes_all(sizes):
    found = density_of(heaps(*sizes))
    places = classes_of(found)[1:]
    assert (places > 0).all()
    assert places.max() < 0.75 * places.sum()


def test_an_even_spread_stays_light():
    lon, lat = np.meshgrid(np.linspace(117.5, 117.9, 400), np.linspace(38.9, 39.25, 400))
    found = density_of(np.column_stack([lon.ravel(), lat.ravel()]))
    assert {isopleth.level for isopleth in heat.isopleths(found, heat.breaks(found))} <= {0, 1}


def test_what_spills_in_from_outside_does_not_colour_an_empty_view():
    found = density_of([(VIEW[2] + 3 * BANDWIDTH_M / PER_LON, MIDDLE[1])])
    assert found.values.max() > 0
    assert heat.isopleths(found, heat.breaks(found)) == []


@settings(max_examples=30, deadline=None)
@given(given_matters=matters, classes=st.integers(1, 9))
def test_breaks_rise_and_can_be_read(given_matters, classes):
    found = density_of([matter[:2] for matter in given_matters], [matter[2] for matter in given_matters])
    bounds = heat.breaks(found, classes)
    assert len(bounds) == classes
    assert 0 < bounds[0] < found.values.max()
    assert all(low < high for low, high in pairwise(bounds))
    assert all(len(f"{bound:.12g}".replace(".", "").strip("0")) <= 2 for bound in bounds)


def test_classes_are_the_quantiles_of_mapclassify_cut_to_readable_numbers():
    found = density_of(heaps(3000, 1000, 300, 100))
    # As often as there are matters at a place: its own quantiles have no weights.
    around = np.repeat(found.values.ravel(), (found.matters.ravel() * 10).round().astype(int))
    theirs = mapclassify.Quantiles(around, k=2 * heat.CLASSES).bins[:-1:2]
    for ours, bound in zip(heat.breaks(found), theirs, strict=True):
        readable = np.array(heat.READABLE)
        assert ours in readable[readable <= bound * 1.02][-2:]


@settings(max_examples=20, deadline=None)
@given(given_matters=matters)
def test_surfaces_are_valid_and_do_not_overlap(given_matters):
    found = density_of([matter[:2] for matter in given_matters])
    classes = heat.isopleths(found, heat.breaks(found))
    assert classes
    assert all(one.geometry.is_valid and one.geometry.geom_type == "MultiPolygon" for one in classes)
    shared = [one.geometry.intersection(other.geometry).area for one, other in combinations(classes, 2)]
    assert sum(shared) < 1e-9 * sum(one.geometry.area for one in classes)


def test_each_place_lies_in_the_surface_of_its_class():
    found = density_of(heaps(300, 100, 30, 10))
    bounds = heat.breaks(found)
    classes = {one.level: one for one in heat.isopleths(found, bounds)}
    lon, lat = np.meshgrid(found.lon, found.lat)
    level_of_place = np.digitize(found.values, bounds) - 1
    for level, one in classes.items():
        assert (one.low, one.high) == (bounds[level], [*bounds[1:], None][level])
        inside = shapely.contains_xy(one.geometry, lon, lat)
        assert inside.any()
        assert (level_of_place[inside] == level).all()
    painted = shapely.union_all([one.geometry for one in classes.values()])
    assert shapely.intersects_xy(painted.buffer(1e-9), lon, lat)[level_of_place >= 0].all()


def test_ground_exactly_on_a_bound_belongs_above_it():
    found = density_of([MIDDLE])
    flat = found._replace(values=np.full(SHAPE, 3.0))
    (only,) = heat.isopleths(flat, [1.0, 3.0, 5.0])
    assert (only.level, only.low, only.high) == (1, 3.0, 5.0)
    assert only.geometry.area == pytest.approx(shapely.box(*VIEW).area)


def test_a_hollow_ring_of_matters_leaves_a_hole():
    turns = np.linspace(0, 2 * np.pi, 400)
    ring = [(MIDDLE[0] + 4000 * np.cos(t) / PER_LON, MIDDLE[1] + 4000 * np.sin(t) / PER_LAT) for t in turns]
    found = density_of(ring)
    painted = shapely.union_all([one.geometry for one in heat.isopleths(found, heat.breaks(found))])
    assert not painted.contains(shapely.Point(MIDDLE))
    assert shapely.convex_hull(painted).contains(shapely.Point(MIDDLE))
