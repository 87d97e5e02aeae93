"""Buildings find their cell, follow their file, and move when cells are redrawn."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_buildings import import_buildings
from gridmap.actions.office import Office
from gridmap.db import buildings
from gridmap.db.models import Building, ImportRow, StreamRow
from gridmap.domain.codes import NO_DISTRICT
from gridmap.errors import FindingsError
from gridmap.files.places import BuildingColumns, building_frame
from gridmap.geo.crs import WGS84
from tests.conftest import START
from tests.db.looking import ask_sql, count, current_areas, rows_of, stream_kinds
from tests.town import C1, C2, C3, C6, CENTRES, DISTRICT, EASTGATE, OUTSIDE, add_areas, square

LON, LAT = CENTRES[C1]
FOOTPRINT = box(LON, LAT, LON + 0.0002, LAT + 0.0001)
TWO_WINGS = FOOTPRINT | box(LON + 0.001, LAT, LON + 0.0012, LAT + 0.0001)


def take_in(office: Office, shapes: dict[str, BaseGeometry | None], *, dry: bool = False, replace: bool = False, **columns: object) -> ImportReport:  # fmt: skip
    """Import buildings by code, read as from a file."""
    source = gpd.GeoDataFrame({"code": list(shapes), **columns}, geometry=list(shapes.values()), crs=WGS84)
    frame, findings = building_frame(source, BuildingColumns())
    return import_buildings(office, frame, ImportFile("b.gpkg", "0", dry), findings, is_replacing=replace)


def counts(report: ImportReport) -> list[int]:
    return [report.counts[name] for name in ("new", "changed", "unchanged", "ended")]


def by_code(office: Office) -> dict[str, Building]:
    return {row.code: row for row in rows_of(office, Building)}


def cell_of(office: Office, code: str) -> str:
    return by_code(office)[code].path.split("/")[-2] if by_code(office)[code].path else ""


def test_footprints_and_points_find_their_cell(office: Office) -> None:
    report = take_in(
        office, {"foot": FOOTPRINT, "wings": TWO_WINGS, "point": Point(CENTRES[C3])}, floors=[6, 2, ""]
    )
    assert (counts(report), report.findings) == ([3, 0, 0, 0], ())
    assert [cell_of(office, code) for code in ("foot", "wings", "point")] == [C1, C1, C3]
    stored = by_code(office)
    assert (stored["foot"].floors, stored["point"].floors, stored["foot"].district_code) == (
        6,
        None,
        DISTRICT,
    )
    assert (stored["point"].footprint is None, stored["foot"].footprint is None) == (True, False)
    assert stream_kinds(office)[-1] == "buildings"


def test_a_footprints_point_lies_inside_it_even_around_a_yard(office: Office) -> None:
    ring = FOOTPRINT.buffer(0.001).difference(FOOTPRINT.buffer(0.0009))
    take_in(office, {"ring": ring})
    covers = ask_sql(office, "SELECT ST_Covers(footprint, point) FROM buildings")
    assert [bool(answer) for (answer,) in covers] == [True]


def test_the_same_file_twice_stores_nothing_and_tells_nobody(office: Office) -> None:
    take_in(office, {"b": FOOTPRINT}, floors=["6"], households=[24])
    before = count(office, StreamRow), count(office, ImportRow)
    assert counts(take_in(office, {"b": FOOTPRINT}, floors=["6"], households=[24])) == [0, 0, 1, 0]
    assert (count(office, StreamRow), count(office, ImportRow)) == before


def test_known_codes_are_updated_in_place(office: Office) -> None:
    take_in(office, {"b": FOOTPRINT, "same": Point(CENTRES[C2])}, name=["old", "x"])
    key = by_code(office)["b"].id
    report = take_in(office, {"b": Point(CENTRES[C2]), "same": Point(CENTRES[C2])}, name=["new", "x"])
    assert counts(report) == [0, 1, 1, 0]
    moved = by_code(office)["b"]
    assert (moved.id, moved.name, moved.footprint, moved.valid_from) == (key, "new", None, START)
    assert cell_of(office, "b") == C2


def test_absent_ones_end_only_with_replace_and_come_back(office: Office, clock: object) -> None:
    take_in(office, {"a": FOOTPRINT, "b": FOOTPRINT})
    assert counts(take_in(office, {"a": FOOTPRINT})) == [0, 0, 1, 0]
    assert counts(take_in(office, {"a": FOOTPRINT}, replace=True)) == [0, 0, 1, 1]
    assert by_code(office)["b"].valid_to == START
    with office.database.reading() as session:
        assert [row.code for row in buildings.page(session, None)] == ["a"]
    assert counts(take_in(office, {"b": FOOTPRINT})) == [0, 1, 0, 0]
    assert by_code(office)["b"].valid_to is None


def test_a_dry_run_stores_nothing(office: Office) -> None:
    before = count(office, StreamRow)
    assert counts(take_in(office, {"a": FOOTPRINT}, dry=True)) == [1, 0, 0, 0]
    assert (count(office, Building), count(office, StreamRow)) == (0, before)


def test_outside_every_cell_is_a_warning(office: Office) -> None:
    report = take_in(office, {"far": Point(OUTSIDE)})
    found = [(f.rule, f.severity, f.record) for f in report.findings]
    assert found == [("building_outside_cells", "warning", "far")]
    far = by_code(office)["far"]
    assert (far.path, far.district_code) == ("", NO_DISTRICT)


NEW_CELL = f"{C1[:12]}009"


def test_a_building_that_comes_into_a_cell_is_still_the_same_building(office: Office) -> None:
    take_in(office, {"far": Point(OUTSIDE)})
    add_areas(office, "grid", [(NEW_CELL, "new", Point(OUTSIDE).buffer(0.01))])
    assert (cell_of(office, "far"), by_code(office)["far"].district_code) == (NEW_CELL, DISTRICT)
    assert counts(take_in(office, {"far": Point(OUTSIDE)}, replace=True)) == [0, 0, 1, 0]
    assert count(office, Building) == 1


def test_a_building_that_lost_its_cell_is_still_the_same_building(office: Office) -> None:
    take_in(office, {"b": Point(CENTRES[C3]), "c": Point(CENTRES[C1])})
    add_areas(office, "grid", [(C6, "东门第2网格", square(C6))], is_replacing=True)
    assert (cell_of(office, "b"), by_code(office)["b"].district_code) == (EASTGATE, DISTRICT)
    again = {"b": Point(CENTRES[C3]), "c": Point(CENTRES[C1])}
    assert counts(take_in(office, again, replace=True)) == [0, 0, 2, 0]


def test_one_code_in_two_districts_is_two_buildings(office: Office) -> None:
    add_areas(office, "district", [("other", "Other", box(110, 30, 111, 31))])
    add_areas(office, "grid", [("other-1", "Cell", box(110, 30, 111, 31))], parent_code="other")
    take_in(office, {"b": FOOTPRINT})
    assert counts(take_in(office, {"b": Point(110.5, 30.5)}, replace=True)) == [1, 0, 0, 0]
    assert [(row.code, row.district_code, row.valid_to) for row in rows_of(office, Building)] == [
        ("b", DISTRICT, None),
        ("b", "other", None),
    ]


def test_buildings_move_when_cells_are_redrawn(office: Office) -> None:
    take_in(office, {"b": FOOTPRINT, "stays": Point(CENTRES[C3])})
    west, south, east, north = square(C1).bounds  # type: ignore[attr-defined]
    middle = (west + LON) / 2
    redrawn = [
        (C1, "smaller", box(west, south, middle, north)),
        (C2, "larger", box(middle, south, east + 0.01, north)),
    ]
    add_areas(office, "grid", redrawn)
    assert [cell_of(office, code) for code in ("b", "stays")] == [C2, C3]


BAD = [
    ({"a": None}, {}, "geometry_missing"),
    ({"a": Polygon()}, {}, "geometry_missing"),
    ({"a": LineString([(0, 0), (1, 1)])}, {}, "geometry_kind"),
    ({"a": Point(25.5, 103.8)}, {}, "coordinates_out_of_range"),
    ({"a": Point(0, 0)}, {}, "null_island"),
    ({"a": FOOTPRINT}, {"floors": ["many"]}, "number_invalid"),
    ({"": FOOTPRINT}, {}, "code_missing"),
]


def test_a_fault_stores_nothing(office: Office) -> None:
    for shapes, columns, rule in BAD:
        with pytest.raises(FindingsError) as caught:
            take_in(office, shapes, **columns)  # type: ignore[arg-type]
        assert [f["rule"] for f in caught.value.details["findings"]] == [rule]
    assert count(office, Building) == 0


PLACELESS = {
    "null_island": Point(0, 0),
    "geometry_missing": None,
    "geometry_kind": LineString([(103.8, 25.5), (103.9, 25.6)]),
    "coordinates_out_of_range": Point(25.5, 103.8),
    "geometry_invalid": Polygon([(103.8, 25.5), (103.9, 25.5), (103.85, 25.5)]),
}


@pytest.mark.parametrize("rule", PLACELESS)
def test_a_row_without_a_place_is_told_and_left_out_and_the_others_are_stored(
    office: Office, rule: str
) -> None:
    report = take_in(office, {"a": FOOTPRINT, "lost": PLACELESS[rule], "b": Point(CENTRES[C3])})
    assert [(f.rule, f.severity, f.record, f.details["row"]) for f in report.findings] == [
        (rule, "warning", "lost", 1)
    ]
    assert report.counts == {"new": 2, "changed": 0, "unchanged": 0, "ended": 0, "left_out": 1}
    assert set(by_code(office)) == {"a", "b"}


def test_where_most_rows_have_no_place_the_file_is_refused(office: Office) -> None:
    with pytest.raises(FindingsError) as caught:
        take_in(office, {"a": FOOTPRINT, "b": Point(0, 0), "c": Point(0, 0)})
    assert [(f["rule"], f["severity"]) for f in caught.value.details["findings"]] == [
        ("null_island", "error")
    ] * 2
    assert count(office, Building) == 0


def test_a_known_building_whose_place_went_missing_stays_as_it_was(office: Office) -> None:
    take_in(office, {"a": FOOTPRINT, "b": FOOTPRINT, "c": FOOTPRINT})
    report = take_in(office, {"a": FOOTPRINT, "b": Point(0, 0)}, replace=True)
    assert (counts(report), report.counts["left_out"]) == ([0, 0, 1, 1], 1)
    assert [row.code for row in rows_of(office, Building) if row.valid_to is None] == ["a", "b"]


def test_leaving_out_alone_is_no_change(office: Office) -> None:
    take_in(office, {"a": FOOTPRINT, "b": Point(0, 0)})
    before = count(office, StreamRow), count(office, ImportRow)
    take_in(office, {"a": FOOTPRINT, "b": Point(0, 0)})
    assert (count(office, StreamRow), count(office, ImportRow)) == before


def test_an_outline_that_crosses_itself_is_mended_for_a_building(office: Office) -> None:
    tie = Polygon([(LON, LAT), (LON + 0.001, LAT + 0.001), (LON + 0.001, LAT), (LON, LAT + 0.001)])
    report = take_in(office, {"tie": tie})
    assert [(f.rule, f.severity) for f in report.findings] == [("geometry_invalid", "warning")]
    assert cell_of(office, "tie") == C1


def test_words_longer_than_the_store_takes_are_refused(office: Office) -> None:
    with pytest.raises(FindingsError, match="text_too_long"):
        take_in(office, {"x" * 65: FOOTPRINT})
    with pytest.raises(FindingsError, match="text_too_long"):
        take_in(office, {"a": FOOTPRINT}, chief=["x" * 101])


def test_without_cells_buildings_lie_in_the_area_around_and_that_is_told_once(empty_office: Office) -> None:
    add_areas(empty_office, "district", [(DISTRICT, "示例区", square(C1))])
    report = take_in(empty_office, {"a": FOOTPRINT, "b": FOOTPRINT, "far": Point(OUTSIDE)})
    assert [(f.rule, f.severity, f.details) for f in report.findings] == [
        ("no_cells_yet", "info", {"count": 3})
    ]
    assert [by_code(empty_office)[code].path for code in ("a", "far")] == [f"{DISTRICT}/", ""]


def test_a_fault_in_the_last_row_of_many_stores_nothing(office: Office) -> None:
    shapes: dict[str, BaseGeometry | None] = {str(n): FOOTPRINT for n in range(500)}
    with pytest.raises(FindingsError):
        take_in(office, {**shapes, "last": FOOTPRINT}, floors=[6] * 500 + ["six"])
    assert count(office, Building) == 0


def test_one_code_twice_is_a_fault(office: Office) -> None:
    source = gpd.GeoDataFrame({"code": ["a", "a"]}, geometry=[FOOTPRINT, FOOTPRINT], crs=WGS84)
    frame, findings = building_frame(source, BuildingColumns())
    with pytest.raises(FindingsError, match="code_duplicate"):
        import_buildings(office, frame, ImportFile("b", "0"), findings)


def test_a_codeless_fault_after_the_first_row_is_told_with_its_row(office: Office) -> None:
    source = gpd.GeoDataFrame({"code": ["a", ""]}, geometry=[FOOTPRINT, None], crs=WGS84)
    frame, findings = building_frame(source, BuildingColumns())
    with pytest.raises(FindingsError) as caught:
        import_buildings(office, frame, ImportFile("b", "0"), findings)
    assert {f["record"] for f in caught.value.details["findings"]} == {1}


def test_an_area_counts_its_buildings_and_households(office: Office) -> None:
    take_in(office, {"a": FOOTPRINT, "b": FOOTPRINT, "c": Point(CENTRES[C3])}, households=[10, "", 5])
    paths = {code: area.path for code, area in current_areas(office).items()}
    with office.database.reading() as session:
        totals = [buildings.totals(session, paths[code]) for code in (C1, C2, C3, DISTRICT)]
    assert totals == [(2, 10), (0, None), (1, 5), (3, 15)]


def test_many_are_stored_in_batches(office: Office) -> None:
    shapes: dict[str, BaseGeometry | None] = {str(n): Point(CENTRES[C1]) for n in range(4500)}
    assert counts(take_in(office, shapes)) == [4500, 0, 0, 0]
    assert counts(take_in(office, {"0": FOOTPRINT}, replace=True)) == [0, 1, 0, 4499]
