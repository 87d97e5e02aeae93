"""`gridmap backup` and `gridmap restore`: what they print, how they end, in both languages."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gridmap.actions.auditing import seal
from gridmap.actions.office import Office
from gridmap.cli import main
from gridmap.db.models import Issue, Photo
from gridmap.files.photos import path_of
from tests.actions.lived_in import everything, live_in
from tests.conftest import Clock, make_office, settings_for
from tests.db.looking import rows_of, run_sql


def run(office: Office, *words: object, language: str = "en", **more: object) -> Result:
    """The command over a store."""
    settings = settings_for(office)
    env = {"GRIDMAP_DATABASE_URL": settings.database_url, "GRIDMAP_DATA_DIR": str(settings.data_dir)}
    env |= {"GRIDMAP_SECRET_KEY": "only-for-tests", "GRIDMAP_LANGUAGE": language}
    env |= {f"GRIDMAP_{name.upper()}": str(value) for name, value in more.items()}
    return CliRunner().invoke(main, [str(word) for word in words], env=env)


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_a_town_goes_out_and_comes_back(
    office: Office, clock: Clock, empty_url: str, tmp_path: Path, language: str
) -> None:
    live_in(office, clock)
    saved = run(office, "backup", tmp_path / "b.zip", language=language)
    assert saved.exit_code == 0, saved.output
    told = json.loads(saved.stdout)
    assert told["digest"] in saved.stderr
    assert stat.S_IMODE((tmp_path / "b.zip").stat().st_mode) == 0o600
    new = {"database_url": empty_url, "data_dir": tmp_path / "new"}
    back = run(office, "restore", tmp_path / "b.zip", "--digest", told["digest"], language=language, **new)
    assert back.exit_code == 0, back.output
    found = json.loads(back.stdout)
    assert (found["rows"], found["photos"], found["audit"]["faults"]) == (told["rows"], 2, [])
    assert "faults" in back.stderr if language == "en" else "核验" in back.stderr
    restored = make_office(empty_url, tmp_path / "new", clock)
    assert everything(restored) == everything(office)
    restored.database.dispose()


def test_a_file_is_checked_without_a_store(office: Office, tmp_path: Path) -> None:
    told = json.loads(run(office, "backup", tmp_path / "b.zip").stdout)
    nowhere = {"database_url": "sqlite:////nowhere/at/all.db"}
    checked = run(office, "restore", tmp_path / "b.zip", "--check", **nowhere)
    assert (checked.exit_code, json.loads(checked.stdout)["digest"]) == (0, told["digest"])
    assert "is whole" in checked.stderr


def refusal(result: Result) -> str:
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    assert isinstance(result.exception, SystemExit), result.exception
    (line,) = result.stderr.splitlines()
    return line


@pytest.mark.parametrize(("language", "word"), [("en", "already"), ("zh-CN", "已")])
def test_refusals_are_one_line(office: Office, tmp_path: Path, language: str, word: str) -> None:
    file = tmp_path / "b.zip"
    run(office, "backup", file)
    assert word in refusal(run(office, "backup", file, language=language))
    assert run(office, "backup", file, "--overwrite").exit_code == 0
    assert word in refusal(run(office, "restore", file, language=language))
    for options in (["--check"], []):
        line = refusal(run(office, "restore", file, "--digest", "00", *options, language=language))
        assert line.endswith("[backup_not_expected]")
    file.write_bytes(file.read_bytes()[:-30])
    assert refusal(run(office, "restore", file, "--check", language=language)).endswith("[backup_unreadable]")


def test_a_file_that_cannot_be_written_is_one_line(office: Office, tmp_path: Path) -> None:
    assert "nowhere" in refusal(run(office, "backup", tmp_path / "nowhere" / "b.zip"))


def test_what_is_amiss_is_told_and_ends_with_3(
    office: Office, clock: Clock, empty_url: str, tmp_path: Path
) -> None:
    live_in(office, clock)
    seal(office)
    lost = rows_of(office, Photo)[0].digest
    path_of(office.data_dir, lost).unlink()
    run_sql(office, "UPDATE words SET text = 'other' WHERE text = 'on my way'")
    saved = run(office, "backup", tmp_path / "b.zip")
    assert (saved.exit_code, json.loads(saved.stdout)["missing"]) == (3, {lost: "missing"})
    assert f"Photo {lost} is missing" in saved.stderr
    back = run(office, "restore", tmp_path / "b.zip", database_url=empty_url, data_dir=tmp_path / "new")
    assert (back.exit_code, json.loads(back.stdout)["missing"]) == (3, {lost: "missing"})
    assert f"words_changed {rows_of(office, Issue)[0].number}" in back.stderr


@pytest.mark.parametrize(
    ("command", "options"), [("backup", {"--overwrite", "--no-photos"}), ("restore", {"--digest", "--check"})]
)
def test_help_lists_every_option(command: str, options: set[str]) -> None:
    shown = CliRunner().invoke(main, [command, "--help"]).output.replace(",", " ").replace("/", " ").split()
    assert options <= set(shown)
