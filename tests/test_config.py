"""Settings: each variable is read as what it is, a wrong one is named, and the key is drawn once and kept."""

from __future__ import annotations

import dataclasses
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gridmap import config
from gridmap.config import Settings, read_settings


@pytest.fixture
def base(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation that says where its data is, and nothing else."""
    return {"GRIDMAP_DATA_DIR": str(tmp_path / "data")}


def test_without_any_word_there_is_one_file_for_one_machine(base, tmp_path):
    settings = read_settings(base)
    assert settings.database_url == f"sqlite:///{tmp_path / 'data' / 'gridmap.db'}"
    assert (settings.host, settings.port, settings.timezone) == ("127.0.0.1", 8000, "Asia/Shanghai")
    assert settings.zone == ZoneInfo("Asia/Shanghai")


def test_the_environment_of_the_process_is_read(base, monkeypatch):
    monkeypatch.setenv("GRIDMAP_DATA_DIR", base["GRIDMAP_DATA_DIR"])
    monkeypatch.setenv("GRIDMAP_PORT", "8123")
    assert read_settings().port == 8123


def test_the_data_directory_is_where_one_stands_unless_said(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    settings = read_settings({})
    assert settings.data_dir == tmp_path / config.DEFAULT_DATA_DIR
    assert settings.data_dir.is_absolute()


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("database_url", "postgresql+psycopg://user:secret@host/gridmap", None),
        ("database_url", "sqlite:////var/lib/gridmap.db", None),
        ("secret_key", "given by hand", None),
        ("host", "0.0.0.0", None),
        ("timezone", "Europe/Berlin", None),
        ("language", "en", None),
        ("port", "8080", 8080),
        ("workers", "4", 4),
        ("secure_cookies", "1", True),
        ("secure_cookies", "YES", True),
        ("secure_cookies", "true", True),
        ("secure_cookies", "no", False),
        ("secure_cookies", "False", False),
        ("secure_cookies", "0", False),
    ],
)
def test_a_variable_is_read_as_what_it_is(base, name, raw, value):
    settings = read_settings(base | {f"GRIDMAP_{name.upper()}": raw})
    assert getattr(settings, name) == (raw if value is None else value)


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Settings)])
def test_every_field_is_a_variable(base, field, tmp_path):
    words = {"int": "7", "bool": "yes", "Path": str(tmp_path / "elsewhere")}
    special = {
        "timezone": "UTC",
        "database_url": "sqlite:///x.db",
        "language": "en",
        "secret_key": "twelve signs",
        "password_length": "12",
        "password_kinds": "4",
        "public_url": "https://grid.example/",
        "door": "off",
    }
    kind = str(Settings.__dataclass_fields__[field].type)
    raw = special.get(field, words.get(kind, "word"))
    settings = read_settings(base | {f"GRIDMAP_{field.upper()}": raw})
    assert str(getattr(settings, field)) == {"yes": "True"}.get(raw, raw)


def test_an_empty_variable_is_none(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    empty = {f"GRIDMAP_{field.name.upper()}": "" for field in dataclasses.fields(Settings)}
    assert read_settings(empty) == read_settings({})


@pytest.mark.parametrize(
    ("name", "raw", "words"),
    [
        ("PORT", "eight", "is not a number"),
        ("DOOR", "ajar", "is neither on nor off"),
        ("CONTACT_DAYS", "181", "must be 1 to 180"),
        ("PORT", "80.5", "is not a number"),
        ("SECURE_COOKIES", "maybe", "is not yes or no"),
        ("TIMEZONE", "Asia/Qilin", "is not a time zone"),
        ("TIMEZONE", "Asia", "is not a time zone"),
        ("TIMEZONE", "../../etc/passwd", "is not a time zone"),
        ("DATABASE_URL", "mysql://host/gridmap", "must begin with"),
        ("PUBLIC_URL", "grid.example", "must begin with"),
        ("PASSWORD_KINDS", "5", "must be 1 to 4"),
        ("PASSWORD_LENGTH", "6", "must be 8 to 64"),
        ("PASSWORD_DAYS", "-1", "must be 0 or more"),
    ],
)
def test_what_cannot_be_read_is_named(base, name, raw, words):
    with pytest.raises(ValueError, match=f"GRIDMAP_{name}.*{words}"):
        read_settings(base | {f"GRIDMAP_{name}": raw})


def test_settings_are_frozen(base):
    with pytest.raises(dataclasses.FrozenInstanceError):
        read_settings(base).port = 1


def test_the_key_is_drawn_once_and_kept_for_its_owner_only(base, tmp_path):
    drawn = read_settings(base).secret_key
    file = tmp_path / "data" / "secret_key"
    assert len(drawn) >= 43  # 256 bits
    assert read_settings(base).secret_key == drawn == file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_no_two_installations_draw_the_same_key(base, tmp_path):
    other = {"GRIDMAP_DATA_DIR": str(tmp_path / "other")}
    assert read_settings(base).secret_key != read_settings(other).secret_key


def test_a_given_key_is_not_written_anywhere(base, tmp_path):
    assert read_settings(base | {"GRIDMAP_SECRET_KEY": "given by hand"}).secret_key == "given by hand"
    assert not (tmp_path / "data").exists()


def test_processes_that_start_at_once_have_one_key(base):
    with ThreadPoolExecutor(8) as pool:
        keys = {settings.secret_key for settings in pool.map(read_settings, [base] * 32)}
    assert len(keys) == 1
    assert "" not in keys


def test_an_empty_key_is_never_used(base, tmp_path, monkeypatch):
    monkeypatch.setattr(config.time, "sleep", lambda _: None)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").write_text("\n")
    with pytest.raises(ValueError, match="secret_key is empty"):
        read_settings(base)


def test_a_key_that_is_being_written_is_waited_for(base, tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "secret_key"
    file.touch()
    monkeypatch.setattr(config.time, "sleep", lambda _: file.write_text("from another process"))
    assert read_settings(base).secret_key == "from another process"
