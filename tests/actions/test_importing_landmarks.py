"""Landmarks come in from a file: of their district, known by what they say, all or nothing."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_landmarks import import_landmarks
from gridmap.actions.office import Office
from gridmap.db import landmarks
from gridmap.db.models import ImportRow, Landmark
from gridmap.domain.codes import NO_DISTRICT
from gridmap.errors import FindingsError
from gridmap.files.landmarks import LandmarkColumns, landmark_frame
from gridmap.geo.crs import WGS84
from tests.db.looking import count, rows_of
from tests.town import C1, CENTRES, DISTRICT, OUTSIDE, build_areas

LON, LAT = CENTRES[C1]
ROAD = LineString([(LON - 0.003, LAT), (LON + 0.02, LAT)])
LAKE = box(LON, LAT, LON + 0.002, LAT + 0.001)
BOW_TIE = Polygon([(LON, LAT), (LON + 0.001, LAT + 0.001), (LON + 0.001, LAT), (LON, LAT + 0.001)])


def take_in(office: Office, kind: str, shapes: list[BaseGeometry | None], *, dry: bool = False, replace: bool = False, **columns: object) -> ImportReport:  # fmt: skip
    """Import landmarks of one kind, read as from a file."""
    source = gpd.GeoDataFrame(columns, geometry=shapes, crs=WGS84)
    frame, findings = landmark_frame(source, kind, LandmarkColumns())
    return import_landmarks(office, frame, ImportFile("l.gpkg", "0", dry), findings, is_replacing=replace)


def counts(report: ImportReport) -> list[int]:
    return [report.counts[name] for name in ("new", "changed", "unchanged", "ended", "left_out")]


def rules(report: ImportReport) -> list[tuple[str, str]]:
    return [(finding.rule, finding.severity) for finding in report.findings]


def test_lines_surfaces_and_points_are_kept_with_their_district(office: Office) -> None:
    shapes = [ROAD, LAKE, Point(OUTSIDE)]
    report = take_in(office, "place", shapes, name=["a", "b", "c"], rank=["学校", "x", ""])
    assert (counts(report), report.findings) == ([3, 0, 0, 0, 0], ())
    stored = rows_of(office, Landmark)
    assert [(row.district_code, row.name, row.rank) for row in stored] == [
        (DISTRICT, "a", "school"),
        (DISTRICT, "b", "x"),
        (DISTRICT, "c", ""),
    ]
    with office.database.reading() as session:
        kept = shapely.from_wkb([row.wkb for row in landmarks.page(session, None)])
    assert [shape.geom_type for shape in kept] == ["LineString", "Polygon", "Point"]


def test_heights_are_dropped(office: Office) -> None:
    take_in(office, "water", [LineString([(LON, LAT, 5), (LON + 0.01, LAT, 6)])])
    with office.database.reading() as session:
        assert not shapely.has_z(shapely.from_wkb(landmarks.page(session, None)[0].wkb))


def test_the_same_file_twice_stores_nothing(office: Office) -> None:
    take_in(office, "water", [LAKE, ROAD], name=["湖", "河"])
    before = count(office, ImportRow)
    assert counts(take_in(office, "water", [LAKE, ROAD], name=["湖", "河"])) == [0, 0, 2, 0, 0]
    assert count(office, ImportRow) == before


def test_only_replace_ends_what_the_file_does_not_have_and_only_of_its_kind(office: Office) -> None:
    take_in(office, "green", [LAKE])
    take_in(office, "water", [LAKE, ROAD])
    assert counts(take_in(office, "water", [ROAD])) == [0, 0, 1, 0, 0]
    assert counts(take_in(office, "water", [ROAD], replace=True)) == [0, 0, 1, 1, 0]
    assert sorted(row.kind for row in rows_of(office, Landmark)) == ["green", "water"]


def test_a_dry_run_stores_nothing(office: Office) -> None:
    assert counts(take_in(office, "water", [LAKE], dry=True)) == [1, 0, 0, 0, 0]
    assert (count(office, Landmark), count(office, ImportRow)) == (0, count(office, ImportRow))


def test_without_areas_they_wait_for_their_district(empty_office: Office) -> None:
    take_in(empty_office, "water", [LAKE])
    assert rows_of(empty_office, Landmark)[0].district_code == NO_DISTRICT
    build_areas(empty_office)
    assert counts(take_in(empty_office, "water", [LAKE])) == [0, 1, 0, 0, 0]
    assert rows_of(empty_office, Landmark)[0].district_code == DISTRICT


def test_rows_without_a_place_are_left_out_and_told(office: Office) -> None:
    report = take_in(
        office, "road", [ROAD, ROAD.buffer(0.001), None, Point(200, 5)], name=["甲", "乙", "丙", "丁"]
    )
    assert counts(report) == [2, 0, 0, 0, 2]
    assert rules(report) == [("geometry_missing", "warning"), ("coordinates_out_of_range", "warning")]


def test_a_file_of_such_rows_is_refused(office: Office) -> None:
    with pytest.raises(FindingsError) as refused:
        take_in(office, "road", [None, None, ROAD])
    assert refused.value.details["rules"] == {"geometry_missing": 2}
    assert count(office, Landmark) == 0


def test_an_outline_that_crosses_itself_is_mended_however_much(office: Office) -> None:
    report = take_in(office, "green", [BOW_TIE])
    assert rules(report) == [("geometry_invalid", "warning")]
    with office.database.reading() as session:
        assert shapely.from_wkb(landmarks.page(session, None)[0].wkb).is_valid


def test_a_word_that_is_no_class_of_road_is_told_once_and_minor(office: Office) -> None:
    shapes = [LineString([(LON, LAT + n / 1000), (LON + 0.01, LAT)]) for n in range(5)]
    ranks = ["primary_link", "巷", "raceway", "raceway", ""]
    report = take_in(office, "road", shapes, highway=ranks)
    assert rules(report) == [("rank_unknown", "warning")]
    assert report.findings[0].details == {"value": "raceway", "count": 2}
    assert [row.rank for row in rows_of(office, Landmark)] == ["main", "lane", "minor", "minor", "minor"]


def test_a_name_too_long_refuses_the_file(office: Office) -> None:
    with pytest.raises(FindingsError) as refused:
        take_in(office, "place", [Point(LON, LAT), LAKE], name=["村", "村" * 201])
    assert refused.value.details["rules"] == {"text_too_long": 1}
    assert count(office, Landmark) == 0


def test_rows_that_say_the_same_are_kept_once(office: Office) -> None:
    report = take_in(office, "water", [LAKE, LAKE, ROAD])
    assert (counts(report), rules(report)) == ([2, 0, 0, 0, 0], [("landmark_repeated", "info")])
