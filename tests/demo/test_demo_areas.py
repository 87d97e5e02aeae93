"""The areas of the demo: four levels, each covering the one above exactly."""

from __future__ import annotations

import itertools

import geopandas as gpd
import pytest
import shapely
from shapely import Polygon, box

from gridmap.demo.blocks import borders_of, joined
from gridmap.demo.district import DemoDistrict, draw_geometry
from gridmap.demo.plan import SMALL
from gridmap.domain.codes import LEVELS, level_of, parent_code
from gridmap.geo import crs
from gridmap.geo.coverage import check
from gridmap.geo.numbering import full_codes

STEPS = list(itertools.pairwise(LEVELS))


def level(district: DemoDistrict, name: str) -> gpd.GeoDataFrame:
    return district.areas[district.areas["level"] == name]


def covers_exactly(parts: list[Polygon], whole: Polygon) -> bool:
    """Whether the parts meet vertex to vertex and their outer border is that of the whole."""
    if not shapely.coverage_is_valid(parts):
        return False
    union = shapely.coverage_union_all(parts)
    return union.equals(whole) and abs(sum(p.area for p in parts) - whole.area) < 1e-12 * whole.area


@pytest.mark.parametrize(("above", "below"), STEPS)
def test_each_level_covers_the_one_above_exactly(district, above, below):
    for area in level(district, above).itertuples():
        parts = level(district, below)
        own = list(parts.geometry[parts["parent"] == area.code])
        assert covers_exactly(own, area.geometry), area.code


def test_the_check_sees_a_gap_an_overlap_and_a_missing_vertex():
    left, whole = box(0, 0, 1, 1), box(0, 0, 2, 1)
    assert covers_exactly([left, box(1, 0, 2, 1)], whole)
    assert not covers_exactly([left, box(1.001, 0, 2, 1)], whole)
    assert not covers_exactly([left, box(0.999, 0, 2, 1)], whole)
    assert not covers_exactly([left, box(1, 0, 2, 0.5), box(1, 0.5, 2, 1)], whole)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_make_whole_towns_too(seed):
    areas = draw_geometry(seed, SMALL).areas
    assert list(areas["level"].value_counts()[list(LEVELS)]) == [1, 3, 12, 130]
    for name in LEVELS:
        assert shapely.coverage_is_valid(areas.geometry[areas["level"] == name].to_numpy())


def test_every_area_is_one_simple_polygon_in_wgs84(district):
    shapes = district.areas.geometry
    assert district.areas.crs == crs.WGS84
    assert set(shapes.geom_type) == {"Polygon"}
    assert shapes.is_valid.all()
    assert not any(shape.interiors for shape in shapes)


def test_it_lies_where_it_is_said_to_and_is_seven_by_five_kilometres(district):
    west, south, east, north = district.areas.total_bounds
    per_lon, per_lat = crs.metres_per_degree(25.49)
    assert (west + east) / 2 == pytest.approx(103.80, abs=0.005)
    assert (south + north) / 2 == pytest.approx(25.49, abs=0.005)
    assert (east - west) * per_lon == pytest.approx(7000, rel=0.08)
    assert (north - south) * per_lat == pytest.approx(5000, rel=0.08)


def test_codes_and_parents_are_the_tree(district):
    areas = district.areas
    assert areas["code"].is_unique
    assert areas["name"].is_unique
    assert [level_of(code) for code in areas["code"]] == list(areas["level"])
    assert [parent_code(code) for code in areas["code"]] == list(areas["parent"])
    assert areas["parent"].iloc[0] is None
    assert set(areas["parent"][1:]) <= set(areas["code"])


def test_names_are_those_of_the_fictional_district(district):
    assert list(district.areas["name"][:4]) == ["示例区", "白石街道", "南湖街道", "文峰街道"]
    by_code = district.areas.set_index("code")["name"]
    assert by_code["990001001001"] == "河滨社区"
    assert by_code["990001001001012"] == "河滨第12网格"


def test_communities_are_of_a_size(district):
    cells = level(district, "grid")["parent"].value_counts()
    assert cells.min() >= 5
    assert cells.max() <= 17


def test_cells_are_numbered_as_the_standard_asks(district):
    grids = level(district, "grid")
    for community, cells in grids.groupby("parent"):
        assert list(full_codes(community, cells)) == list(cells["code"])


def test_nothing_is_found_by_the_check_that_imports_run(district):
    grids = level(district, "grid").reset_index(drop=True)
    assert check(grids, level(district, "community").reset_index(drop=True)) == []


def test_a_border_counts_only_where_the_vertices_are_the_same():
    left, right, shifted = box(0, 0, 1, 1), box(1, 0, 2, 1), box(1, 0.25, 2, 1.25)
    assert borders_of([left, right]) == {0: {1: 1.0}, 1: {0: 1.0}}
    assert borders_of([left, shifted]) == {0: {}, 1: {}}


def test_joined_blocks_keep_the_vertices_neighbours_need():
    upper, lower = box(0, 1, 1, 2), box(0, 0, 1, 1)
    assert {(0.0, 1.0), (1.0, 1.0)} <= set(joined([upper, lower]).exterior.coords)
