"""Areas are taken in once, in versions, all or none; what is wrong with them is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from shapely import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from gridmap.actions.importing import ImportFile, ImportReport
from gridmap.actions.importing_areas import AreaImport, import_areas
from gridmap.actions.office import Office
from gridmap.db.models import Area, ImportRow, StreamRow
from gridmap.errors import FindingsError, InvalidInputError
from tests.conftest import START
from tests.db.looking import count, current_areas, rows_of, stream_kinds
from tests.town import C1, C2, C3, C6, DISTRICT, EASTGATE, RIVERSIDE, STREET, add_areas, frame_of, square

NAMES = {C3: "东门第1网格", C6: "东门第2网格"}
Row = tuple[str, str, object]


def eastgate(*codes: str, **names: str) -> list[Row]:
    """Rows of cells as the town has them."""
    return [(code, names.get(f"c{code}", NAMES.get(code, code)), square(code)) for code in codes]


def counts(report: object) -> tuple[int, int, int, int]:
    assert isinstance(report, ImportReport)
    return tuple(report.counts[name] for name in ("new", "changed", "unchanged", "ended"))  # type: ignore[return-value]


def faults(office: Office, level: str, rows: list[Row], **wanted: object) -> list[tuple[str, object]]:
    """The errors an import is refused with."""
    with pytest.raises(FindingsError) as caught:
        add_areas(office, level, rows, **wanted)
    return [(f["rule"], f["record"]) for f in caught.value.details["findings"] if f["severity"] == "error"]


def state(office: Office) -> tuple[int, int, int]:
    return count(office, Area), count(office, StreamRow), count(office, ImportRow)


def wide(code: str, by: float = 0.001) -> BaseGeometry:
    """A cell's square, reaching further east."""
    west, south, east, north = square(code).bounds  # type: ignore[attr-defined]
    return box(west, south, east + by, north)


def test_the_same_file_twice_stores_nothing_and_tells_nobody(office: Office) -> None:
    before = state(office)
    assert counts(add_areas(office, "grid", eastgate(C3, C6))) == (0, 0, 2, 0)
    assert state(office) == before


def test_a_change_of_name_or_shape_makes_a_version(office: Office, clock: object) -> None:
    clock.forward(days=1)  # type: ignore[attr-defined]
    rows = [(C3, "新名", square(C3)), (C6, NAMES[C6], wide(C6))]
    assert counts(add_areas(office, "grid", rows)) == (0, 2, 0, 0)
    old, new = (area for area in rows_of(office, Area) if area.code == C3)
    later = START + timedelta(days=1)
    assert [(a.version, a.valid_from, a.valid_to) for a in (old, new)] == [
        (1, START, later),
        (2, later, None),
    ]
    assert (old.name, new.name) == (NAMES[C3], "新名")
    assert stream_kinds(office)[-1] == "areas"


def test_the_direction_a_ring_was_drawn_in_is_no_change(office: Office) -> None:
    turned = Polygon(list(square(C3).exterior.coords)[::-1])  # type: ignore[attr-defined]
    assert counts(add_areas(office, "grid", [(C3, NAMES[C3], turned)])) == (0, 0, 1, 0)


def test_a_dry_run_counts_and_stores_nothing(office: Office) -> None:
    before = state(office)
    file = ImportFile("town", "0", is_dry_run=True)
    rows = frame_of([(C3, "新名", square(C3)), (f"{EASTGATE}009", "新", square(C6))])
    report = import_areas(office, rows, AreaImport("grid", is_replacing=True), file)
    assert (counts(report), report.is_dry_run) == ((1, 1, 0, 1), True)
    assert state(office) == before


def test_absent_areas_end_only_with_replace_and_only_below_the_same_parents(office: Office) -> None:
    assert counts(add_areas(office, "grid", eastgate(C3))) == (0, 0, 1, 0)
    assert counts(add_areas(office, "grid", eastgate(C3), is_replacing=True)) == (0, 0, 1, 1)
    current = current_areas(office)
    assert C6 not in current
    assert {C1, C2, C3, EASTGATE} <= current.keys()


def test_a_code_that_ended_comes_back_as_the_next_version(office: Office) -> None:
    add_areas(office, "grid", eastgate(C3), is_replacing=True)
    assert counts(add_areas(office, "grid", eastgate(C6))) == (1, 0, 0, 0)
    assert current_areas(office)[C6].version == 2


def test_what_was_taken_in_is_noted(office: Office) -> None:
    import_areas(
        office, frame_of([(C3, "x", square(C3))]), AreaImport("grid"), ImportFile("cells.gpkg", "f00")
    )
    noted = rows_of(office, ImportRow)[-1]
    assert (noted.kind, noted.file_name, noted.file_digest, noted.at) == ("areas", "cells.gpkg", "f00", START)
    assert noted.counts == {"new": 0, "changed": 1, "unchanged": 0, "ended": 0}


def test_area_and_label_point_are_kept(office: Office) -> None:
    cell = current_areas(office)[C1]
    assert cell.area_m2 == pytest.approx(1_112_900, rel=0.001)
    assert square(C1).contains(Point(cell.label_lon, cell.label_lat))  # type: ignore[attr-defined]


def test_parents_come_from_the_code(office: Office) -> None:
    current = current_areas(office)
    assert current[C1].path == f"{DISTRICT}/{STREET}/{RIVERSIDE}/{C1}/"
    assert current[C1].parent_path == current[RIVERSIDE].path
    assert {current[code].district_code for code in (DISTRICT, STREET, RIVERSIDE, C1)} == {DISTRICT}


def test_a_parent_that_is_not_stored_yet_is_a_warning(empty_office: Office) -> None:
    report = add_areas(empty_office, "grid", eastgate(C3))
    found = [(f.rule, f.severity, f.details["parent"]) for f in report.findings]  # type: ignore[attr-defined]
    assert found == [("parent_not_stored", "warning", EASTGATE)]
    assert current_areas(empty_office)[C3].path == f"{DISTRICT}/{STREET}/{EASTGATE}/{C3}/"


def foreign(office: Office) -> dict[str, str]:
    """A tree of foreign codes, one of them the beginning of another; paths by code."""
    add_areas(office, "district", [("1", "One", box(0, 0, 1, 1)), ("10", "Ten", box(1, 0, 2, 1))])
    add_areas(office, "community", [("1-a", "A", box(0, 0, 1, 1))], parent_code="1")
    add_areas(office, "community", [("10-a", "A", box(1, 0, 2, 1))], parent_code="10")
    rows = frame_of([("x", "X", box(0, 0, 1, 1)), ("y", "Y", box(1, 0, 2, 1))])
    import_areas(office, rows.assign(parent=["1-a", "10-a"]), AreaImport("grid"), ImportFile("town", "0"))
    return {code: area.path for code, area in current_areas(office).items()}


def test_foreign_codes_get_their_tree_from_a_column_or_from_one_parent(empty_office: Office) -> None:
    paths = foreign(empty_office)
    assert paths == {
        "1": "1/",
        "10": "10/",
        "1-a": "1/1-a/",
        "10-a": "10/10-a/",
        "x": "1/1-a/x/",
        "y": "10/10-a/y/",
    }
    assert {area.district_code for area in current_areas(empty_office).values()} == {"1", "10"}


def test_a_foreign_code_that_begins_another_is_no_ancestor(empty_office: Office) -> None:
    foreign(empty_office)
    add_areas(empty_office, "community", [("1-b", "B", box(0, 0, 1, 1))], parent_code="1", is_replacing=True)
    current = current_areas(empty_office)
    assert "1-a" not in current
    assert "10-a" in current


def test_codes_that_cannot_stand_in_a_path_are_refused(empty_office: Office) -> None:
    for code in ("a/b", "a b", "x" * 65, "tab\tx", "line\nx"):
        assert faults(empty_office, "district", [(code, "name", box(0, 0, 1, 1))]) == [("code_invalid", code)]
    assert faults(empty_office, "district", [("", "name", box(0, 0, 1, 1))]) == [("code_missing", 0)]
    assert count(empty_office, Area) == 0


PARENTS = [
    ("grid", "x", "nowhere", "parent_unknown"),
    ("community", "x", C1, "parent_level_wrong"),
    ("grid", "x", C1, "parent_level_wrong"),
    ("grid", f"{RIVERSIDE}009", EASTGATE, "parent_contradicts_code"),
    ("street", C1, None, "code_has_other_level"),
]


def test_parents_that_do_not_fit_are_refused(office: Office) -> None:
    before = state(office)
    for level, code, parent, rule in PARENTS:
        rows = frame_of([(code, "name", square(C1))]).assign(parent=[parent])
        with pytest.raises(FindingsError) as caught:
            import_areas(office, rows, AreaImport(level), ImportFile("town", "0"))
        assert [f["rule"] for f in caught.value.details["findings"] if f["severity"] == "error"] == [rule]
    assert state(office) == before


def test_an_unknown_parent_or_level_for_all_is_refused_at_once(office: Office) -> None:
    with pytest.raises(InvalidInputError, match="parent_unknown"):
        add_areas(office, "grid", eastgate(C3), parent_code="nowhere")
    with pytest.raises(InvalidInputError, match="level_unknown"):
        add_areas(office, "village", eastgate(C3))


def test_a_parent_may_not_change_above_others(empty_office: Office) -> None:
    foreign(empty_office)
    found = faults(empty_office, "community", [("1-a", "A", box(0, 0, 1, 1))], parent_code="10")
    assert found == [("path_changes_above_others", "1-a")]
    add_areas(empty_office, "grid", [("x", "X", box(1, 0, 2, 1))], parent_code="10-a")
    assert current_areas(empty_office)["x"].path == "10/10-a/x/"


def numbered(office: Office, *shapes: BaseGeometry, parent: str | None = EASTGATE) -> ImportReport:
    frame = frame_of([(None, None, shape) for shape in shapes], parent)  # type: ignore[misc]
    return import_areas(
        office, frame, AreaImport("grid", is_numbered=True, is_replacing=True), ImportFile("t", "0")
    )


def test_cells_are_numbered_from_west_to_east_then_north_to_south(office: Office) -> None:
    corners = [(103.825, 25.49), (103.82, 25.49), (103.825, 25.50), (103.82, 25.50)]
    shapes = [box(x, y, x + 0.005, y + 0.01) for x, y in corners]
    assert counts(numbered(office, *shapes)) == (2, 2, 0, 0)
    cells = {
        code[12:]: area for code, area in current_areas(office).items() if code.startswith(f"{EASTGATE}0")
    }
    assert sorted(cells) == ["001", "002", "003", "004"]
    for number, shape in zip(("004", "003", "002", "001"), shapes, strict=True):
        assert shape.contains(Point(cells[number].label_lon, cells[number].label_lat))
        assert cells[number].name == f"{EASTGATE}{number}"


def test_numbering_needs_a_community_and_cells(office: Office) -> None:
    for parent in (STREET, None):
        with pytest.raises(InvalidInputError, match="number_needs_community"):
            numbered(office, square(C3), parent=parent)  # type: ignore[arg-type]
    with pytest.raises(InvalidInputError, match="number_only_cells"):
        add_areas(office, "street", [(None, None, square(C3))], is_numbered=True)  # type: ignore[list-item]


def test_overlaps_are_warnings_and_stored(office: Office) -> None:
    report = add_areas(office, "grid", [(C3, NAMES[C3], wide(C3, -0.001)), (C6, NAMES[C6], square(C3))])
    found = {(f.rule, f.severity) for f in report.findings}  # type: ignore[attr-defined]
    assert ("overlap", "warning") in found
    assert "error" not in {severity for _, severity in found}
    assert current_areas(office)[C6].version == 2


BAD_SHAPES = [
    (None, "geometry_missing"),
    (Polygon(), "geometry_empty"),
    (Point(103.8, 25.5), "geometry_kind"),
    (LineString([(103.8, 25.5), (103.9, 25.5)]), "geometry_kind"),
    (Polygon([(103.82, 25.5), (103.83, 25.51), (103.83, 25.5), (103.82, 25.51)]), "geometry_invalid"),
    (box(25.5, 103.8, 25.6, 103.9), "coordinates_out_of_range"),
]


def test_a_bad_shape_among_good_ones_stores_nothing(office: Office) -> None:
    before = state(office)
    for shape, rule in BAD_SHAPES:
        assert faults(office, "grid", [(C3, "new name", square(C3)), (C6, "x", shape)]) == [(rule, C6)]
    assert state(office) == before


def test_a_fault_in_the_last_row_of_many_stores_nothing(office: Office) -> None:
    before = state(office)
    strips = (box(103.82 + n / 1e5, 25.50, 103.82 + (n + 1) / 1e5, 25.51) for n in range(200))
    rows: list[Row] = [(f"{EASTGATE}{n:03d}", "x", strip) for n, strip in enumerate(strips, 100)]
    assert faults(office, "grid", [*rows, (rows[0][0], "again", square(C6))]) == [
        ("code_duplicate", rows[0][0])
    ]
    assert state(office) == before


def test_the_store_itself_failing_at_the_end_stores_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(office)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("gridmap.actions.importing_areas.note_import", fail)
    with pytest.raises(RuntimeError):
        add_areas(office, "grid", [(C3, "new name", square(C3))])
    assert state(office) == before


def test_every_fault_is_told_at_once(office: Office) -> None:
    rows = [("a/b", "x", square(C1)), ("", "x", square(C1)), (C3, "x", None), (C6, "x", Point(1, 1))]
    found = faults(office, "grid", rows)
    assert sorted(rule for rule, _ in found) == [
        "code_invalid",
        "code_missing",
        "geometry_kind",
        "geometry_missing",
    ]
