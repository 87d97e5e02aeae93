"""SpatiaLite and the libraries that read files share a process without crashing it, whichever comes first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gridmap.geo.crs import CGCS2000
from tests.conftest import Templates
from tests.town import C1, frame_of, square

OPEN_STORE = """
from sqlalchemy import text
from gridmap.db.engine import Database
database = Database({url!r})
def ask():
    with database.reading() as session:
        return session.scalar(text("SELECT count(*) FROM areas WHERE ST_Area(ST_Transform(geom, 4326)) > 0"))
assert ask() == 10
"""
READ_FILES = """
import geopandas
for file in {files!r}:
    frame = geopandas.read_file(file)
    assert len(frame.to_crs(3857)) == 1, file
    frame.to_file({out!r}, driver="GPKG")
"""
AGAIN = "assert ask() == 10\nprint('alive')"


@pytest.fixture
def parts(templates: Templates, tmp_path: Path) -> tuple[str, str]:
    """The two halves of a program: one opens the store, one reads and writes files of three formats."""
    url = templates.copy("spatialite", True, tmp_path)
    frame = frame_of([(C1, "cell", square(C1))]).to_crs(CGCS2000)
    files = [str(tmp_path / name) for name in ("a.gpkg", "a.geojson", "a.shp")]
    for file in files:
        frame.to_file(file)
    return OPEN_STORE.format(url=url), READ_FILES.format(files=files, out=str(tmp_path / "out.gpkg"))


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout.strip()


def test_files_are_read_while_the_store_is_open(parts: tuple[str, str]) -> None:
    store, files = parts
    assert run(store + files + AGAIN) == "alive"


def test_the_store_is_opened_after_files_were_read(parts: tuple[str, str]) -> None:
    store, files = parts
    assert run(files + store + AGAIN) == "alive"


def test_threads_do_both_side_by_side(parts: tuple[str, str]) -> None:
    store, files = parts
    both = """
from concurrent.futures import ThreadPoolExecutor
def read(_):
    for file in {files}:
        assert len(geopandas.read_file(file)) == 1
    return ask()
with ThreadPoolExecutor(4) as pool:
    assert set(pool.map(read, range(12))) == {{10}}
""".format(files=files.split("for file in ")[1].split(":\n")[0])
    assert run(store + files + both + AGAIN) == "alive"
