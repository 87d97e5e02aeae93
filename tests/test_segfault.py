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
THREADS = """
from concurrent.futures import ThreadPoolExecutor
def both(_):
    for file in {files!r}:
        assert len(geopandas.read_file(file)) == 1
    return ask()
with ThreadPoolExecutor(4) as pool:
    assert set(pool.map(both, range(12))) == {{10}}
print("alive")
"""


@pytest.fixture
def parts(templates: Templates, tmp_path: Path) -> tuple[str, str, str]:
    """Pieces of a program: open the store; read and write files of three formats; both at once in threads."""
    url = templates.copy("spatialite", True, tmp_path)
    frame = frame_of([(C1, "cell", square(C1))]).to_crs(CGCS2000)
    files = [str(tmp_path / name) for name in ("a.gpkg", "a.geojson", "a.shp")]
    for file in files:
        frame.to_file(file)
    read = READ_FILES.format(files=files, out=str(tmp_path / "out.gpkg"))
    return OPEN_STORE.format(url=url), read, THREADS.format(files=files)


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
    return done.stdout.strip()


def test_files_are_read_while_the_store_is_open(parts: tuple[str, str, str]) -> None:
    store, files, threads = parts
    assert run(store + files + threads) == "alive"


def test_the_store_is_opened_after_files_were_read(parts: tuple[str, str, str]) -> None:
    store, files, threads = parts
    assert run(files + store + threads) == "alive"
