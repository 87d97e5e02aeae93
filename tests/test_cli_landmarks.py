"""`gridmap import landmarks`: any file, any shape, a table of places; what a backup holds of them."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, box

from gridmap.actions.backing_up import back_up
from gridmap.actions.office import Office
from gridmap.db.models import Landmark
from gridmap.geo.crs import WGS84
from tests.db.looking import count, rows_of
from tests.test_cli import Run, done, refused, run, table
from tests.town import C1, CENTRES

__all__ = ["run"]

LON, LAT = CENTRES[C1]


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    columns = {"ref": ["建设路", "水井巷"], "class": ["primary", "footway"]}
    lines = [
        LineString([(LON, LAT, 7), (LON + 0.01, LAT, 8)]),
        LineString([(LON, LAT, 1), (LON, LAT + 0.01, 2)]),
    ]
    file = tmp_path / "roads.gpkg"
    gpd.GeoDataFrame(columns, geometry=lines, crs=WGS84).to_file(file)
    return file


def test_roads_of_a_geopackage_with_heights(run: Run, office: Office, roads: Path, tmp_path: Path) -> None:
    words = ("import", "landmarks", roads, "--kind", "road", "--rank", "class", "--name", "ref")
    result = done(run(*words, "--map", tmp_path / "roads.html"))
    assert json.loads(result.stdout) == {"new": 2, "changed": 0, "unchanged": 0, "ended": 0, "left_out": 0}
    stored = [(row.kind, row.rank, row.name) for row in rows_of(office, Landmark)]
    assert stored == [("road", "main", "建设路"), ("road", "lane", "水井巷")]
    assert (tmp_path / "roads.html").stat().st_size > 1000
    assert json.loads(done(run(*words)).stdout)["unchanged"] == 2


def test_places_of_a_table(run: Run, office: Office, tmp_path: Path) -> None:
    rows = [
        {"name": "育才小学", "type": "小学", "lng": LON, "lat": LAT},
        {"name": "无", "type": "", "lng": "", "lat": ""},
    ]
    file = table(tmp_path, "places.csv", *rows, rows[0] | {"name": "一中"})
    result = done(run("import", "landmarks", file, "--kind", "place", "--rank", "type", "--datum", "wgs84"))
    assert json.loads(result.stdout)["left_out"] == 1
    assert [(row.name, row.rank) for row in rows_of(office, Landmark)] == [
        ("育才小学", "school"),
        ("一中", "school"),
    ]


def test_a_dry_run_and_a_column_that_is_not_there_store_nothing(
    run: Run, office: Office, roads: Path
) -> None:
    done(run("import", "landmarks", roads, "--kind", "road", "--dry-run"))
    refused(run("import", "landmarks", roads, "--kind", "road", "--rank", "nothing"), "column_missing")
    assert count(office, Landmark) == 0


def test_a_backup_holds_them(run: Run, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "lake.geojson"
    gpd.GeoDataFrame(
        {"name": ["南湖"]}, geometry=[box(LON, LAT, LON + 0.001, LAT + 0.001)], crs=WGS84
    ).to_file(file)
    done(run("import", "landmarks", file, "--kind", "water"))
    assert back_up(office, tmp_path / "all.backup").manifest.tables["landmarks"].rows == 1
