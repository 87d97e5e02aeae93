"""The benchmarks still run, every row of them, at a size that proves nothing about speed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest
import shapely

from bench.__main__ import ROWS
from bench.district import District, district, matters_file
from bench.drawing import AREA_KM2, draw_cells
from bench.replay import Recorded, Statement, literal, write_scripts
from bench.sizes import SIZES
from bench.table import Row, markdown
from tests.conftest import PostgresServer

ROOT = Path(__file__).parents[2]
TINY = SIZES["tiny"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> District:
    return district(TINY, folder)


@pytest.fixture(scope="module")
def table(folder: Path) -> dict[str, Any]:
    """What a whole run kept for machines."""
    command = ["bench", "--size", "tiny", "--cache", str(folder), "--results", str(folder / "results")]
    subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, timeout=500, check=False)
    (file,) = (folder / "results").glob("*.json")
    return dict(json.loads(file.read_text(encoding="utf-8")))


@pytest.mark.timeout(600)  # the first to ask for the table: seven servers and imports, one after the other
def test_every_promise_has_its_row(table: dict[str, Any]) -> None:
    promised = [row for row in table["rows"] if row["at_least"] or row["at_most"]]
    assert len(ROWS) == 13
    assert [row["name"].split(",")[0] for row in promised] == [
        "Located in memory",
        "Located in memory",
        "Imported",
        "POST /api/v1/issues through gunicorn",
        "A report with 40 cells",
        "A report with 300 matters stored",
        "Report to stream",
        "Heat of the whole district",
        "Heat in any view",
        "Heat in any view",
        "Baked",
        "Baked",
        "Tiles",
        "Tiles",
        "/map: first picture in Chromium (no graphics chip)",
        "/map: slowest JSON answer",
        "/wall: first picture in Chromium (no graphics chip)",
        "/wall: slowest JSON answer",
        "First view of the whole district: bytes over the wire",
        "First view of the whole district: seconds to the drawn map",
        "Zooming and dragging: longest task of the page's scripts",
        "Zooming and dragging: time between frames",
        "Full state",
        "First view with 10 × the data: time",
        "First view with 10 × the data: bytes",
        "Desk: slowest queue or counts",
        "Raise on PostGIS",
        "Raise on SpatiaLite",
    ]


def test_the_table_says_what_it_was_measured_on(table: dict[str, Any]) -> None:
    said = " ".join(table["machine"])
    for word in ("size tiny", "PostgreSQL", "PostGIS 3", "fsync on", "synchronous_commit on", "geopandas"):
        assert word in said


def test_no_measured_figure_is_empty(table: dict[str, Any]) -> None:
    rates = [row["figures"] for row in table["rows"] if "theirs_per_s" in row["figures"]]
    assert all(rate > 0 for figures in rates for rate in figures["ours_per_s"] + figures["theirs_per_s"])
    assert all(figures["statements"] > 5 for figures in rates)


def test_drawn_cells_share_their_borders_to_the_last_bit() -> None:
    cells = draw_cells(np.random.default_rng(1), 60)
    assert len(cells) == 60
    assert shapely.coverage_is_valid(cells)
    assert abs(shapely.area(cells).sum() / 1e6 - AREA_KM2) < 1
    assert shapely.get_num_coordinates(cells).min() > 20


def test_codes_are_below_their_parents_and_every_level_covers_the_same(drawn: District) -> None:
    areas = drawn.areas[drawn.areas["parent"].notna()]
    assert all(code.startswith(parent) for code, parent in zip(areas["code"], areas["parent"], strict=True))
    sizes = drawn.areas.groupby("level").geometry.apply(lambda shapes: shapely.area(shapes).sum())
    assert sizes.max() - sizes.min() < 1e-12


def test_the_file_of_matters_is_made_once(folder: Path) -> None:
    file = matters_file(20, folder)
    made = file.stat().st_mtime_ns
    assert matters_file(20, folder).stat().st_mtime_ns == made
    assert file.read_text(encoding="utf-8").splitlines()[0] == "id,lon,lat,category,created,description"
    assert len(file.read_text(encoding="utf-8").splitlines()) == 21


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (Row("a", "1", "2", 2.0, 2.5), "≥ 2.50 | **no** |"),
        (Row("a", "1", "2", 2.6, 2.5), "≥ 2.50 | yes |"),
        (Row("a", "1", "2", 1.2, at_most=1.3), "≤ 1.30 | yes |"),
        (Row("a", "1", "2", 1.4, at_most=1.3), "≤ 1.30 | **no** |"),
        (Row("a", "1", "2", 9.0), "– | – |"),
    ],
)
def test_a_promise_is_held_or_not(row: Row, said: str) -> None:
    assert said in markdown([row], ["somewhere"]).splitlines()[-1]


def recorded(issue: int, client: str, number: str) -> Recorded:
    asked = Statement("SELECT max(n) AS m FROM t", {}, (("m", str(issue - 1)),))
    values = {"n": issue, "c": client, "no": number, "kind": "a:b", "when": f"12:0{issue}"}
    text = "INSERT INTO t VALUES (%(n)s::BIGINT, %(c)s, %(no)s, %(kind)s, %(when)s, '100%%') RETURNING id"
    added = Statement(text, values, (("id", str(issue * 10)),))
    return Recorded([asked, added, Statement("SELECT %(i)s", {"i": issue * 10})], client, number)


def test_a_script_takes_ids_from_answers_and_draws_new_ones(postgres: PostgresServer, tmp_path: Path) -> None:
    reports = [recorded(4, "aaaa", "990001-1"), recorded(7, "bbbb", "990001-2")]
    with psycopg.connect(postgres._base.replace("+psycopg", "") + "/postgres") as connection:
        (file,) = write_scripts(reports, connection, tmp_path, 1)
    script = file.read_text(encoding="utf-8")
    assert "SELECT max(n) AS m FROM t \\gset r0_" in script
    assert "VALUES ((:r0_m + 1)::BIGINT, (lpad(:client::text, 36, '0')), ('B' || lpad(:number" in script
    assert "E'a\\x3ab', E'12\\x3a04', '100%') RETURNING id \\gset r1_" in script
    assert script.endswith("SELECT (:r1_id);\n")


def test_a_literal_keeps_its_value_and_hides_its_colons(postgres: PostgresServer) -> None:
    value = "GBT:matter\\x:'quoted' 12:30"
    with psycopg.connect(postgres._base.replace("+psycopg", "") + "/postgres") as connection:
        said = literal(value, connection)
        assert ":" not in said
        assert connection.execute(f"SELECT {said}").fetchone() == (value,)  # type: ignore[call-overload]
