"""The only SRIDs stand in geo/crs.py: a number somewhere else is a datum decided twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from gridmap.resources import PACKAGE
from tests.guards.source import TEMPLATES

HOME = PACKAGE / "geo" / "crs.py"
SRID = re.compile(r"(?<![\w.#])(4326|3857|4490|4479|4978|4979|900913)(?!\w)|EPSG:\d")
KINDS = {".py", ".js", ".html", ".sql", ".mako"}


def faults(files: Iterable[Path], home: Path) -> list[str]:
    """Every line with an SRID outside of `home`."""
    return [
        f"{path.name}:{number}: {line.strip()}"
        for path in files
        if path.suffix in KINDS and path != home
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SRID.search(line)
    ]


def own_files() -> list[Path]:
    vendor = PACKAGE / "static" / "vendor"
    return [*(p for p in PACKAGE.rglob("*") if vendor not in p.parents), *TEMPLATES.rglob("*")]


def test_srids_stand_in_crs_only():
    assert faults(own_files(), HOME) == []


def test_the_home_of_srids_has_them_and_migrations_are_looked_at():
    assert len(faults([HOME], PACKAGE)) == 3
    assert any(path.parent.name == "versions" for path in own_files())


@pytest.mark.parametrize(
    "line",
    [
        "frame.to_crs(4326)",
        "srid=4490,",
        "op.execute('SELECT AddGeometryColumn(1, 3857)')",
        "crs = 'EPSG:4548'",
        "# in 4326",
        "x = f'SRID=4326;{wkt}'",
    ],
)
def test_an_srid_elsewhere_is_found(tmp_path, line):
    (tmp_path / "spatial.py").write_text(f"import shapely\n{line}\n")
    assert len(faults(tmp_path.iterdir(), HOME)) == 1


@pytest.mark.parametrize(
    "line", ["x = 43260", "x = 14326", "x = 0.4326", "v3857 = 1", "colour = '#449032'", "c = '#4490ff'"]
)
def test_other_numbers_are_left_in_peace(tmp_path, line):
    (tmp_path / "spatial.py").write_text(line)
    assert faults(tmp_path.iterdir(), HOME) == []
