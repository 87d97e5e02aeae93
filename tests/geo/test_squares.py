"""The raster over cells answers what the polygons themselves answer, on borders and corners too."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridmap.geo.squares import Squares, covering
from tests.geo.cells import at, box, nets_and_many_places

ROW = [box(n, 0, n + 1, 1) for n in range(6)]
HOLED = box(0, 0, 9, 9).difference(box(3, 3, 6, 6))
TRIANGLE = shapely.Polygon([at(0, 0), at(7, 1), at(2, 8)])


def both(shapes, points, side):
    """The pairs by the raster, and by asking every polygon about every point."""
    array = np.array(shapes, dtype=object)
    tree = shapely.STRtree(array)
    lon, lat = (np.array([point[axis] for point in points], dtype=float) for axis in (0, 1))
    by_squares = Squares(tree, array, side).covering(lon, lat)
    every = [
        (p, c)
        for p, point in enumerate(points)
        for c, shape in enumerate(shapes)
        if shapely.covers(shape, shapely.Point(point))
    ]
    assert list(zip(*covering(tree, array, lon, lat), strict=True)) == every
    return list(zip(by_squares.point.tolist(), by_squares.cell.tolist(), strict=True)), every


@pytest.mark.parametrize("side", [1, 2, 3, 7, 64, 401])
@pytest.mark.parametrize(
    "shapes",
    [ROW, [HOLED], [HOLED, box(3, 3, 6, 6)], [TRIANGLE, box(1, 1, 5, 5)], [box(0, 0, 1, 1), box(8, 8, 9, 9)]],
    ids=["row", "hole", "filled_hole", "overlap", "far_apart"],
)
def test_a_raster_of_any_fineness_answers_as_the_polygons_do(shapes, side):
    everywhere = [at(x / 4, y / 4) for x in range(-4, 44) for y in range(-4, 44)]
    found, every = both(shapes, everywhere, side)
    assert found == every
    assert every


def test_what_lies_beside_the_raster_or_nowhere_is_in_no_cell():
    assert both(ROW, [at(-50, 0.5), at(50, 0.5), at(0.5, 90)], 8) == ([], [])
    nowhere = np.array([np.nan, np.inf, -np.inf])
    array = np.array(ROW, dtype=object)
    assert len(Squares(shapely.STRtree(array), array, 8).covering(nowhere, nowhere).point) == 0


@given(drawn=nets_and_many_places(1, 12), side=st.integers(1, 300))
@settings(max_examples=60, deadline=None)
def test_a_raster_over_any_net_answers_as_the_polygons_do(drawn, side):
    cells, points = drawn
    assume(cells)
    found, every = both([one.geometry for one in cells], points, side)
    assert found == every


@given(drawn=nets_and_many_places(1, 8), side=st.integers(2, 60))
@settings(max_examples=60, deadline=None)
def test_corners_of_cells_are_found_in_all_cells_that_meet_there(drawn, side):
    shapes = [one.geometry for one in drawn[0]]
    assume(shapes)
    corners = [tuple(xy) for xy in np.unique(shapely.get_coordinates(shapes), axis=0)]
    found, every = both(shapes, corners, side)
    assert found == every
