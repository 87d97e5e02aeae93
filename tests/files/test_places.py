"""Areas and buildings out of files: columns, coordinate systems, and every doubt a finding."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, Polygon, box

from gridmap.errors import FileUnreadableError, InvalidInputError
from gridmap.files.places import (
    BuildingColumns,
    Columns,
    Reference,
    area_frame,
    building_frame,
    in_wgs84,
    point_frame,
)
from gridmap.geo.crs import CGCS2000, WGS84, from_wgs84

HOME = (103.805, 25.505)
CGCS2000_ZONE_35 = 4523
"""Gauss-Kruger with three-degree zones, central meridian 105°, metres."""


def points(
    *places: tuple[float, float], crs: int | None = WGS84, **columns: list[object]
) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=[Point(place) for place in places], crs=crs)


def read_one(frame: gpd.GeoDataFrame, reference: Reference) -> tuple[float, float]:
    point = in_wgs84(frame, reference, "file").geometry.iloc[0]
    return (round(point.x, 7), round(point.y, 7))


def test_metres_of_a_gauss_kruger_zone_become_degrees() -> None:
    metres = points(HOME).to_crs(CGCS2000_ZONE_35)
    assert metres.geometry.iloc[0].x > 1e7
    assert read_one(metres, Reference()) == HOME
    assert read_one(metres.set_crs(None, allow_override=True), Reference(CGCS2000_ZONE_35)) == HOME


def test_a_stated_crs_overrules_the_files() -> None:
    wrongly = points(HOME).to_crs(CGCS2000_ZONE_35).set_crs(WGS84, allow_override=True)
    assert read_one(wrongly, Reference(CGCS2000_ZONE_35)) == HOME
    assert read_one(points(HOME, crs=CGCS2000), Reference()) == HOME


@pytest.mark.parametrize("datum", ["gcj02", "bd09", "cgcs2000", "wgs84"])
@pytest.mark.parametrize("crs", [None, WGS84])
def test_a_stated_datum_is_undone(datum: str, crs: int | None) -> None:
    sent = points(from_wgs84(*HOME, datum), crs=crs)
    assert read_one(sent, Reference(None, datum)) == HOME


def test_without_any_word_on_the_coordinates_it_asks() -> None:
    with pytest.raises(FileUnreadableError) as caught:
        in_wgs84(points((18_000_000.5, 2_800_000), crs=None), Reference(), "cells.shp")
    assert caught.value.code == "file_leaves_open"
    assert [question["question"] for question in caught.value.details["questions"]] == ["crs"]
    with pytest.raises(InvalidInputError, match="crs_unknown"):
        in_wgs84(points(HOME), Reference(1), "cells.shp")


def test_heights_are_dropped() -> None:
    frame = gpd.GeoDataFrame(geometry=[Point(*HOME, 12.0)], crs=WGS84)
    assert not in_wgs84(frame, Reference(), "file").has_z.any()


def areas(
    columns: Columns | None = None, *, numbered: bool = False, **values: list[object]
) -> dict[str, list[object]]:
    source = gpd.GeoDataFrame(
        values, geometry=[box(0, 0, 1, 1)] * len(next(iter(values.values()))), crs=WGS84
    )
    frame, findings = area_frame(source, columns or Columns(), numbered=numbered)
    assert findings == []
    return {name: list(frame[name]) for name in ("code", "name", "parent")}


def test_usual_columns_are_found_in_both_languages() -> None:
    expected = {"code": ["1"], "name": ["A"], "parent": ["9"]}
    assert areas(code=["1"], name=["A"], parent_code=["9"]) == expected
    assert areas(**{"网格编码": ["1"], "网格名称": ["A"], "上级编码": ["9"]}) == expected


def test_numbers_for_codes_become_text_without_a_point() -> None:
    assert areas(code=[990001001001001.0, 7.0])["code"] == ["990001001001001", "7"]
    assert areas(id=[7], parent=[None])["parent"] == [None]


def test_without_names_codes_stand_in_and_numbered_cells_have_neither() -> None:
    assert areas(code=["1"]) == {"code": ["1"], "name": ["1"], "parent": [None]}
    assert areas(other=["1"], numbered=True) == {"code": [None], "name": [None], "parent": [None]}


def test_named_columns_are_taken_and_missing_ones_refused() -> None:
    assert areas(Columns("bh", "mc", "sj"), bh=["1"], mc=["A"], sj=["9"])["parent"] == ["9"]
    with pytest.raises(InvalidInputError, match="column_missing"):
        areas(Columns(parent="sj"), code=["1"])
    with pytest.raises(InvalidInputError, match="column_missing"):
        areas(name=["no code"])


def test_an_outline_that_crosses_itself_is_a_finding() -> None:
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    source = gpd.GeoDataFrame({"code": ["tie"]}, geometry=[bow_tie], crs=WGS84)
    _, findings = area_frame(source, Columns(), numbered=False)
    assert [(f.rule, f.severity, f.record) for f in findings] == [("geometry_invalid", "error", "tie")]


def test_buildings_are_read_with_their_counts() -> None:
    source = points(HOME, 编码=["B1"], 名称=["一号楼"], 地址=["x"], 层数=[6.0], 户数=["24"], 楼栋长=["Wu"])
    frame, findings = building_frame(source, BuildingColumns())
    row = frame.drop(columns=["geometry", "row"]).iloc[0].to_dict()
    assert row == {
        "code": "B1",
        "name": "一号楼",
        "address": "x",
        "floors": 6,
        "households": 24,
        "chief": "Wu",
    }
    assert findings == []


@pytest.mark.parametrize("value", ["six", "-1", "1.5", "12345678", "６"])
def test_counts_that_are_none_are_findings(value: str) -> None:
    _, findings = building_frame(points(HOME, code=["B1"], floors=[value]), BuildingColumns())
    assert [(f.rule, f.record, f.details["field"]) for f in findings] == [("number_invalid", "B1", "floors")]


def test_unknown_counts_are_none() -> None:
    frame, findings = building_frame(points(HOME, HOME, code=["a", "b"], floors=["", "6"]), BuildingColumns())
    assert findings == []
    assert [value if value == value else None for value in frame["floors"]] == [None, 6]  # noqa: PLR0124


def test_no_building_stands_at_null_island() -> None:
    _, findings = building_frame(points((0, 0), HOME, code=["lost", "found"]), BuildingColumns())
    assert [(f.rule, f.severity, f.record) for f in findings] == [("null_island", "warning", "lost")]
    assert findings[0].details == {"row": 0, "left_out": True}


def test_what_reading_told_already_is_not_told_again() -> None:
    table = pd.DataFrame({"code": ["a", "b"], "x": ["103.8", ""], "y": ["25.5", "25.5"]})
    frame, told = point_frame(table, "x", "y")
    assert [(f.rule, f.severity, f.details["left_out"]) for f in told] == [
        ("coordinates_missing", "warning", True)
    ]
    assert building_frame(frame.set_crs(WGS84), BuildingColumns(), told)[1] == []


def test_a_table_with_coordinates_is_features() -> None:
    table = pd.DataFrame({"code": ["a", "b", "c"], "x": ["103.8", "", "abc"], "y": ["25.5", "25.5", "25.5"]})
    frame, findings = point_frame(table, "x", "y")
    assert frame.geometry.iloc[0] == Point(103.8, 25.5)
    assert list(frame.geometry.isna()) == [False, True, True]
    assert [(f.rule, f.record) for f in findings] == [("coordinates_missing", 1), ("coordinates_missing", 2)]
    assert frame.crs is None


def test_lines_stay_lines_for_the_check_to_refuse() -> None:
    source = gpd.GeoDataFrame({"code": ["x"]}, geometry=[LineString([(0, 0), (1, 1)])], crs=WGS84)
    frame, findings = area_frame(source, Columns(), numbered=False)
    assert (frame.geometry.iloc[0].geom_type, findings) == ("LineString", [])
