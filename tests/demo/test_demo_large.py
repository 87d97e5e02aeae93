"""The large district, tried on a part of its plan: streets and communities are drawn, counts are met, nothing overlaps."""

from __future__ import annotations

import pytest
import shapely
from shapely import STRtree

from gridmap.demo.district import Geometry, draw_geometry
from gridmap.demo.growing import grow
from gridmap.demo.plan_district import DISTRICT
from gridmap.domain.codes import LEVELS, level_of, parent_code

PART = DISTRICT._replace(extent=(-2500.0, -2500.0, 9000.0, 7500.0), cells=700, buildings=9000, drawn=(4, 24))
"""About a quarter of it: large enough for countryside, townships and villages."""


@pytest.fixture(scope="module")
def part() -> Geometry:
    return draw_geometry(5, PART)


def of_level(part: Geometry, level: str) -> list[shapely.Polygon]:
    return list(part.areas.geometry[part.areas["level"] == level])


def test_there_are_as_many_as_were_asked_for(part):
    assert list(part.areas["level"].value_counts()[list(LEVELS)]) == [1, 4, 24, 700]
    assert len(part.buildings) == 9000


def test_each_level_covers_the_one_above_exactly(part):
    whole = of_level(part, "district")[0]
    for level in LEVELS[1:]:
        parts = of_level(part, level)
        assert shapely.coverage_is_valid(parts)
        assert shapely.coverage_union_all(parts).equals(whole)
        assert all(shape.geom_type == "Polygon" and not shape.interiors for shape in parts)


def test_codes_are_the_tree_and_names_are_unlike(part):
    areas = part.areas
    assert [level_of(code) for code in areas["code"]] == list(areas["level"])
    assert [parent_code(code) for code in areas["code"]] == list(areas["parent"])
    assert areas["code"].is_unique
    assert areas["name"].is_unique


def test_the_streets_farthest_out_are_townships(part):
    streets = part.areas[part.areas["level"] == "street"]
    assert [(code[6:], name[-1]) for code, name in zip(streets["code"], streets["name"], strict=True)] == [
        ("001", "道"),
        ("101", "镇"),
        ("102", "镇"),
        ("103", "镇"),
    ]
    communities = part.areas[part.areas["level"] == "community"]
    assert all(
        (name[-1] == "村") == (code[9:] >= "200")
        for code, name in zip(communities["code"], communities["name"], strict=True)
    )


def test_communities_are_of_a_size(part):
    cells = part.areas["parent"][part.areas["level"] == "grid"].value_counts()
    assert 8 <= cells.min() <= cells.max() <= 60


def test_buildings_stand_in_one_cell_apart_from_roads_and_each_other(part):
    shapes = part.buildings.geometry.to_numpy()
    held, _ = STRtree(of_level(part, "grid")).query(shapes, predicate="within")
    assert sorted(held) == list(range(len(shapes)))
    tree = STRtree(shapes)
    assert tree.query(shapes, predicate="overlaps").size == 0
    assert tree.query(part.roads.geometry.to_numpy(), predicate="intersects").size == 0


def test_names_codes_and_addresses_are_unlike(part):
    for column in ("code", "name", "address"):
        assert part.buildings[column].is_unique, column
    places = part.landmarks["name"][part.landmarks["kind"] == "place"]
    assert places.is_unique


def test_growing_takes_turns_and_leaves_what_nobody_reaches():
    row = {0: {1}, 1: {0, 2}, 2: {1, 3}, 3: {2, 4}, 4: {3}, 9: set()}
    size = dict.fromkeys(row, 1.0)
    owner = grow(row, size, {"a": 0, "b": 4}, {"a": 1.0, "b": 1.5}, lambda _key, part: float(part))
    assert owner == {0: "a", 1: "a", 2: "b", 3: "b", 4: "b"}
