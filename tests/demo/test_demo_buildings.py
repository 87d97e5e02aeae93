"""The buildings, roads and greens of the demo: inside the cells, clear of roads and water, named."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import LineString, STRtree, box

from gridmap.demo.buildings import draw_footprints
from gridmap.demo.plane import metres
from gridmap.demo.uses import MANNERS
from gridmap.geo import crs


def cells_holding(district, shapes) -> np.ndarray:
    """How many cells each shape lies within."""
    grids = district.areas.geometry[district.areas["level"] == "grid"].to_numpy()
    found, _ = STRtree(grids).query(shapes, predicate="within")
    return np.bincount(found, minlength=len(shapes))


def test_there_are_about_three_thousand(district):
    assert 2700 <= len(district.buildings) <= 3700
    assert district.buildings.crs == crs.WGS84


def test_every_building_lies_within_exactly_one_cell(district):
    assert set(cells_holding(district, district.buildings.geometry.to_numpy())) == {1}


def test_a_building_across_a_border_would_be_noticed(district):
    border = district.areas.geometry.iloc[-1].exterior.interpolate(0.5, normalized=True)
    assert cells_holding(district, [border.buffer(0.0001)]) == [0]


def test_every_building_is_a_rectangle(district):
    shapes = shapely.transform(district.buildings.geometry.to_numpy(), metres)
    corners = np.array([shape.exterior.coords for shape in shapes])
    assert corners.shape[1] == 5
    sides = np.diff(corners, axis=1)
    across = (sides[:, :-1] * sides[:, 1:]).sum(axis=2)
    assert np.abs(across).max() < 0.3  # square metres: what a millimetre of rounding does to a corner


def test_no_building_stands_in_water_or_on_a_road(district):
    shapes = district.buildings.geometry.to_numpy()
    water = district.greens.geometry[district.greens["kind"] != "park"].to_numpy()
    for lines in (water, district.roads.geometry.to_numpy()):
        assert STRtree(shapes).query(lines, predicate="intersects").size == 0


def test_buildings_do_not_overlap(district):
    shapes = district.buildings.geometry.to_numpy()
    a, b = STRtree(shapes).query(shapes, predicate="overlaps")
    assert len(a) == len(b) == 0


def test_names_codes_and_addresses_are_unlike(district):
    for column in ("code", "name", "address"):
        assert district.buildings[column].is_unique, column


def test_addresses_name_a_road_of_the_demo(district):
    roads = district.buildings["address"].str.extract(r"^(\D+)\d+号$")[0]
    assert set(roads) <= set(district.roads["name"])


def test_who_lives_somewhere_has_a_share_of_a_cell_as_the_standard_has_it(district):
    homes = district.buildings["households"]
    assert 300 <= homes.sum() / 130 <= 600
    assert (homes >= 0).all()
    assert (homes == 0).any()


def test_chiefs_are_people_of_houses_with_homes(district):
    chiefs = district.buildings["chief"]
    lived_in = district.buildings["households"] > 0
    assert all(chief is None for chief in chiefs[~lived_in])
    assert 0.7 < chiefs[lived_in].notna().mean() < 0.95
    assert not set(chiefs.dropna()) & set(district.staff["name"])


def test_there_are_low_and_high_houses(district):
    floors = district.buildings["floors"]
    assert floors.min() >= 1
    assert floors.max() > 20
    assert ((floors >= 5) & (floors <= 7)).mean() > 0.35


def test_roads_are_named_main_and_minor(district):
    assert set(district.roads["kind"]) == {"main", "minor"}
    assert (district.roads["name"].str.len() >= 3).all()
    assert district.roads["name"][district.roads["kind"] == "minor"].is_unique
    assert set(district.roads.geom_type) == {"LineString"}


def test_a_river_crosses_the_district_from_side_to_side(district):
    river = district.greens.geometry[district.greens["kind"] == "river"].item()
    whole = district.areas.geometry[0]
    west, east = whole.bounds[0], whole.bounds[2]
    assert river.bounds[0] < west
    assert river.bounds[2] > east
    assert len(shapely.get_parts(whole.difference(river))) == 2


def test_greens_are_drawn_land_first(district):
    kinds = list(district.greens["kind"])
    assert kinds[-2:] == ["lake", "river"]
    assert set(kinds[:-2]) == {"park"}


@pytest.mark.parametrize("use", sorted(MANNERS))
def test_a_block_is_built_on_as_its_use_is(use):
    block, road = box(0, 0, 400, 300), LineString([(0, 150), (400, 150)]).buffer(10)
    found = draw_footprints(np.random.Generator(np.random.PCG64(1)), [block], [use], road)
    assert found
    for footprint in found:
        assert block.buffer(-13.9).contains(footprint.shape)
        assert not footprint.shape.intersects(road.buffer(-0.1))
        assert MANNERS[use].floors[0] <= footprint.floors <= MANNERS[use].floors[1]


def test_a_park_and_a_scrap_of_ground_stay_free():
    rng = np.random.Generator(np.random.PCG64(1))
    nothing = shapely.Polygon()
    assert draw_footprints(rng, [box(0, 0, 400, 300)], ["park"], nothing) == []
    assert draw_footprints(rng, [box(0, 0, 40, 20)], ["slabs"], nothing) == []
