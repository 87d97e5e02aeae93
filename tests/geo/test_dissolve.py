"""Rows that share a code become one area: borders vanish, drawing errors are closed and told, contradictions are errors."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from gridmap.geo import crs
from gridmap.geo.coverage import Finding
from gridmap.geo.dissolve import dissolve
from tests.geo.test_coverage import BOW_TIE, box

Row = tuple[str | None, str, str | None, shapely.Geometry | None]
LEFT, RIGHT = box(0, 0, 100, 100), box(100, 0, 200, 100)


def united(*rows: Row) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    columns = {name: [row[at] for row in rows] for at, name in enumerate(("code", "name", "parent"))}
    return dissolve(gpd.GeoDataFrame(columns, geometry=[row[3] for row in rows], crs=crs.WGS84))


def told(findings: list[Finding]) -> list[tuple]:
    return [(f.rule, f.severity, f.details.get("kind")) for f in findings]


def test_rows_of_one_code_become_one_without_the_border_between_them():
    frame, findings = united(
        ("a", "A", "p", LEFT), ("b", "B", "p", box(0, 100, 200, 200)), ("a", "A", "p", RIGHT)
    )
    assert findings == []
    assert list(zip(frame["code"], frame["name"], frame["parent"], frame["row"], strict=True)) == [
        ("a", "A", "p", 0),
        ("b", "B", "p", 1),
    ]
    assert frame.geometry[0].equals(box(0, 0, 200, 100))
    assert frame.crs == crs.WGS84


@pytest.mark.parametrize("field", ["name", "parent"])
def test_rows_that_contradict_each_other_are_an_error_that_names_both(field):
    other = ("a", "Other", "p") if field == "name" else ("a", "A", "q")
    _, (found,) = united(("a", "A", "p", LEFT), ("a", "A", "p", box(0, 100, 9, 109)), (*other, RIGHT))
    assert (found.rule, found.severity, found.record) == ("dissolve_differs", "error", "a")
    assert (found.details["rows"], len(found.details["values"])) == ([0, 2], 2)


def test_a_hair_between_two_rows_is_closed_and_told():
    around = box(0, 0, 200, 200) - box(50, 50, 150, 150)
    frame, findings = united(("a", "A", None, around), ("a", "A", None, box(50.3, 50, 150, 150)))
    assert told(findings) == [("sliver", "info", "dissolve_gap")]
    assert findings[0].details["area_m2"] == pytest.approx(30, rel=0.01)
    assert shapely.get_num_interior_rings(frame.geometry[0]) == 0


def test_a_real_hole_stays_open():
    around = box(0, 0, 200, 200) - box(50, 50, 150, 150)
    frame, findings = united(("a", "A", None, around), ("a", "A", None, box(52, 50, 150, 150)))
    assert findings == []
    assert shapely.get_num_interior_rings(frame.geometry[0]) == 1


@pytest.mark.parametrize(
    ("by_m", "expected"), [(0.5, ("sliver", "info")), (20, ("dissolve_overlap", "warning"))]
)
def test_rows_that_share_ground_are_told_by_how_wide_it_is(by_m, expected):
    frame, (found,) = united(("a", "A", None, LEFT), ("a", "A", None, box(100 - by_m, 0, 200, 100)))
    assert (found.rule, found.severity) == expected
    assert (found.details["row"], found.details["other_row"]) == (0, 1)
    assert found.details["area_m2"] == pytest.approx(100 * by_m, rel=0.01)
    assert crs.area_m2(frame.geometry[0]) == pytest.approx(20_000, rel=0.01)


def test_a_row_without_a_surface_is_told_and_does_not_spoil_the_others():
    rows = [("a", "A", None, LEFT), ("a", "A", None, None), ("a", "A", None, BOW_TIE), ("c", "C", None, None)]
    frame, findings = united(*rows)
    assert sorted((f.rule, f.details["row"]) for f in findings) == [
        ("geometry_invalid", 2),
        ("geometry_missing", 1),
        ("geometry_missing", 3),
    ]
    assert list(frame["code"]) == ["a"]


def test_rows_without_a_code_are_not_thrown_together():
    frame, _ = united(("", "A", None, LEFT), ("", "B", None, RIGHT), (None, "C", None, box(0, 100, 9, 109)))
    assert list(frame["name"]) == ["A", "B", "C"]
