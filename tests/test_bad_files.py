"""Files as offices should never send them, at the command line: said clearly, and every table as it was."""

from __future__ import annotations

import json
import math
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gridmap.actions.office import Office
from gridmap.db.models import Issue
from tests.db.looking import count
from tests.test_cli import LON, MATTER, MATTER_OPTIONS, Run, run, runner_for, table  # noqa: F401  (a fixture)
from tests.town import C3, CORNERS, EASTGATE
from tests.web.test_bad_input import rows

WEST, SOUTH = CORNERS[C3]
NEW, NEWER = f"{EASTGATE}777", f"{EASTGATE}778"
CELLS = ("--level", "grid", "--code", "bh", "--name", "mc")
Ring = list[tuple[float, float]]


def cell(ring: Ring | None, code: str = NEW) -> dict[str, Any]:
    """A feature whose ring is drawn in parts of the square C3."""
    points = [[WEST + x * 0.01, SOUTH + y * 0.01] for x, y in ring or []]
    shape = None if ring is None else {"type": "Polygon", "coordinates": [points]}
    return {"type": "Feature", "properties": {"bh": code, "mc": "x"}, "geometry": shape}


def geojson(folder: Path, *features: dict[str, Any]) -> Path:
    file = folder / "cells.geojson"
    file.write_text(json.dumps({"type": "FeatureCollection", "features": list(features)}), encoding="utf-8")
    return file


def circle(points: int) -> Ring:
    turns = [2 * math.pi * n / points for n in range(points)]
    ring = [(0.5 + 0.4 * math.cos(turn), 0.5 + 0.4 * math.sin(turn)) for turn in turns]
    return [*ring, ring[0]]


def refuses(office: Office, folder: Path, code: str, *words: object) -> list[str]:
    """Refused in both languages with one error line that ends with its code, nothing changed; the English lines."""
    before, lines = rows(office), []
    for language in ("zh-CN", "en"):
        result = runner_for(office)(*words, "--report", folder / "report.json", language=language)
        assert isinstance(result.exception, SystemExit), (result.exception, result.output)
        assert (result.exit_code, result.stdout) == (1, "")
        lines = result.stderr.splitlines()
        assert lines[0].endswith(f"[{code}]"), lines
        assert not any("{" in line or "Traceback" in line or "None" in line for line in lines), lines
    assert rows(office) == before
    return lines


TRIANGLE: Ring = [(0, 0), (1, 0), (1, 1), (0, 0)]
SMALL: Ring = [(0, 0), (0.4, 0), (0.4, 0.4), (0, 0)]
OTHER: Ring = [(0.5, 0.5), (0.9, 0.5), (0.9, 0.9), (0.5, 0.5)]
BOW: Ring = [(0, 0), (1, 1), (1, 0), (0, 1), (0, 0)]
SHAPES: dict[str, tuple[list[dict[str, Any]], str, str | int]] = {
    "a ring that crosses itself": ([cell(BOW)], "geometry_invalid", NEW),
    "a ring of two points": ([cell([(0, 0), (1, 1)])], "geometry_unreadable", 1),
    "a ring there and back": ([cell([(0, 0), (1, 1), (0, 0)])], "geometry_invalid", NEW),
    "no geometry": ([cell(TRIANGLE), cell(None, NEWER)], "geometry_missing", NEWER),
    "one code twice": ([cell(SMALL), cell(OTHER)], "code_duplicate", NEW),
    "no code": ([cell(SMALL, "")], "code_missing", 1),
}  # fmt: skip


@pytest.mark.parametrize(("features", "rule", "record"), SHAPES.values(), ids=SHAPES.keys())
def test_cells_that_cannot_be(
    office: Office, tmp_path: Path, features: list[dict[str, Any]], rule: str, record: str | int
) -> None:
    file = geojson(tmp_path, *features)
    refuses(office, tmp_path, "import_refused", "import", "areas", file, *CELLS)
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    found = [one for one in told["findings"] if (one["rule"], one["severity"]) == (rule, "error")]
    assert record in (found[0]["record"], found[0]["row"])


def test_a_parent_that_does_not_exist(office: Office, tmp_path: Path) -> None:
    words = ("import", "areas", geojson(tmp_path, cell(TRIANGLE)), *CELLS, "--parent-code", "990001001099")
    refuses(office, tmp_path, "parent_unknown", *words)


def test_degrees_declared_as_metres(office: Office, tmp_path: Path) -> None:
    file = geojson(tmp_path, cell(TRIANGLE))
    refuses(office, tmp_path, "degrees_as_metres", "import", "areas", file, *CELLS, "--crs", "4523")


def test_a_border_of_200_000_corners_is_only_long(run: Run, tmp_path: Path) -> None:  # noqa: F811
    result = run("import", "areas", geojson(tmp_path, cell(circle(200_000))), *CELLS)
    assert (result.exit_code, json.loads(result.stdout)["new"]) == (0, 1)


@pytest.mark.parametrize("name", ["cells.geojson", "cells.gpkg", "cells.zip", "cells.csv", "cells.xlsx"])
def test_an_empty_file(office: Office, tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    refuses(office, tmp_path, "file_empty", "import", "areas", tmp_path / name, *CELLS)


BAD_ROWS = {
    "text for a longitude": ({"x": "abc"}, "coordinates_missing"),
    "a place beyond the poles": ({"y": "91"}, "coordinates_invalid"),
    "NaN": ({"x": "NaN"}, "coordinates_missing"),
    "no time": ({"since": "gestern"}, "time_invalid"),
    "no id": ({"nr": ""}, "id_missing"),
}


@pytest.mark.parametrize(("change", "rule"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_the_bad_row_of_ten_thousand_is_named_as_people_count(
    office: Office, tmp_path: Path, change: dict[str, str], rule: str
) -> None:
    matters: list[dict[str, object]] = [MATTER | {"nr": f"A{n}"} for n in range(1, 10_001)]
    matters[4_998] |= change  # below the header: row 5,000 of the file, as a spreadsheet shows it
    file = table(tmp_path, "matters.csv", *matters)
    lines = refuses(office, tmp_path, "import_refused", "import", "issues", file, *MATTER_OPTIONS)
    assert any(re.search(r"\b5,?000\b", line) for line in lines[1:]), lines
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["rules"][rule] == 1
    assert count(office, Issue) == 0


def test_codes_that_lost_a_zero_in_excel(office: Office, tmp_path: Path) -> None:
    codes = [int(NEW), 90001001002778]
    shapes = ["POLYGON((103.82 25.5, 103.83 25.5, 103.83 25.51, 103.82 25.5))"] * 2
    file = tmp_path / "cells.xlsx"
    pd.DataFrame({"bh": codes, "mc": ["x", "y"], "wkt": shapes}).to_excel(file, index=False)
    words = ("import", "areas", file, *CELLS, "--crs", "4326")
    refuses(office, tmp_path, "import_refused", *words)
    told = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert told["rules"]["code_zero_lost"] == 1


def bomb(file: Path) -> None:
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("cells.geojson", "w", force_zip64=True) as inside,
    ):
        for _ in range(20):
            inside.write(b"\0" * 10_000_000)


def many(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(6_000):
            packed.writestr(f"{number}.txt", "")


def leading_outside(member: str) -> Callable[[Path], None]:
    def write(file: Path) -> None:
        with zipfile.ZipFile(file, "w") as packed:
            packed.writestr(member, "{}")

    return write


ZIPS: dict[str, tuple[Callable[[Path], None], str]] = {
    "a bomb": (bomb, "archive_bomb"),
    "six thousand files": (many, "archive_bomb"),
    "up and out": (leading_outside("../../evil.geojson"), "archive_unsafe"),
    "from the root": (leading_outside("/tmp/evil.geojson"), "archive_unsafe"),
    "from a drive": (leading_outside("C:\\evil.geojson"), "archive_unsafe"),
    "cut off": (lambda file: file.write_bytes(b"PK\x03\x04" + b"x" * 100), "archive_broken"),
}


@pytest.mark.parametrize(("write", "code"), ZIPS.values(), ids=ZIPS.keys())
def test_an_archive_that_means_harm(
    office: Office, tmp_path: Path, write: Callable[[Path], None], code: str
) -> None:
    write(tmp_path / "cells.zip")
    refuses(office, tmp_path, code, "import", "areas", tmp_path / "cells.zip", *CELLS)
    assert not (tmp_path.parent / "evil.geojson").exists()
    assert not Path("/tmp/evil.geojson").exists()
