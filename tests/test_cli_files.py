"""The command line with files as offices send them: asked first, taken in when answered, the same from every format."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import shapely
from click.testing import CliRunner, Result
from shapely import box
from shapely.affinity import translate

from gridmap.actions.office import Office
from gridmap.cli import main
from gridmap.db import areas
from gridmap.db.models import Area, Building, Issue
from gridmap.geo.crs import WGS84
from tests.db.looking import count, current_areas, rows_of
from tests.files.delivered import FORMATS, ZONE_35, deliver, frame_of, polyline, writing, zip_of
from tests.files.delivered import dxf as drawing
from tests.test_cli import COLUMNS, LAT, LON, MATTER, Run, done, refused, run, table
from tests.town import C3, C6, square

__all__ = ["run"]

CELLS = [(C3, "东门甲", square(C3)), (C6, "东门乙", square(C6))]
CENTIMETRE = 9e-8
"""In degrees of latitude."""
NAMED = ["--level", "grid", "--code", "code", "--name", "name"]


@pytest.fixture(autouse=True)
def _nothing_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is unpacked is gone again, also after an error."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []


def options(answers: dict[str, str], **more: str) -> list[str]:
    wanted = {"level": "grid", "code": "code", "name": "name"} | answers | more
    return [word for option, value in wanted.items() for word in (f"--{option}", value)]


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_cells_come_out_of_every_format(run: Run, office: Office, tmp_path: Path, name: str) -> None:
    moved = [(code, called, translate(shape, 0.002, 0.001)) for code, called, shape in CELLS]
    file, answers = deliver(name, frame_of(moved), tmp_path / "sent")
    result = done(run("import", "areas", file, *options(answers)))
    assert json.loads(result.stdout)["changed"] == 2
    stored = {row.code: row for row in grid_areas(office)}
    for code, called, shape in moved:
        assert stored[code].name == called
        assert shapely.hausdorff_distance(shapely.from_wkb(stored[code].wkb), shape) < CENTIMETRE


def grid_areas(office: Office) -> list[Any]:
    with office.database.reading() as session:
        return areas.page(session, level="grid")


def asked(result: object, *answers: str) -> list[str]:
    """The lines below an error that asks: for these answers, in this order."""
    line = refused(result, "file_leaves_open")  # type: ignore[arg-type]
    assert [line.index(answer) for answer in answers] == sorted(line.index(answer) for answer in answers)
    return result.stderr.splitlines()[1:]  # type: ignore[attr-defined]


def test_every_open_question_comes_at_once_and_then_it_goes_in(
    run: Run, office: Office, tmp_path: Path
) -> None:
    before = count(office, Area)
    file, answers = deliver("shapefile in GBK without prj and cpg", frame_of(CELLS), tmp_path / "sent")
    said = asked(run("import", "areas", file, *NAMED), "--crs EPSG", "--encoding ENCODING")
    first = next(line for line in said if "zone" in line)
    assert f"{ZONE_35} " in first
    assert "0 km from the areas stored here" in first
    assert any("gb18030 reads: 东门甲" in line for line in said)
    assert count(office, Area) == before
    said = asked(run("import", "areas", file, *NAMED, "--encoding", "gbk"), "--crs EPSG")
    assert not any("encod" in line for line in said)
    done(run("import", "areas", file, *options(answers)))
    assert current_areas(office)[C3].name == "东门甲"


@pytest.mark.parametrize(("language", "words"), [("en", "Which layer"), ("zh-CN", "哪个图层")])
def test_a_zip_of_several_shapefiles_asks_for_one(
    run: Run, office: Office, tmp_path: Path, language: str, words: str
) -> None:
    frame_of(CELLS).to_file(tmp_path / "网格.shp")
    frame_of(CELLS[:1]).to_file(tmp_path / "社区.shp")
    parts = {
        f"报送/{f.name}": f.read_bytes() for f in tmp_path.iterdir() if f.is_file() and f.suffix != ".db"
    }
    (tmp_path / "a.zip").write_bytes(zip_of(parts, gbk_names=True))
    said = asked(run("import", "areas", tmp_path / "a.zip", *NAMED, language=language), "--layer LAYER")
    assert words in said[0]
    assert [line.strip(" -") for line in said[1:]] == ["社区", "网格"]
    done(run("import", "areas", tmp_path / "a.zip", *NAMED, "--layer", "网格"))
    assert current_areas(office)[C6].name == "东门乙"


def test_an_open_outline_is_named_and_nothing_is_stored(run: Run, office: Office, tmp_path: Path) -> None:
    corners = [(500_000, 2_800_000), (500_100, 2_800_000), (500_100, 2_800_100), (500_000, 2_800_100)]
    inside = writing(C3, 500_050, 2_800_050)
    entities = [polyline(corners), inside, polyline(corners, handle="2F", closed=False)]
    (tmp_path / "a.dxf").write_bytes(drawing(entities).encode("gbk"))
    told = run(
        "import", "areas", tmp_path / "a.dxf", *options({"crs": "4544", "code": "Text", "name": "Text"})
    )
    refused(told, "import_refused")
    assert any("2F" in line and "open" in line and "100.0 apart" in line for line in told.stderr.splitlines())


WRONG = [
    ("degrees_as_metres", {}, ["--crs", "4523"]),
    ("outside_area_of_use", {"crs": 4523}, ["--crs", "4544"]),
    ("metres_as_degrees", {"crs": 4523}, ["--crs", "4326"]),
    ("datum_contradicts_crs", {"crs": 4523}, ["--crs", "4523", "--datum", "bd09"]),
    ("crs_unknown", {}, ["--crs", "99999"]),
    ("crs_not_on_earth", {}, ["--crs", "5773"]),
]


@pytest.mark.parametrize(("code", "written", "said"), WRONG, ids=[row[0] for row in WRONG])
def test_an_answer_that_cannot_be_right_is_refused(
    run: Run, tmp_path: Path, code: str, written: dict[str, int], said: list[str]
) -> None:
    frame_of(CELLS).to_crs(written.get("crs", WGS84)).to_file(tmp_path / "cells.shp")
    (tmp_path / "cells.prj").unlink()
    for language in ("en", "zh-CN"):
        refused(run("import", "areas", tmp_path / "cells.shp", *NAMED, *said, language=language), code)


def test_swapped_coordinates_are_told_and_never_put_right(run: Run, office: Office, tmp_path: Path) -> None:
    before = count(office, Area)
    shapes = [
        (code, name, box(y, x, y + 0.01, x + 0.01)) for code, name, s in CELLS for x, y in [s.bounds[:2]]
    ]
    frame_of(shapes).to_file(tmp_path / "a.geojson")
    result = run("import", "areas", tmp_path / "a.geojson", *NAMED)
    refused(result, "axes_swapped")
    assert "swapped" in result.stderr.splitlines()[2]
    assert count(office, Area) == before


def test_matters_far_from_the_zone_ask_for_it(run: Run, office: Office, tmp_path: Path) -> None:
    file = table(tmp_path, "far.csv", MATTER | {"x": -118.25, "y": 34.05})
    columns = [word for option, column in COLUMNS.items() for word in (f"--{option}", column)]
    said = asked(run("import", "issues", file, *columns), "--tz ZONE")
    assert "UTC-7.9" in said[1]
    assert "Asia/Shanghai is UTC+8" in said[1]
    assert count(office, Issue) == 0
    done(run("import", "issues", file, *columns, "--tz", "America/Los_Angeles"))
    (stored,) = rows_of(office, Issue)
    assert stored.reported_at.isoformat()[:16] == "2026-07-01T19:00"


def test_matters_near_by_are_taken_and_the_datum_is_told(run: Run, office: Office, tmp_path: Path) -> None:
    file = table(tmp_path, "near.csv", MATTER)
    columns = [word for option, column in COLUMNS.items() for word in (f"--{option}", column)]
    assert "WGS84 was taken" in done(run("import", "issues", file, *columns)).stderr
    assert "WGS84 was taken" not in done(run("import", "issues", file, *columns, "--datum", "wgs84")).stderr
    swapped = table(tmp_path, "swapped.csv", MATTER | {"x": LAT, "y": LON, "nr": "A2"})
    refused(run("import", "issues", swapped, *columns), "axes_swapped")
    assert count(office, Issue) == 1


def test_tables_in_gbk_are_asked_about_and_taken(run: Run, office: Office, tmp_path: Path) -> None:
    rows = {"编码": "B2", "名称": "二号楼", "经度": LON, "纬度": LAT}
    file = table(tmp_path, "b.csv", rows, encoding="gbk")
    said = asked(run("import", "buildings", file), "--encoding ENCODING")
    assert any("gb18030 reads: 编码" in line for line in said)
    refused(run("import", "buildings", file, "--encoding", "utf-8"), "encoding_wrong")
    refused(run("import", "buildings", file, "--encoding", "klingon"), "encoding_wrong")
    done(run("import", "buildings", file, "--encoding", "gbk"))
    assert [building.code for building in rows_of(office, Building)] == ["B2"]


def test_buildings_come_as_shapes_in_a_table_and_as_points_in_a_zip(
    run: Run, office: Office, tmp_path: Path
) -> None:
    pd.DataFrame({"code": ["B1"], "wkt": [f"SRID=4326;{square(C3).wkt}"]}).to_csv(tmp_path / "w.csv")  # type: ignore[attr-defined]
    done(run("import", "buildings", tmp_path / "w.csv"))
    (tmp_path / "p.zip").write_bytes(zip_of({"点.csv": f"code,lon,lat\nB2,{LON},{LAT}\n".encode()}))
    done(run("import", "buildings", tmp_path / "p.zip"))
    assert {building.code for building in rows_of(office, Building)} == {"B1", "B2"}


def test_codes_that_excel_spoilt_are_refused(run: Run, office: Office, tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["012345", 23456], "lon": [LON, LON], "lat": [LAT, LAT]})
    frame.to_excel(tmp_path / "a.xlsx", index=False)
    result = run("import", "buildings", tmp_path / "a.xlsx")
    refused(result, "import_refused")
    assert "23456" in result.stderr
    assert "leading zero" in result.stderr
    assert count(office, Building) == 0


HOSTILE: dict[str, tuple[str, bytes]] = {
    "archive_bomb": ("a.zip", zip_of({f"{n}.csv": bytes(10_000_000) for n in range(6)})),
    "archive_unsafe": ("a.zip", zip_of({"../../cells.geojson": b"{}"})),
    "archive_nested": ("a.zip", zip_of({"in.zip": zip_of({"a.csv": b"x"})})),
    "archive_without_data": ("a.zip", zip_of({"readme.pdf": b"x"})),
    "archive_broken": ("a.zip", zip_of({"a.csv": b"code,wkt\n"})[:40]),
    "file_points_elsewhere": ("a.zip", zip_of({"a.vrt": b"<OGRVRTDataSource/>"})),
    "content_differs": ("a.shp", b"\x89PNG\r\n\x1a\n"),
    "xml_with_entities": ("a.kml", b'<!DOCTYPE kml [<!ENTITY a "aaaa">]><kml>&a;</kml>'),
    "file_empty": ("a.gpkg", b""),
    "file_kind_unknown": ("a.gpkg", b"SQLite format 3\0 and no more"),
    "file_without_features": ("a.geojson", b'{"type": "FeatureCollection", "features": []}'),
    "table_too_wide": ("a.csv", b"a," * 9_999 + b"b\n"),
    "quote_open": ("a.csv", b'code,wkt\n"1,2\n'),
    "nul_characters": ("a.csv", b"code,wkt\n1,\x00\n"),
    "table_ragged": ("a.csv", b"code,wkt\n1,2,3\n"),
}


@pytest.fixture
def bare(tmp_path: Path) -> Run:
    """The command without a store: what is refused here is refused before one is asked."""
    env = {"GRIDMAP_DATABASE_URL": f"sqlite:///{tmp_path}/no/such.db", "GRIDMAP_DATA_DIR": str(tmp_path)}
    env |= {"GRIDMAP_SECRET_KEY": "only-for-tests"}

    def run(*words: object, language: str) -> Result:
        said = [str(word) for word in words]
        return CliRunner().invoke(main, said, env={**env, "GRIDMAP_LANGUAGE": language})

    return run


@pytest.mark.parametrize("code", HOSTILE)
def test_what_means_harm_is_one_clear_line(bare: Run, tmp_path: Path, code: str) -> None:
    name, data = HOSTILE[code]
    (tmp_path / name).write_bytes(data)
    for language in ("en", "zh-CN"):
        line = refused(bare("import", "areas", tmp_path / name, *NAMED, language=language), code)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in line) == (language == "zh-CN")
