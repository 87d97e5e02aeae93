"""Every rule on small drawn cells: the fault is found, its size is right, and sound cells are left in peace."""

from __future__ import annotations

import itertools
import json
import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridmap.geo import coverage, crs

ORIGIN = (117.698, 39.033)
PER_LON, PER_LAT = crs.metres_per_degree(ORIGIN[1])


def at(*metres: tuple[float, float]) -> list[tuple[float, float]]:
    """Points given in metres east and north of ORIGIN, as lon/lat."""
    return [(ORIGIN[0] + x / PER_LON, ORIGIN[1] + y / PER_LAT) for x, y in metres]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(*at((west, south))[0], *at((east, north))[0])


def frame(shapes: dict, parent: str | None = None) -> gpd.GeoDataFrame:
    columns = {"code": list(shapes), "name": "", "parent": [parent] * len(shapes)}
    return gpd.GeoDataFrame(columns, geometry=list(shapes.values()), crs=crs.WGS84)


def told(findings: list[coverage.Finding]) -> list[tuple]:
    return [(found.rule, found.severity, found.record) for found in findings]


WEST_AND_EAST = {"west": box(0, 0, 100, 100), "east": box(100, 0, 200, 100)}
BOW_TIE = shapely.Polygon(at((0, 0), (100, 100), (100, 0), (0, 100)))
FIGURE_WITH_A_SPIKE = shapely.Polygon(
    at((0, 0), (100, 0), (100, 50), (140, 50), (100, 50), (100, 100), (0, 100))
)


def test_a_partition_has_no_findings():
    parents = frame({"parent": box(0, 0, 200, 100)})
    assert coverage.check(frame(WEST_AND_EAST, "parent"), parents) == []
    assert coverage.check(frame(WEST_AND_EAST), None) == []


def test_an_empty_frame_has_no_findings():
    assert coverage.check(frame({}), frame({})) == []
    assert coverage.repair(frame({}))[1] == []


@pytest.mark.parametrize("nothing", [None, "", "  ", math.nan, pd.NA])
def test_a_missing_code_is_named_by_its_row(nothing):
    cells = frame(WEST_AND_EAST)
    cells["code"] = pd.Series(["west", nothing], dtype=object)
    assert told(coverage.check(cells, None)) == [("code_missing", "error", 1)]


def test_a_duplicate_code_is_told_once_with_all_its_rows():
    cells = frame(WEST_AND_EAST | {"far": box(200, 0, 300, 100)}).assign(code=["a", "b", "a"])
    (found,) = coverage.check(cells, None)
    assert (found.rule, found.severity, found.record) == ("code_duplicate", "error", "a")
    assert found.details == {"rows": [0, 2], "count": 2}


@pytest.mark.parametrize(
    ("shape", "rule"),
    [
        (None, "geometry_missing"),
        (shapely.Polygon(), "geometry_empty"),
        (shapely.Point(ORIGIN), "geometry_kind"),
        (shapely.LineString(at((0, 0), (9, 9))), "geometry_kind"),
        (shapely.GeometryCollection([box(0, 0, 9, 9)]), "geometry_kind"),
    ],
)
def test_what_is_no_surface_is_an_error_told_once(shape, rule):
    cells, repairs = coverage.repair(frame({"odd": shape, "sound": box(0, 0, 100, 100)}))
    assert repairs == []
    assert told(coverage.check(cells, None)) == [(rule, "error", "odd")]


@pytest.mark.parametrize(
    ("corners", "looks_like"),
    [
        ((500000, 4322000, 500100, 4322100), "metres"),
        ((39.03, 117.69, 39.04, 117.70), "swapped"),
        ((179.99, 39.03, 180.01, 39.04), None),
    ],
)
def test_coordinates_that_are_not_lon_lat(corners, looks_like):
    cells, repairs = coverage.repair(frame({"off": shapely.box(*corners), "sound": box(0, 0, 100, 100)}))
    (found,) = repairs + coverage.check(cells, None)
    assert told([found]) == [("coordinates_out_of_range", "error", "off")]
    assert found.details == {"row": 0, "bounds": list(corners), "looks_like": looks_like}


@pytest.mark.parametrize("hole", [math.nan, math.inf])
def test_coordinates_that_are_no_numbers(hole):
    with np.errstate(invalid="ignore"):
        broken = shapely.Polygon([(117, 39), (117.1, 39), (117.1, hole), (117, 39)])
    cells, repairs = coverage.repair(frame({"off": broken}))
    (found,) = repairs + coverage.check(cells, None)
    assert found.rule == "coordinates_out_of_range"
    json.dumps(found.to_dict(), allow_nan=False)


def test_degrees_read_as_metres_are_one_error_for_the_file():
    declared_metres = gpd.GeoSeries(list(WEST_AND_EAST.values()), crs=crs.WEB_MERCATOR)
    cells = frame(dict(zip("ab", crs.to_wgs84_geometries(declared_metres, None, "wgs84"), strict=True)))
    (found,) = coverage.check(cells, None)
    assert told([found]) == [("degrees_as_metres", "error", None)]
    assert max(map(abs, found.details["bounds"])) < 0.01


def test_a_spike_is_mended_with_a_warning():
    cells, (found,) = coverage.repair(frame({"spiked": FIGURE_WITH_A_SPIKE}))
    assert told([found]) == [("geometry_invalid", "warning", "spiked")]
    assert found.details["change"] < coverage.HARMLESS_CHANGE
    assert cells.geometry[0].equals(box(0, 0, 100, 100))
    assert coverage.check(cells, None) == []


def test_a_bow_tie_is_mended_but_stays_an_error():
    drawn = frame({"tie": BOW_TIE}).rename_geometry("outline")
    cells, (found,) = coverage.repair(drawn)
    assert told([found]) == [("geometry_invalid", "error", "tie")]
    assert found.details["area_m2"] == pytest.approx(5000, rel=1e-3)
    assert cells.geometry.name == "outline"
    assert cells.geometry.is_valid.all()
    assert not drawn.geometry.is_valid.any()


@pytest.mark.parametrize(("lobe_m", "severity"), [(1, "warning"), (4, "error")])
def test_mending_is_weighed_by_how_much_it_changes(lobe_m, severity):
    """A triangle of 10,000 m² whose sides cross at its tip: the lobe beyond counts negative until mended."""
    crossing = shapely.Polygon(at((-lobe_m, -lobe_m), (100, 100), (-100, 100), (lobe_m, -lobe_m)))
    _, (found,) = coverage.repair(frame({"crossed": crossing}))
    assert found.severity == severity
    assert found.details["change"] == pytest.approx(2 * lobe_m**2 / (10_000 + lobe_m**2), rel=0.01)


def test_what_cannot_be_mended_is_told_by_check_alone():
    flat = shapely.Polygon(at((0, 0), (100, 0), (50, 0), (0, 0)))
    cells, repairs = coverage.repair(frame({"flat": flat}))
    (found,) = repairs + coverage.check(cells, None)
    assert told([found]) == [("geometry_invalid", "error", "flat")]
    assert found.details["repaired"] is False


def test_an_overlap_is_told_by_pair_area_and_place():
    (found,) = coverage.check(frame({"a": box(0, 0, 100, 100), "b": box(80, 0, 180, 50)}), None)
    assert told([found]) == [("overlap", "warning", "a")]
    assert found.details["other"] == "b"
    assert found.details["area_m2"] == pytest.approx(1000, rel=1e-4)
    assert found.details["share"] == pytest.approx(0.2, rel=1e-4)
    assert found.geometry.equals_exact(box(80, 0, 100, 50), 1e-9, normalize=True)


def test_the_same_ground_twice_is_a_whole_overlap():
    (found,) = coverage.check(frame({"a": box(0, 0, 100, 100), "again": box(0, 0, 100, 100)}), None)
    assert (found.rule, found.details["share"]) == ("overlap", 1.0)


@pytest.mark.parametrize(
    ("width_m", "expected"),
    [
        (0.009, []),
        (0.5, [("sliver", "info", "a")]),
        (0.95, [("sliver", "info", "a")]),
        (1.05, [("overlap", "warning", "a")]),
    ],
)
def test_an_overlap_is_weighed_by_area_and_width(width_m, expected):
    findings = coverage.check(frame({"a": box(0, 0, 100, 100), "b": box(100 - width_m, 0, 200, 100)}), None)
    assert told(findings) == expected
    assert all(found.details.get("kind", "overlap") == "overlap" for found in findings)


def test_a_thin_overlap_with_one_wide_spot_is_no_sliver():
    wide_at_the_end = shapely.union(box(99.8, 0, 200, 100), box(90, 95, 200, 100))
    assert told(coverage.check(frame({"a": box(0, 0, 100, 100), "b": wide_at_the_end}), None)) == [
        ("overlap", "warning", "a")
    ]


RING_OF_FOUR = {
    "south": box(0, 0, 300, 100),
    "west": box(0, 100, 100, 300),
    "east": box(200, 100, 300, 300),
    "north": box(100, 200, 200, 300),
}


def test_a_hole_between_neighbours_is_a_gap():
    (found,) = coverage.check(frame(RING_OF_FOUR), None)
    assert told([found]) == [("gap", "warning", None)]
    assert found.details["area_m2"] == pytest.approx(10_000, rel=1e-4)
    assert found.details["neighbours"] == ["south", "west", "east", "north"]
    assert found.geometry.equals_exact(box(100, 100, 200, 200), 1e-9, normalize=True)


def test_an_enclave_is_no_gap_but_what_it_leaves_open_is():
    filled = RING_OF_FOUR | {"enclave": box(100, 100, 200, 200)}
    assert coverage.check(frame(filled), None) == []
    (found,) = coverage.check(frame(RING_OF_FOUR | {"island": box(120, 120, 180, 180)}), None)
    assert found.rule == "gap"
    assert found.details["area_m2"] == pytest.approx(10_000 - 3_600, rel=1e-4)


def test_with_parents_each_uncovered_piece_is_a_gap_of_its_parent():
    parents = frame({"street": box(0, 0, 300, 300), "elsewhere": box(900, 0, 999, 99)})
    short = {"south": box(0, 0, 300, 90), "north": box(0, 150, 300, 300)}
    (found,) = coverage.check(frame(short, "street"), parents)
    assert told([found]) == [("gap", "warning", "street")]
    assert found.details["share"] == pytest.approx(0.2, rel=1e-4)
    assert found.details["neighbours"] == ["south", "north"]


def test_a_hole_that_lies_outside_the_parent_is_no_gap():
    with_hole = shapely.difference(box(0, 0, 300, 300), box(100, 100, 200, 200))
    assert coverage.check(frame(RING_OF_FOUR, "street"), frame({"street": with_hole})) == []
    assert [found.rule for found in coverage.check(frame(RING_OF_FOUR, "street"), None)] == ["gap"]


def test_a_crack_is_a_sliver():
    parents = frame({"street": box(0, 0, 200, 100)})
    cells = frame({"west": box(0, 0, 99.6, 100), "east": box(100, 0, 200, 100)}, "street")
    (found,) = coverage.check(cells, parents)
    assert (told([found]), found.details["kind"]) == ([("sliver", "info", "street")], "gap")


def test_a_cell_that_reaches_out_of_its_parent():
    parents = frame({"street": box(0, 0, 200, 100)})
    cells = frame({"west": box(0, 0, 100, 100), "east": box(100, 0, 225, 100)}, "street")
    (found,) = coverage.check(cells, parents)
    assert told([found]) == [("outside_parent", "warning", "east")]
    assert found.details["parent"] == "street"
    assert found.details["area_m2"] == pytest.approx(2500, rel=1e-4)
    assert found.details["share"] == pytest.approx(0.2, rel=1e-4)


@pytest.mark.parametrize("parent", [None, "unknown"])
def test_a_cell_without_known_parent_is_not_held_against_one(parent):
    assert coverage.check(frame(WEST_AND_EAST, parent), frame({"street": box(0, 0, 50, 50)})) == []


def test_a_thin_part_of_a_cell_is_a_sliver():
    splintered = shapely.MultiPolygon([box(0, 0, 100, 100), box(150, 0, 150.2, 40)])
    (found,) = coverage.check(frame({"a": splintered}), None)
    assert (told([found]), found.details) == (
        [("sliver", "info", "a")],
        {"row": 0, "name": None, "kind": "part", "area_m2": pytest.approx(8, abs=0.01)},
    )


def test_rows_without_a_surface_do_not_stop_the_measuring():
    shapes = {"none": None, "a": box(0, 0, 100, 100), "tie": BOW_TIE, "b": box(50, 0, 150, 100)}
    assert told(coverage.check(frame(shapes), None)) == [
        ("geometry_missing", "error", "none"),
        ("geometry_invalid", "error", "tie"),
        ("overlap", "warning", "a"),
    ]


def test_findings_are_plain_json():
    parents = frame({"street": box(0, 0, 90, 90)})
    cells, repairs = coverage.repair(frame(RING_OF_FOUR | {"tie": BOW_TIE, "none": None}, "street"))
    findings = repairs + coverage.check(cells.iloc[::-1], parents)
    read = json.loads(json.dumps([found.to_dict() for found in findings], allow_nan=False))
    assert {"overlap", "outside_parent", "geometry_missing", "geometry_invalid"} <= {
        found["rule"] for found in read
    }
    assert all(set(found) == {"rule", "severity", "record", "details", "geometry"} for found in read)
    assert shapely.from_geojson(json.dumps(read[0]["geometry"])).equals(repairs[0].geometry)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(5, 95), min_size=1, max_size=6, unique=True), shift=st.integers(-4, 4))
def test_strips_cover_their_parent_unless_one_is_moved(cuts, shift):
    edges = [0, *sorted(cuts), 100]
    strips = {f"{a}": box(a * 10, 0, b * 10, 500) for a, b in itertools.pairwise(edges)}
    strips["0"] = box(shift, 0, edges[1] * 10 + shift, 500)
    rules = [found.rule for found in coverage.check(frame(strips, "p"), frame({"p": box(0, 0, 1000, 500)}))]
    kinds = {"overlap": shift > 1, "outside_parent": shift < -1, "gap": abs(shift) > 1}
    assert {rule for rule in rules if rule != "sliver"} == {rule for rule, is_due in kinds.items() if is_due}
