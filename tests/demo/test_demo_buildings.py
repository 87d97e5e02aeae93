"""The buildings, roads and greens of the demo: inside the cells, clear of roads and water, named."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Point, Polygon, STRtree, box

from gridmap.demo.buildings import Built, draw_footprints
from gridmap.demo.campuses import CAMPUSES
from gridmap.demo.lots import Lot
from gridmap.demo.plane import metres
from gridmap.demo.uses import GREEN_USES, MANNERS
from gridmap.domain.landmarks import KINDS, PLACE_RANKS
from gridmap.geo import crs


def cells_holding(district, shapes) -> np.ndarray:
    """How many cells each shape lies within."""
    grids = district.areas.geometry[district.areas["level"] == "grid"].to_numpy()
    found, _ = STRtree(grids).query(shapes, predicate="within")
    return np.bincount(found, minlength=len(shapes))


def test_there_are_about_three_thousand(district):
    assert 2700 <= len(district.buildings) <= 4000
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


def test_roads_are_named_main_minor_and_lanes(district):
    assert set(district.roads["kind"]) == {"main", "minor", "lane"}
    assert (district.roads["name"].str.len() >= 3).all()
    assert district.roads["name"][district.roads["kind"] != "main"].is_unique
    assert district.roads["name"][district.roads["kind"] == "lane"].str.endswith("巷").all()
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
    assert kinds[-1] == "river"
    assert kinds[:-1] == sorted(kinds[:-1], reverse=True)
    assert set(kinds) == {"park", "lake", "river"}
    assert {"南湖", "白石河", "南湖公园"} <= set(district.greens["name"])


def built_on(use: str, ground: shapely.Polygon) -> Built:
    return draw_footprints(np.random.Generator(np.random.PCG64(1)), [Lot(0, ground, use, "", 0.5)])


@pytest.mark.parametrize("use", sorted(MANNERS))
def test_a_lot_is_built_on_as_its_use_is(use):
    lot = Polygon([(0, 0), (400, 20), (380, 300), (0, 300)])
    found = built_on(use, lot).footprints
    assert found
    for footprint in found:
        assert lot.buffer(0.02).contains(footprint.shape)
        assert MANNERS[use].floors[0] <= footprint.floors <= MANNERS[use].floors[1]


@pytest.mark.parametrize("use", sorted(CAMPUSES))
@pytest.mark.parametrize("scale", [1.0, 0.62])
def test_a_campus_is_whole_on_a_roomy_and_on_a_narrow_lot(use, scale):
    lot = box(0, 0, 210 * scale, 190 * scale)
    built = built_on(use, lot)
    assert [f.name for f in built.footprints] == [part.name for part in CAMPUSES[use].parts]
    shapes = [*(f.shape for f in built.footprints), *built.pitches]
    assert len(built.pitches) == len(CAMPUSES[use].pitches)
    assert shapely.union_all(shapes).area == pytest.approx(sum(shape.area for shape in shapes))
    assert all(lot.buffer(0.02).contains(shape) for shape in shapes)


def test_a_villages_houses_are_small_and_stand_along_its_lanes_but_not_on_them():
    lot = box(0, 0, 300, 260)
    built = built_on("village", lot)
    lanes = shapely.union_all([lane.line for lane in built.lanes])
    assert len(built.footprints) > 30
    for house in built.footprints:
        assert lot.contains(house.shape)
        assert house.shape.area < 160
        assert 2 < house.shape.distance(lanes) < 30


@pytest.mark.parametrize("use", GREEN_USES)
def test_a_green_and_a_scrap_of_ground_stay_free(use):
    assert built_on(use, box(0, 0, 400, 300)) == ([], [], [])
    assert built_on("slabs", box(0, 0, 40, 10)) == ([], [], [])


def test_landmarks_are_all_a_map_needs(district):
    counted = district.landmarks.groupby("kind").size()
    assert set(counted.index) == set(KINDS)
    assert counted["road"] == len(district.roads)
    ranks = set(district.landmarks["rank"][district.landmarks["kind"] == "place"])
    assert set(PLACE_RANKS) | {"underpass"} == ranks
    assert district.landmarks.geometry.is_valid.all()


def test_places_have_names_no_two_alike(district):
    names = district.landmarks["name"][district.landmarks["kind"] == "place"]
    assert names.is_unique
    assert (names.str.len() >= 3).all()


def test_fields_and_villages_lie_outside_the_town(district):
    whole = shapely.transform(district.areas.geometry[0], metres)
    fields = district.landmarks.geometry[district.landmarks["kind"] == "field"]
    shapes = shapely.transform(fields.to_numpy(), metres)
    inside = [shape for shape in shapes if whole.contains(shape)]
    assert 20 < len(inside) < len(shapes)
    assert min(shape.distance(Point(3950, 2700)) for shape in shapes) > 1500
