"""Faulty files of areas, as they are sent: each is refused or mended by rule, told, and nothing is half written."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely import Polygon, box
from shapely.geometry import mapping

from gridmap.actions.office import Office
from gridmap.db.models import Area, ImportRow, StreamRow
from gridmap.geo.crs import CGCS2000, WEB_MERCATOR
from tests.db.looking import count, current_areas
from tests.test_cli import Run, cells, done, refused, run
from tests.town import C3, C6, square

__all__ = ["run"]

WEST, SOUTH, EAST, NORTH = square(C6).bounds  # type: ignore[attr-defined]
BOW_TIE = [[WEST, SOUTH], [EAST, NORTH], [EAST, SOUTH], [WEST, NORTH], [WEST, SOUTH]]
TWO_POINTS = [[WEST, SOUTH], [EAST, NORTH]]
AREAS = ("--level", "grid", "--code", "bh", "--name", "mc")


def written(folder: Path, *geometries: object, codes: tuple[str, ...] = (C3, C6)) -> Path:
    """GeoJSON by hand: what a library would not let through."""
    features = [
        {"type": "Feature", "properties": {"bh": code, "mc": f"{code} anew"}, "geometry": geometry}
        for code, geometry in zip(codes, geometries, strict=True)
    ]
    file = folder / "cells.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return file


def state(office: Office) -> tuple[int, ...]:
    return tuple(count(office, table) for table in (Area, StreamRow, ImportRow))


FINE = mapping(square(C3))
BAD = {
    "geometry_missing": None,
    "geometry_empty": {"type": "Polygon", "coordinates": []},
    "geometry_invalid": {"type": "Polygon", "coordinates": [BOW_TIE]},
    "geometry_unreadable": {"type": "Polygon", "coordinates": [TWO_POINTS]},
    "geometry_kind": {"type": "LineString", "coordinates": TWO_POINTS},
}


@pytest.mark.parametrize("rule", BAD)
def test_one_bad_shape_stores_nothing_and_is_told_with_its_row(
    run: Run, office: Office, tmp_path: Path, rule: str
) -> None:
    before, report = state(office), tmp_path / "r.json"
    result = run("import", "areas", written(tmp_path, FINE, BAD[rule]), *AREAS, "--report", report)
    refused(result, "import_refused")
    told = json.loads(report.read_text(encoding="utf-8"))
    assert told["refused"] is True
    errors = {(f["rule"], f["row"]) for f in told["findings"] if f["severity"] == "error"}
    assert (rule, 2) in errors
    assert state(office) == before


def test_a_code_twice_names_both_rows(run: Run, office: Office, tmp_path: Path) -> None:
    before = state(office)
    result = run("import", "areas", written(tmp_path, FINE, mapping(square(C6)), codes=(C3, C3)), *AREAS)
    refused(result, "import_refused")
    assert "the same code in rows 1, 2" in result.stderr
    assert state(office) == before


def test_a_parent_that_does_not_exist(run: Run, office: Office, tmp_path: Path) -> None:
    before, file = state(office), written(tmp_path, FINE, mapping(square(C6)))
    refused(run("import", "areas", file, *AREAS, "--parent-code", "990001001999"), "parent_unknown")
    result = run("import", "areas", file, *AREAS, "--parent", "mc")
    refused(result, "import_refused")
    assert f"the parent {C3} anew does not exist" in result.stderr
    assert state(office) == before


def test_a_report_is_written_whatever_the_reason_of_the_refusal(run: Run, tmp_path: Path) -> None:
    report = tmp_path / "r.json"
    file = written(tmp_path, FINE, FINE)
    refused(run("import", "areas", file, *AREAS, "--parent-code", "9", "--report", report), "parent_unknown")
    told = json.loads(report.read_text(encoding="utf-8"))
    assert (told["refused"], told["error"]["code"], told["findings"]) == (True, "parent_unknown", [])


@pytest.mark.parametrize("declared", [WEB_MERCATOR, 4523])
def test_degrees_declared_as_metres(run: Run, office: Office, tmp_path: Path, declared: int) -> None:
    before, file = state(office), tmp_path / "cells.gpkg"
    degrees = gpd.GeoDataFrame({"bh": [C3], "mc": ["x"]}, geometry=[square(C3)], crs=declared)
    degrees.to_file(file)
    refused(run("import", "areas", file, *AREAS), "degrees_as_metres")
    assert state(office) == before


def wavy(points: int) -> Polygon:
    """A cell's square whose outline has so many points."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    radius = 0.004 * (1 + 0.02 * np.sin(angle * 500))
    return Polygon(
        np.column_stack(
            [(WEST + EAST) / 2 + radius * np.cos(angle), (SOUTH + NORTH) / 2 + radius * np.sin(angle)]
        )
    )


def test_an_outline_of_200_000_points_is_taken_in(run: Run, office: Office, tmp_path: Path) -> None:
    result = run("import", "areas", cells(tmp_path, (C6, "x", wavy(200_000)), name="c.gpkg"), *AREAS)
    assert json.loads(done(result).stdout)["changed"] == 1
    assert current_areas(office)[C6].version == 2


def test_a_spike_is_mended_and_told(run: Run, office: Office, tmp_path: Path) -> None:
    spike = [
        (WEST, SOUTH),
        (EAST, SOUTH),
        (EAST, 25.495),
        (EAST + 0.001, 25.495),
        (EAST, 25.495),
        (EAST, NORTH),
        (WEST, NORTH),
    ]
    result = done(
        run(
            "import",
            "areas",
            written(tmp_path, {"type": "Polygon", "coordinates": [[*spike, spike[0]]]}, codes=(C6,)),
            *AREAS,
        )
    )
    assert "mended, its area changes by 0.0%" in result.stderr
    assert current_areas(office)[C6].area_m2 == pytest.approx(1_113_000, rel=0.01)


def test_cells_of_one_code_are_united(run: Run, office: Office, tmp_path: Path) -> None:
    west, east = box(WEST, SOUTH, 103.825, NORTH), box(103.825, SOUTH, EAST, NORTH)
    file = cells(tmp_path, (C6, "东门第2网格", west), (C6, "东门第2网格", east), name="c.gpkg", crs=CGCS2000)
    refused(run("import", "areas", file, *AREAS), "import_refused")
    before = current_areas(office)[C6].area_m2
    assert json.loads(done(run("import", "areas", file, *AREAS, "--dissolve")).stdout)["changed"] == 1
    assert current_areas(office)[C6].area_m2 == pytest.approx(before, rel=1e-6)


def test_cells_of_one_code_that_differ_are_refused(run: Run, office: Office, tmp_path: Path) -> None:
    before, file = state(office), written(tmp_path, FINE, mapping(square(C6)), codes=(C3, C3))
    file.write_text(file.read_text().replace(f'"{C3} anew"', '"one"', 1))
    result = run("import", "areas", file, *AREAS, "--dissolve")
    refused(result, "import_refused")
    assert f"rows 1, 2 share a code but not a name: one, {C3} anew" in result.stderr
    assert state(office) == before
