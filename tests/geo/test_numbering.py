"""Numbers run as a page is read, on regular and crooked cells, whatever order they come in."""

from __future__ import annotations

import random

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.errors import InvalidInputError
from gridmap.geo import crs, numbering

WEST, NORTH, SIZE = 103.79, 25.49, 0.001


def place(column: float, row: float, width: float = 1, height: float = 1) -> shapely.Polygon:
    """A cell `column` cells east and `row` cells south of the north-west corner."""
    west, north = WEST + column * SIZE, NORTH - row * SIZE
    return shapely.box(west, north - height * SIZE, west + width * SIZE, north)


def named(**shapes: shapely.Polygon) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes.values()), index=list(shapes), crs=crs.WGS84)


def grid(columns: int, rows: int) -> gpd.GeoDataFrame:
    """A regular grid in reading order, each cell named by its number."""
    shapes = {f"{r * columns + c + 1:03d}": place(c, r) for r in range(rows) for c in range(columns)}
    return named(**shapes)


def reading(cells: gpd.GeoDataFrame) -> list[str]:
    """The names of the cells in the order of their numbers."""
    return list(numbering.number_cells(cells).sort_values().index)


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (4, 3), (1, 7), (7, 1), (37, 27)])
def test_a_regular_grid_is_read_row_by_row_from_the_north_west(columns, rows):
    numbers = numbering.number_cells(grid(columns, rows))
    assert numbers.to_list() == numbers.index.to_list()
    assert numbers.iloc[0] == "001"


def test_cells_of_a_row_need_not_be_of_one_height_or_size():
    cells = named(
        first=place(0, 0, height=1.2),
        second=place(1, 0.1, width=2, height=0.8),
        third=place(3, 0, height=1.1),
        fourth=place(0, 1.2, width=1.5, height=0.8),
        fifth=place(1.5, 1.1, width=2.5, height=0.9),
    )
    assert reading(cells.sample(frac=1, random_state=1)) == ["first", "second", "third", "fourth", "fifth"]


def test_bricks_half_a_height_apart_are_rows_of_their_own():
    cells = named(a=place(0, 0), b=place(2, 0), c=place(1, 0.5), d=place(0, 1), e=place(2, 1))
    assert reading(cells) == ["a", "b", "c", "d", "e"]


def test_one_tall_cell_does_not_swallow_the_rows_beside_it():
    left = {"nw": place(0, 0), "w": place(0, 1), "sw": place(0, 2)}
    right = {"ne": place(2, 0), "e": place(2, 1), "se": place(2, 2)}
    cells = named(**left, **right, tall=place(1, 0, height=3))
    assert reading(cells) == ["nw", "ne", "w", "tall", "e", "sw", "se"]


def test_a_cell_bent_around_another_is_placed_by_its_centroid():
    bent = shapely.union(place(0, 0, width=2), place(0, 0, height=2))
    cells = named(inner=place(1, 1), bent=bent, below=place(0, 2))
    assert reading(cells) == ["bent", "inner", "below"]


@settings(max_examples=40, deadline=None)
@given(
    corners=st.lists(
        st.tuples(st.floats(0, 9), st.floats(0, 9), st.floats(0.2, 2), st.floats(0.2, 2)),
        min_size=1,
        max_size=30,
    ),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_order_of_the_rows_changes_no_number(corners, seed):
    shapes = [place(*corner) for corner in corners]
    shuffled = random.Random(seed).sample(shapes, len(shapes))
    numbers = dict(zip(shapes, numbering.number_cells(gpd.GeoDataFrame(geometry=shapes)), strict=True))
    again = dict(zip(shuffled, numbering.number_cells(gpd.GeoDataFrame(geometry=shuffled)), strict=True))
    distinct = [shape for shape in shapes if shapes.count(shape) == 1]
    assert {shape: numbers[shape] for shape in distinct} == {shape: again[shape] for shape in distinct}


@settings(max_examples=40, deadline=None)
@given(
    jitter=st.lists(st.tuples(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2)), min_size=12, max_size=12),
    start=st.integers(0, 3),
)
def test_crooked_cells_keep_the_numbers_of_the_grid_they_stand_for(jitter, start):
    crooked = [
        place(n % 4 + dx, n // 4 + dy, width=1 + dx / 2, height=1) for n, (dx, dy) in enumerate(jitter)
    ]
    turned = [
        shapely.Polygon([*ring[start:-1], *ring[: start + 1]])
        for ring in (c.exterior.coords[:] for c in crooked)
    ]
    assert numbering.number_cells(gpd.GeoDataFrame(geometry=turned)).to_list() == [
        f"{n:03d}" for n in range(1, 13)
    ]


def test_numbers_are_texts_each_used_once():
    numbers = numbering.number_cells(grid(9, 9).sample(frac=1, random_state=7))
    assert sorted(numbers) == [f"{n:03d}" for n in range(1, 82)]


def test_no_cells_have_no_numbers():
    assert numbering.number_cells(grid(3, 1).iloc[:0]).to_list() == []


def test_more_cells_than_three_digits_are_refused():
    with pytest.raises(InvalidInputError) as refused:
        numbering.number_cells(grid(40, 25))
    assert (refused.value.code, refused.value.details) == ("too_many_cells", {"count": 1000, "limit": 999})


def test_a_cell_without_shape_is_refused_by_row():
    with pytest.raises(InvalidInputError) as refused:
        numbering.number_cells(named(a=place(0, 0), b=None, c=shapely.Polygon()))
    assert (refused.value.code, refused.value.details) == ("geometry_missing", {"rows": [1, 2]})


def test_full_codes_are_the_community_and_the_number():
    codes = numbering.full_codes("990001001001", grid(2, 2))
    assert codes.to_list() == [f"990001001001{n:03d}" for n in range(1, 5)]


@pytest.mark.parametrize("code", ["990001001", "990001001001001", "99000100100a", ""])
def test_only_a_community_can_be_numbered(code):
    with pytest.raises(InvalidInputError) as refused:
        numbering.full_codes(code, grid(2, 2))
    assert refused.value.code == "code_invalid"
