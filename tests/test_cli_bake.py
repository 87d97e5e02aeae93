"""`gridmap bake`, and the background work that does it by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridmap.actions.baking import sets_due
from gridmap.actions.office import Office
from gridmap.files.tiles import SETS, path_of
from gridmap.geo import bake
from tests.test_cli import runner_for
from tests.town import C6, add_areas, square


def test_it_bakes_says_so_and_prints_the_versions(office: Office) -> None:
    result = runner_for(office)("bake")
    assert result.exit_code == 0, result.output
    versions = json.loads(result.stdout)
    assert all(path_of(office.data_dir, name, versions[name]).exists() for name in SETS)
    assert f"areas {versions['areas']}" in result.stderr
    assert json.loads(runner_for(office)("bake").stdout) == versions


def test_force_bakes_again_what_somebody_damaged(office: Office) -> None:
    run = runner_for(office)
    file = path_of(office.data_dir, "areas", json.loads(run("bake").stdout)["areas"])
    whole = file.stat().st_size
    file.write_bytes(b"damaged")
    run("bake")
    assert file.read_bytes() == b"damaged"
    run("bake", "--force")
    assert file.stat().st_size == whole


def test_a_fault_is_a_line_and_an_exit_status(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bake, "PROGRAM", Path("/bin/false"))
    result = runner_for(office)("bake")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "[tiles_not_made]" in result.stderr


def test_work_bakes_what_is_due_and_says_nothing_where_nothing_is(office: Office) -> None:
    run = runner_for(office)
    assert set(json.loads(run("work", "--once").stdout)["bake"]) == set(SETS)
    assert "bake" not in json.loads(run("work", "--once").stdout)
    add_areas(office, "grid", [(C6, "新名", square(C6))])
    assert list(json.loads(run("work", "--once").stdout)["bake"]) == ["areas"]
    assert sets_due(office) == []
